"""Sound devices without hardware: a WAV file, a tone, silence, a recorder.

They are clocked like a card, by CLOCK_MONOTONIC, and shipped: a device without a sound
card runs the demo on them. A name is `wav:FILE`, `tone:HZ`, `silence` or `record:FILE`.
"""

import math
import wave
from array import array
from collections.abc import Callable
from pathlib import Path
from typing import Final

from callpoint.audio.devices import CaptureDevice, PlayoutDevice
from callpoint.audio.frames import (
    FRAME_BYTES,
    FRAME_S,
    FRAME_SAMPLES,
    SAMPLE_BYTES,
    SAMPLE_RATE_HZ,
    SILENCE,
)
from callpoint.audio.pace import Pace
from callpoint.errors import DeviceError

_TONE_AMPLITUDE: Final = 8000


class SyntheticCapture:
    """A microphone that hears what `frame(n)` gives for its n-th frame."""

    def __init__(
        self, name: str, frame: Callable[[int], bytes], pace: Pace | None = None
    ) -> None:
        self.name = name
        self.xruns = 0
        self._frame = frame
        self._pace = pace or Pace()
        self._number = 0

    def read(self) -> bytes:
        self._pace.wait(FRAME_S)
        self._number += 1
        return self._frame(self._number - 1)

    def stop(self) -> None:
        """The next read begins at the first frame again."""
        self._pace.reset()
        self._number = 0

    def is_there(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is held."""


class SilentPlayout:
    """A speaker that nobody hears."""

    def __init__(self, name: str = "silence", pace: Pace | None = None) -> None:
        self.name = name
        self.xruns = 0
        self._pace = pace or Pace()

    def write(self, pcm: bytes) -> None:
        self._pace.wait(len(pcm) / SAMPLE_BYTES / SAMPLE_RATE_HZ)

    def delay_s(self) -> float:
        return 0.0

    def stop(self) -> None:
        self._pace.reset()

    def is_there(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is held."""


class Recorder(SilentPlayout):
    """A speaker that writes what it plays to a WAV file, one call after the other."""

    def __init__(self, path: Path, pace: Pace | None = None) -> None:
        super().__init__(f"record:{path}", pace)
        try:
            self._sink = path.open("wb")
        except OSError as error:
            raise DeviceError(
                self.name,
                f"cannot be written: {error.strerror}",
                "name a file in a folder that exists and is yours",
            ) from error
        self._file = wave.open(self._sink)  # noqa: SIM115 - closed by close()
        self._file.setnchannels(1)
        self._file.setsampwidth(SAMPLE_BYTES)
        self._file.setframerate(SAMPLE_RATE_HZ)

    def write(self, pcm: bytes) -> None:
        super().write(pcm)
        self._file.writeframes(pcm)

    def close(self) -> None:
        self._file.close()
        self._sink.close()


def _tone(frequency_hz: float) -> Callable[[int], bytes]:
    def frame(number: int) -> bytes:
        first = number * FRAME_SAMPLES
        step = 2 * math.pi * frequency_hz / SAMPLE_RATE_HZ
        samples = (
            round(_TONE_AMPLITUDE * math.sin(step * index))
            for index in range(first, first + FRAME_SAMPLES)
        )
        return array("h", samples).tobytes()

    return frame


def read_wav(path: Path) -> bytes:
    """The samples of a WAV file of 48 kHz mono 16 bit.

    Raises DeviceError for any other file.
    """
    name = f"wav:{path}"
    try:
        with wave.open(str(path)) as file:
            shape = (file.getframerate(), file.getnchannels(), file.getsampwidth())
            pcm: bytes = file.readframes(file.getnframes())
    except (OSError, EOFError, RuntimeError, wave.Error) as error:
        # RuntimeError: a part of the file says that it is longer than the file.
        cause = getattr(error, "strerror", None) or str(error) or "cut short"
        raise DeviceError(
            name, f"cannot be read: {cause}", "name a WAV file that exists"
        ) from error
    if shape != (SAMPLE_RATE_HZ, 1, SAMPLE_BYTES):
        rate_hz, channels, width = shape
        raise DeviceError(
            name,
            f"is {rate_hz} Hz, {channels} channel(s), {8 * width} bit",
            f"convert it: sox {path} -r 48000 -c 1 -b 16 OUT.wav",
        )
    return pcm


def _recording(path: Path) -> Callable[[int], bytes]:
    pcm = read_wav(path)

    def frame(number: int) -> bytes:
        part = pcm[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
        return part.ljust(FRAME_BYTES, b"\0")

    return frame


def open_capture(name: str) -> CaptureDevice | None:
    """The synthetic microphone of that name, or None where it is an ALSA name."""
    kind, _, argument = name.partition(":")
    if kind == "wav":
        return SyntheticCapture(name, _recording(Path(argument)))
    if kind == "tone":
        return SyntheticCapture(name, _tone(float(argument)))
    if name == "silence":
        return SyntheticCapture(name, lambda _: SILENCE)
    return None


def open_playout(name: str) -> PlayoutDevice | None:
    """The synthetic speaker of that name, or None where it is an ALSA name."""
    kind, _, argument = name.partition(":")
    if kind == "record":
        return Recorder(Path(argument))
    if name == "silence":
        return SilentPlayout()
    return None
