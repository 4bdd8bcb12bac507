"""Opus payloads: what is read in them without decoding, beside what libopus says."""

from callpoint.audio.opus import Decoder
from callpoint.audio.opus_packet import (
    duration_samples,
    frame_samples,
    holds_copy,
    is_celt,
)
from callpoint.errors import DeviceError

SEEDS = [
    b"\x00",
    bytes([0x48, *range(60)]),
    bytes([0x49, *range(90)]),
    bytes([0x4A, 20, *range(80)]),
    bytes([0x4B, 0x83, 20, 20, *range(100)]),
    bytes([0xF8, *range(30)]),
]


def survives(received: bytes) -> None:
    """Nothing raises but DeviceError, for what libopus refuses."""
    if not received:
        return
    is_celt(received)
    frame_samples(received)
    holds_copy(received)
    samples = duration_samples(received)
    assert 0 <= samples <= 5760
    try:
        pcm = Decoder().decode(received)
    except DeviceError:
        return
    assert len(pcm) == 2 * samples
