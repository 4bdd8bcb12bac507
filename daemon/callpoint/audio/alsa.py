"""ALSA through pyalsaaudio: the only file that imports alsaaudio.

pyalsaaudio tells an overrun or underrun by a negative return (-32), not by an
exception, and a failed write's samples are not played: they are written again.
"""

import ctypes
from functools import cache
from typing import Any, Final

import alsaaudio

from callpoint.audio.frames import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    SAMPLE_RATE_HZ,
    SILENCE,
)
from callpoint.errors import DeviceError

_XRUN: Final = -32
_PLAYOUT_PERIOD_SAMPLES: Final = FRAME_SAMPLES // 2
_PLAYOUT_PERIODS: Final = 3
"""30 ms wait in a full buffer: the least that a sound server feeds without gaps."""
_CAPTURE_PERIODS: Final = 8
"""A thread may be held up for 160 ms before a word is lost; it costs no delay."""

_ADVICE: Final = {
    "No such file or directory": "list the names with: arecord -L and aplay -L",
    "No such device": "plug the device in; list the names with: aplay -L",
    "Device or resource busy": "another program holds it; find it with: fuser -v "
    "/dev/snd/*",
    "Permission denied": "the daemon's user must be in the group audio",
}


@cache
def _hush() -> None:
    """Keep libasound from printing to stderr: what it knows is in our error.

    libasound calls its error function with a lock held that another thread may wait
    for with the GIL held: Python code there would hang both. getppid() ignores the
    arguments, and is the C library's.
    """
    nothing = ctypes.cast(ctypes.CDLL(None).getppid, ctypes.c_void_p)
    ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(nothing)


def _failure(name: str, error: alsaaudio.ALSAAudioError) -> DeviceError:
    text = str(error).removesuffix(f" [{name}]")
    return DeviceError(name, text, _ADVICE.get(text, ""))


class _Pcm:
    """One open PCM of 48 kHz mono 16 bit."""

    def __init__(self, kind: int, name: str, period_samples: int, periods: int) -> None:
        _hush()
        self.name = name
        self.xruns = 0
        try:
            self._pcm = alsaaudio.PCM(
                kind,
                device=name,
                rate=SAMPLE_RATE_HZ,
                channels=1,
                format=alsaaudio.PCM_FORMAT_S16_LE,
                periodsize=period_samples,
                periods=periods,
            )
        except alsaaudio.ALSAAudioError as error:
            raise _failure(name, error) from error
        self._check(self._pcm.info())

    def _check(self, info: dict[str, Any]) -> None:
        """ALSA grants the nearest that the card can do: refuse anything else."""
        got = (info["rate"], info["channels"], info["format_name"])
        if got != (SAMPLE_RATE_HZ, 1, "S16_LE"):
            self._pcm.close()
            rate_hz, channels, sample_format = got
            raise DeviceError(
                self.name,
                f"offers {rate_hz} Hz, {channels} channel(s), {sample_format}",
                "let ALSA convert: write plughw: instead of hw:",
            )

    def stop(self) -> None:
        try:
            self._pcm.drop()
        except alsaaudio.ALSAAudioError as error:
            raise _failure(self.name, error) from error

    def close(self) -> None:
        self._pcm.close()


class AlsaCapture(_Pcm):
    """A microphone. Prepared, not running, until the first read."""

    def __init__(self, name: str) -> None:
        super().__init__(alsaaudio.PCM_CAPTURE, name, FRAME_SAMPLES, _CAPTURE_PERIODS)

    def read(self) -> bytes:
        try:
            length, pcm = self._pcm.read()
        except alsaaudio.ALSAAudioError as error:
            raise _failure(self.name, error) from error
        if length == _XRUN:
            self.xruns += 1
            return SILENCE
        if length < 0:
            raise DeviceError(self.name, f"stopped working (error {-length})")
        return bytes(pcm).ljust(FRAME_BYTES, b"\0")


class AlsaPlayout(_Pcm):
    """A speaker."""

    def __init__(self, name: str) -> None:
        super().__init__(
            alsaaudio.PCM_PLAYBACK, name, _PLAYOUT_PERIOD_SAMPLES, _PLAYOUT_PERIODS
        )

    def write(self, pcm: bytes) -> None:
        if self._write(pcm) == _XRUN:
            self.xruns += 1
            self._write(pcm)

    def _write(self, pcm: bytes) -> int:
        try:
            written = int(self._pcm.write(pcm))
        except alsaaudio.ALSAAudioError as error:
            raise _failure(self.name, error) from error
        if written < 0 and written != _XRUN:
            raise DeviceError(self.name, f"stopped working (error {-written})")
        return written

    def delay_s(self) -> float:
        """What is in the buffer; a sound server behind it may add to that."""
        free = int(self._pcm.avail())
        buffered = _PLAYOUT_PERIOD_SAMPLES * _PLAYOUT_PERIODS - free
        return max(0.0, buffered / SAMPLE_RATE_HZ)
