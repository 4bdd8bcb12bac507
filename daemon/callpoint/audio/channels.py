"""PURE: from the samples and channels that a card has to 16 bit mono, and back.

Bytes are picked by slices: a frame takes some microseconds, and no library.
"""

from dataclasses import dataclass
from typing import Final

from callpoint.audio.frames import SAMPLE_BYTES

_SAMPLES: Final = {
    "S16_LE": (2, 0),
    "S24_LE": (4, 1),
    "S24_3LE": (3, 1),
    "S32_LE": (4, 2),
}
"""By ALSA's name: bytes of a sample, and at which of them its upper 16 bits begin."""


@dataclass(frozen=True)
class Layout:
    """How a card's samples lie in its buffer, the channels side by side."""

    sample_bytes: int
    upper: int
    channels: int

    @property
    def frame_bytes(self) -> int:
        """One sample of each channel."""
        return self.sample_bytes * self.channels

    @property
    def heard_channels(self) -> int:
        """Both of two, because a lone microphone may be wired to either.

        Of more the first: arrays put there what they made of all, and into the last
        one what their speaker plays.
        """
        return 2 if self.channels == 2 else 1


def layout_of(format_name: str, channels: int) -> Layout | None:
    """The layout of ALSA's format of that name; None for one that nobody needs."""
    sample = _SAMPLES.get(format_name)
    return Layout(*sample, channels) if sample and channels > 0 else None


def narrowed(pcm: bytes, layout: Layout) -> bytes:
    """16 bit sound of the heard channels."""
    heard = layout.heard_channels
    if heard * SAMPLE_BYTES == layout.frame_bytes:
        return pcm
    result = bytearray(len(pcm) // layout.frame_bytes * heard * SAMPLE_BYTES)
    for place in range(heard * SAMPLE_BYTES):
        channel, byte = divmod(place, SAMPLE_BYTES)
        first = channel * layout.sample_bytes + layout.upper + byte
        result[place :: heard * SAMPLE_BYTES] = pcm[first :: layout.frame_bytes]
    return bytes(result)


def widened(mono: bytes, layout: Layout) -> bytes:
    """16 bit mono sound on every channel of the card."""
    if layout.frame_bytes == SAMPLE_BYTES:
        return mono
    result = bytearray(len(mono) // SAMPLE_BYTES * layout.frame_bytes)
    for byte in range(SAMPLE_BYTES):
        half = mono[byte::SAMPLE_BYTES]
        for channel in range(layout.channels):
            first = channel * layout.sample_bytes + layout.upper + byte
            result[first :: layout.frame_bytes] = half
    return bytes(result)
