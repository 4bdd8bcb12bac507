"""Devices without hardware, on a virtual clock."""

import wave
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from callpoint.audio.frames import FRAME_BYTES, SILENCE, level
from callpoint.audio.pace import Pace
from callpoint.audio.synthetic import (
    Recorder,
    SyntheticCapture,
    open_capture,
    open_playout,
    read_wav,
)
from callpoint.errors import DeviceError


@dataclass
class Clock:
    """A clock that only sleeping moves."""

    now_s: float = 0.0
    slept_s: list[float] = field(default_factory=list)

    def sleep(self, duration_s: float) -> None:
        self.slept_s.append(duration_s)
        self.now_s += duration_s

    def pace(self) -> Pace:
        return Pace(lambda: self.now_s, self.sleep)


def write_wav(path: Path, pcm: bytes, rate_hz: int = 48_000, channels: int = 1) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return path


def test_reading_takes_as_long_as_a_card_would_take() -> None:
    clock = Clock()
    device = SyntheticCapture("silence", lambda _: SILENCE, clock.pace())
    for _ in range(50):
        device.read()
    assert clock.now_s == pytest.approx(1.0)


def test_a_reader_that_was_held_up_catches_up() -> None:
    clock = Clock()
    pace = clock.pace()
    pace.wait(0.02)
    clock.now_s += 0.05
    for _ in range(4):
        pace.wait(0.02)
    assert clock.now_s == pytest.approx(0.1)


def test_a_reader_that_was_away_for_long_starts_afresh() -> None:
    clock = Clock()
    pace = clock.pace()
    pace.wait(0.02)
    clock.now_s = 100.0
    pace.wait(0.02)
    assert clock.now_s == pytest.approx(100.02)


def test_a_recording_is_read_from_its_beginning_in_every_call(tmp_path: Path) -> None:
    pcm = bytes(range(256)) * 15
    device = open_capture(f"wav:{write_wav(tmp_path / 'a.wav', pcm)}")
    assert device is not None
    first = [device.read() for _ in range(3)]
    assert first == [pcm[:FRAME_BYTES], pcm[FRAME_BYTES:], SILENCE]
    device.stop()
    assert device.read() == first[0]


def test_a_tone_sounds_and_goes_on_without_a_step() -> None:
    device = open_capture("tone:1000")
    assert device is not None
    one, two = device.read(), device.read()
    assert level(one) == pytest.approx(level(two), rel=0.05)
    samples = memoryview(one + two).cast("h")
    steps = [abs(samples[i + 1] - samples[i]) for i in range(len(samples) - 1)]
    assert max(steps) < 1100


def test_a_recorder_writes_what_it_played(tmp_path: Path) -> None:
    clock = Clock()
    device = Recorder(tmp_path / "out.wav", clock.pace())
    device.write(b"\1\2" * 480)
    device.stop()
    device.write(b"\3\4" * 480)
    device.close()
    assert read_wav(tmp_path / "out.wav") == b"\1\2" * 480 + b"\3\4" * 480
    assert clock.now_s == pytest.approx(0.02)


def test_a_part_that_says_to_be_longer_than_its_file_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cut.wav"
    path.write_bytes(b"RIFF\x14\0\0\0WAVEjunk\xff\xff\0\0")
    with pytest.raises(DeviceError, match="cannot be read"):
        read_wav(path)


def test_an_alsa_name_is_not_synthetic() -> None:
    assert open_capture("plughw:CARD=USB") is None
    assert open_playout("default") is None


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "cannot be read"),
        (b"RIFFxxxxWAVE", "cannot be read"),
        (b"not a sound at all", "cannot be read"),
    ],
)
def test_a_bad_recording_is_named_with_its_cause(
    tmp_path: Path, content: bytes | None, cause: str
) -> None:
    path = tmp_path / "bad.wav"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DeviceError, match=cause) as caught:
        open_capture(f"wav:{path}")
    assert caught.value.device == f"wav:{path}"
    assert caught.value.advice


def test_a_recording_of_another_shape_is_refused_with_the_way_to_convert_it(
    tmp_path: Path,
) -> None:
    path = write_wav(tmp_path / "phone.wav", bytes(320), rate_hz=8000, channels=2)
    with pytest.raises(DeviceError, match=r"is 8000 Hz, 2 channel\(s\), 16 bit") as e:
        open_capture(f"wav:{path}")
    assert "sox" in e.value.advice


def test_a_recorder_in_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DeviceError, match="cannot be written: No such file"):
        open_playout(f"record:{tmp_path / 'missing' / 'out.wav'}")
