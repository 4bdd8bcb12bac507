"""PURE: what the voice engine needs of a sound device; ALSA and synthetic ones fit it.

A device is used by one thread. It blocks to keep time: reading or writing one frame
takes 20 ms on average, whatever the device is.
"""

from typing import Final, Protocol

BUSY: Final = "Device or resource busy"
"""The cause of the DeviceError of a device that somebody else holds: ALSA's words."""


class CaptureDevice(Protocol):
    """A microphone. Between `stop` and `read` it is prepared at most, never running."""

    name: str
    xruns: int
    """How often the device lost samples because nobody took them in time."""

    def read(self) -> bytes:
        """The next frame of 20 ms (`frames.FRAME_BYTES`); the first read starts it.

        Raises DeviceError when the device is gone.
        """
        ...

    def stop(self) -> None:
        """Stop recording and drop what was not read; the next read starts it anew."""
        ...

    def is_there(self) -> bool:
        """Whether it may still work; False once it was unplugged."""
        ...

    def close(self) -> None: ...


class PlayoutDevice(Protocol):
    """A speaker."""

    name: str
    xruns: int
    """How often it had nothing to play because nothing came in time."""

    def write(self, pcm: bytes) -> None:
        """Hand over one frame (or a part of one); blocks while the device is full.

        Raises DeviceError when the device is gone.
        """
        ...

    def delay_s(self) -> float:
        """How long a sample written now waits until it is heard, in seconds."""
        ...

    def stop(self) -> None:
        """Stop at once and drop what was not played; the next write starts it anew."""
        ...

    def is_there(self) -> bool:
        """Whether it may still work; False once it was unplugged."""
        ...

    def close(self) -> None: ...
