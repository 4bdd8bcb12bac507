"""What the far end hears is what the near end says, and the other way round.

One minute of human voices through real ALSA, the daemon, DTLS-SRTP and the simulator,
both ways at once.
"""

import random
import time
import wave
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from callpoint.demo.compare import Comparison, compare
from tests.daemon.programs import Daemon, Event, FarEnd, configuration, ended
from tests.daemon.stillness import watched
from tests.sound_server import SoundServer, write_wav

VOICES = Path("/usr/share/sounds/alsa")
MINUTE_S = 60.0
TRIES = 3


def samples(path: Path) -> NDArray[np.int16]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels()) == (48_000, 1)
        return np.frombuffer(file.readframes(file.getnframes()), dtype=np.int16)


def speech(folder: Path) -> Path:
    """A minute of the recorded voices, repeated in shuffled order."""
    voices = sorted(path for path in VOICES.glob("*.wav") if path.stem != "Noise")
    shuffled = random.Random(1)
    said: list[NDArray[np.int16]] = []
    while sum(map(len, said)) < MINUTE_S * 48_000:
        shuffled.shuffle(voices)
        said.extend(map(samples, voices))
    path = folder / "speech.wav"
    write_wav(path, np.concatenate(said)[: int(MINUTE_S * 48_000)].tobytes())
    return path


def assert_agrees(comparison: Comparison) -> None:
    assert comparison.agrees, " ".join(comparison.faults())
    assert comparison.correlation >= 0.9
    assert comparison.lag_moves_ms <= 1.0
    assert len(comparison.windows) > 200


@dataclass(frozen=True)
class Heard:
    """A minute both ways."""

    at_the_far_end: Comparison
    at_the_speaker: Comparison
    summary: Event


def converse(sound_server: SoundServer, folder: Path) -> Heard:
    spoken = speech(folder)
    sound = f'capture = "{sound_server.microphone}"\nplayout = "{sound_server.speaker}"'
    with ExitStack() as programs:
        far = programs.enter_context(
            ended(FarEnd(folder, "--scenario", f"monologue:{MINUTE_S:.0f}"))
        )
        toml = configuration(far.url, audio=sound, call="longest_press_s = 120")
        daemon = programs.enter_context(
            ended(Daemon(folder, toml, sound_server.variables))
        ).ready()
        speaker = programs.enter_context(sound_server.record_speaker())
        daemon.press()
        call_id = daemon.wait(event="call", state="active")["id"]
        with sound_server.play_to_microphone(spoken) as player:
            far.wait(event="spoken", timeout_s=MINUTE_S + 20)
            player.wait(MINUTE_S)
            # The last word is on its way: microphone, network, jitter buffer, codec.
            time.sleep(1)
        daemon.command("hangup")
        far.wait(event="recorded")
        summary = daemon.wait(event="summary")
    said, heard = (
        samples(far.recordings / f"{call_id}-{side}.wav") for side in ("said", "heard")
    )
    return Heard(
        compare(samples(spoken), heard),
        compare(said, np.frombuffer(speaker.pcm(), dtype=np.int16)),
        summary,
    )


@pytest.mark.alone
def test_a_minute_of_speech_arrives_whole_both_ways(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    """Said again, twice at most, if the machine itself stood still meanwhile."""
    for attempt in range(TRIES):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        with watched() as watch:
            heard = converse(sound_server, folder)
        if not watch.stood_still:
            break
    assert_agrees(heard.at_the_far_end)
    assert_agrees(heard.at_the_speaker)
    lost = (heard.summary[figure] for figure in ("packets_lost", "concealed", "late"))
    assert not any(lost), heard.summary
