"""How long sound is on its way, and how long a press takes: several calls each.

The far end's clock is this machine's: a packet left it, or arrived, at the time that
its tape tells. A sound at the microphone is timed by a recorder beside the peer.
"""

import json
import os
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.listen import RATE_HZ, Timed, moments
from tests.bench.packets import Packet, decoded, read_tape
from tests.bench.participants import Participant, participating
from tests.bench.sound import listening
from tests.bench.speech import LEAD_IN_S, Speech, make_speech
from tests.bench.verdicts import placed
from tests.daemon.programs import FarEnd, ended
from tests.sound_server import SoundServer, write_wav

SPEECH_S = 4.0
TAIL_S = 0.5
SET_UP_LIMIT_S = 20.0
BATCH = 5


@dataclass(frozen=True)
class Delay:
    """Of one call, in milliseconds; None: nothing was recognised."""

    peer: str
    invite_ms: float
    """From the press to the invite, as the far end reads it."""
    first_rtp_ms: float
    """From the press to the first packet at the far end."""
    microphone_ms: float | None
    """From the microphone to the packet with that sound, at the far end."""
    speaker_ms: float | None
    """From the packet that leaves the far end to the speaker."""
    load: float


def delays(peers: Sequence[str], calls: int, folder: Path) -> Iterator[Delay]:
    """One call at a time, in batches of some calls each, all peers in turn."""
    speech = short_speech(folder)
    sound = folder / "delay"
    sound.mkdir()
    with SoundServer(sound).running() as server:
        for begin in range(0, calls, BATCH):
            for peer in peers:
                place = folder / f"delay-{begin}-{peer}"
                place.mkdir()
                number = min(BATCH, calls - begin)
                yield from _batch(peer, number, speech, server, place)


def short_speech(folder: Path) -> Speech:
    """The beginning of the first sentence."""
    whole = make_speech(folder, 1)
    first = whole.sentences[0][0]
    last = first + round(SPEECH_S * RATE_HZ)
    path = folder / "short.wav"
    write_wav(path, whole.samples[:last].tobytes())
    return Speech(path, whole.samples[:last], ((first, last),))


def _batch(
    name: str, calls: int, speech: Speech, server: SoundServer, folder: Path
) -> Iterator[Delay]:
    scenario = ("--scenario", f"say:{speech.path}")
    with (
        ended(FarEnd(folder, *scenario)) as far,
        participating(name, far.url, server) as peer,
    ):
        for _ in range(calls):
            yield _call(far, peer, speech, server)


def _call(far: FarEnd, peer: Participant, speech: Speech, server: SoundServer) -> Delay:
    seen = len(far.events)
    with (
        listening(server.environment, "speaker.monitor") as ear,
        listening(server.environment, "mic.monitor") as mouth,
    ):
        pressed_s = peer.press()
        far.wait(seen, SET_UP_LIMIT_S, event="media_connected")
        with server.play_to_microphone(speech.path) as player:
            far.wait(seen, speech.duration_s + SET_UP_LIMIT_S, event="spoken")
            player.wait(SET_UP_LIMIT_S)
            time.sleep(TAIL_S)
        speaker, microphone = ear.heard(), mouth.heard()
    peer.hang_up()
    invite_s = far.wait(seen, event="invite")["monotonic_s"] - pressed_s
    first_s = far.wait(seen, event="first_packet")["monotonic_s"] - pressed_s
    story = Path(far.wait(seen, event="recorded")["path"])
    tape = read_tape(story.parent / json.loads(story.read_text())["packets"])
    return Delay(
        peer.name,
        1000 * invite_s,
        1000 * first_s,
        to_far_end_ms(speech, microphone, tape),
        to_speaker_ms(speech, tape, speaker),
        os.getloadavg()[0],
    )


def to_speaker_ms(speech: Speech, tape: list[Packet], speaker: Timed) -> float | None:
    """From the far end to the speaker."""
    spoken, _ = placed(speech, decoded(tape, "sent"))
    return _between_ms(speech, spoken, speaker)


def to_far_end_ms(
    speech: Speech, microphone: Timed, tape: list[Packet]
) -> float | None:
    """From the microphone to the far end, once the beginning of the call is over."""
    received = [packet for packet in tape if packet.way == "received"]
    settled_s = received[0].monotonic_s + LEAD_IN_S / 2
    settled = [packet for packet in received if packet.monotonic_s > settled_s]
    spoken, _ = placed(speech, microphone, 0)
    return _between_ms(speech, spoken, decoded(settled, "received"))


def _between_ms(speech: Speech, spoken: Timed, heard: Timed) -> float | None:
    found = moments(spoken, heard, *speech.sentences[0])
    if not found:
        return None
    return 1000 * statistics.median(moment.delay_s for moment in found)
