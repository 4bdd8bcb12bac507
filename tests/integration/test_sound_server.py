"""The ground that other tests stand on: is the sound server a sound card?"""

import time
from array import array
from itertools import count, islice
from pathlib import Path

import alsaaudio
import pytest

from tests.sound_server import SAMPLE_RATE_HZ, SoundServer, write_wav

FRAME_SAMPLES = 960
LOUD = array("h", [20_000] * FRAME_SAMPLES).tobytes()
SILENT = bytes(FRAME_SAMPLES * 2)


def open_pcm(direction: int, device: str) -> alsaaudio.PCM:
    return alsaaudio.PCM(
        type=direction,
        device=device,
        rate=SAMPLE_RATE_HZ,
        channels=1,
        format=alsaaudio.PCM_FORMAT_S16_LE,
        periodsize=FRAME_SAMPLES,
        periods=2,
    )


def sawtooth(seconds: float, period: int = 30_011) -> "array[int]":
    """Samples of which each tells its place, within `period` samples."""
    return array("h", (n % period + 1 for n in range(int(seconds * SAMPLE_RATE_HZ))))


def test_two_seconds_of_sound_take_two_seconds(sound_server: SoundServer) -> None:
    speaker = open_pcm(alsaaudio.PCM_PLAYBACK, sound_server.speaker)
    for _ in range(5):
        speaker.write(SILENT)
    started_s = time.monotonic()
    for _ in range(100):
        speaker.write(SILENT)
    took_s = time.monotonic() - started_s
    speaker.close()
    assert took_s == pytest.approx(2.0, rel=0.1)


def test_the_speaker_plays_what_was_written_without_a_gap(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    written = sawtooth(1.0)
    with sound_server.record_speaker() as recording:
        speaker = open_pcm(alsaaudio.PCM_PLAYBACK, sound_server.speaker)
        for at in range(0, len(written), FRAME_SAMPLES):
            speaker.write(written[at : at + FRAME_SAMPLES].tobytes())
        speaker.close()
        time.sleep(0.1)
    heard = array("h", recording.pcm())
    start = heard.index(1)
    assert heard[start : start + len(written)] == written
    recording.save(tmp_path / "heard.wav")
    assert (tmp_path / "heard.wav").stat().st_size == 44 + len(heard) * 2


def test_the_microphone_hears_what_is_said_without_a_gap(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    said = sawtooth(1.0)
    write_wav(tmp_path / "said.wav", said.tobytes())
    microphone = open_pcm(alsaaudio.PCM_CAPTURE, sound_server.microphone)
    heard = array("h")
    with sound_server.play_to_microphone(tmp_path / "said.wav"):
        for _ in range(90):
            _, piece = microphone.read()
            heard.frombytes(piece)
    microphone.close()
    start = heard.index(1)
    assert heard[start : start + len(said)] == said


def test_a_sound_is_heard_within_one_buffer_and_20_ms(
    sound_server: SoundServer,
) -> None:
    with sound_server.record_speaker() as recording:
        speaker = open_pcm(alsaaudio.PCM_PLAYBACK, sound_server.speaker)
        buffer_s = speaker.info()["buffer_size"] / SAMPLE_RATE_HZ
        for _ in range(25):
            speaker.write(SILENT)
        written_s = time.monotonic()
        for frame in (LOUD, *islice((SILENT for _ in count()), 10)):
            speaker.write(frame)
        speaker.close()
    heard_s = recording.first_sound_s()
    assert heard_s is not None
    assert buffer_s - 0.025 < heard_s - written_s < buffer_s + 0.02
