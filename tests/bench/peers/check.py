"""Whether the bench's other peers can be trusted: two short calls with each.

`python -m tests.bench.peers.check [NAME...]` tells of each call how soon it came up and
how much of the speech arrived at either end, and of each peer what it left behind. The
second call shows that the first gave everything back.
"""

import argparse
import ctypes
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import numpy as np

from callpoint.demo.recording import read_wav, write_wav
from tests.bench.participants import Participant
from tests.daemon.programs import Event, FarEnd, ended
from tests.heard import arrived
from tests.sound_server import SAMPLE_RATE_HZ, SoundServer

PEERS = ("stock", "webrtcbin", "chromium")
CALLS = 2
REPETITIONS = 4
VOICES = Path("/usr/share/sounds/alsa")
SPEECH_S = 8
# A browser has ten processes to start.
SOON_S = 30.0
# A jitter buffer blurs the windows in which it moves; garbled sound has none at all.
ARRIVED_AT_LEAST = 0.9
LOOK_EVERY_S = 0.25
# Media threads wait for their turn when nobody is idle, and a call tells nothing.
IDLE_AT_LEAST = 0.05
PR_SET_CHILD_SUBREAPER = 36


class Peer(Participant):
    """A peer whose exit code is remembered."""

    code: int | None = None

    def end(self) -> None:
        super().end()
        self.code = self._program.returncode


@contextmanager
def logged_in(name: str, far: FarEnd, server: SoundServer) -> Iterator[Peer]:
    peer = Peer(name, far.url, server, {})
    try:
        peer.told("ready", SOON_S)
        yield peer
    finally:
        peer.end()


def speech(folder: Path) -> Path:
    """Human voices, for the near end to say."""
    voices = sorted(path for path in VOICES.glob("*.wav") if path.stem != "Noise")
    random.Random(1).shuffle(voices)
    said = np.concatenate([read_wav(voice) for voice in voices])
    path = folder / "speech.wav"
    write_wav(path, said[: SPEECH_S * SAMPLE_RATE_HZ])
    return path


class Machine:
    """Whether this machine had time for what was asked of it."""

    def __init__(self) -> None:
        self.busy_s = 0.0
        self._over = Flag()

    @contextmanager
    def watched(self) -> Iterator["Machine"]:
        watch = Thread(target=self._watch)
        watch.start()
        try:
            yield self
        finally:
            self._over.set()
            watch.join()

    def _watch(self) -> None:
        before = ticks()
        while not self._over.wait(LOOK_EVERY_S):
            spent = [now - then for now, then in zip(ticks(), before, strict=True)]
            if spent[3] < IDLE_AT_LEAST * sum(spent):
                self.busy_s += LOOK_EVERY_S
            before = ticks()


def ticks() -> list[int]:
    """What all processors spent so far: user, nice, system, idle and so on."""
    return [int(word) for word in Path("/proc/stat").read_text().split()[1:9]]


def call(peer: Peer, far: FarEnd, server: SoundServer, spoken: Path) -> list[str]:
    """Hold a call and tell of it; what was wrong with it."""
    seen = len(far.events)

    def far_told(event: str) -> Event:
        return far.wait(seen, SPEECH_S + SOON_S, event=event)

    with server.record_speaker() as speaker:
        pressed_s = peer.press()
        invited_s, connected_s = (
            peer.told(event)["monotonic_s"] - pressed_s
            for event in ("invite", "connected")
        )
        packet_s = far_told("first_packet")["monotonic_s"] - pressed_s
        with server.play_to_microphone(spoken) as player:
            far_told("spoken")
            player.wait(SOON_S)
            # The last word is on its way.
            time.sleep(1)
        peer.hang_up()
        ending = far_told("hangup")
    story = Path(far_told("recorded")["path"])
    files = json.loads(story.read_text())
    said, heard = (read_wav(story.parent / files[side]) for side in ("said", "heard"))
    out = arrived(read_wav(spoken), heard)
    back = arrived(said, np.frombuffer(speaker.pcm(), dtype=np.int16))
    say(
        f"{peer.name}: after the press {1000 * invited_s:.0f} ms to the invite,"
        f" {1000 * connected_s:.0f} ms to connected,"
        f" {1000 * packet_s:.0f} ms to the first packet;"
        f" {out:.0%} of the speech arrived at the far end, {back:.0%} at the speaker"
    )
    faults = []
    if min(out, back) < ARRIVED_AT_LEAST:
        faults.append("speech was lost")
    if ending["by"] != "caller":
        faults.append(f"the call was ended by the {ending['by']}")
    return faults


def undisturbed(hold_a_call: Callable[[], list[str]]) -> list[str]:
    """What was wrong with a call, while others left some time for it."""
    for _ in range(REPETITIONS):
        with Machine().watched() as machine:
            faults = hold_a_call()
        if not faults or not machine.busy_s:
            break
        say(f"... the machine had no time for {machine.busy_s:.1f} s: once more")
    return faults


def say(line: str) -> None:
    print(line, flush=True)


def children() -> dict[int, str]:
    """All that we started, or inherited, and that is still there; by its command."""
    found = {}
    for listed in Path("/proc/self/task").glob("*/children"):
        for child in map(int, listed.read_text().split()):
            command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[0]
            found[child] = command.decode() or "a process that nobody waited for"
    return found


def check(name: str, server: SoundServer, folder: Path) -> list[str]:
    """All that is wrong with a peer."""
    spoken = speech(folder)
    with ended(FarEnd(folder, "--scenario", f"monologue:{SPEECH_S}")) as far:
        before = children()
        with logged_in(name, far, server) as peer:
            faults = [
                fault
                for _ in range(CALLS)
                for fault in undisturbed(lambda: call(peer, far, server, spoken))
            ]
        if peer.code != 0:
            faults.append(f"it ended with the code {peer.code}")
        faults += [f"it left {v}" for k, v in children().items() if k not in before]
        for event in far.events:
            if event["event"] == "observation":
                say(f"{name}: the simulator observes that {event['what']}")
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=PEERS, metavar="NAME")
    names = parser.parse_args().names
    # What a peer leaves behind becomes a child of ours, and is seen.
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
    failed = False
    for name in names:
        with tempfile.TemporaryDirectory() as folder:
            sound = Path(folder, "sound")
            sound.mkdir()
            with SoundServer(sound).running() as server:
                faults = check(name, server, Path(folder))
        failed = failed or bool(faults)
        say(f"{name}: {'; '.join(faults) or 'good'}")
    sys.exit(failed)


if __name__ == "__main__":
    main()
