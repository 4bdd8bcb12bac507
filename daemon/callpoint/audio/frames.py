"""PURE: the one sound format inside callpoint, and its arithmetic.

All sound between a device and a codec is 48 kHz mono signed 16-bit little endian, in
frames of 20 ms: Opus's own clock, and what RTP timestamps of Opus count.
"""

from array import array
from math import sqrt
from operator import mul
from typing import Final

SAMPLE_RATE_HZ: Final = 48_000
FRAME_MS: Final = 20
FRAME_SAMPLES: Final = SAMPLE_RATE_HZ * FRAME_MS // 1000
SAMPLE_BYTES: Final = 2
FRAME_BYTES: Final = FRAME_SAMPLES * SAMPLE_BYTES
FRAME_S: Final = FRAME_MS / 1000
SILENCE: Final = bytes(FRAME_BYTES)

_LEVEL_STRIDE: Final = 8


def level(pcm: bytes) -> float:
    """Loudness of a frame, as the root mean square of every eighth sample, 0 to 1.

    Every eighth sample is enough to tell speech from silence, at an eighth of the cost.
    """
    samples = memoryview(pcm).cast("h")[::_LEVEL_STRIDE].tolist()
    if not samples:
        return 0.0
    return sqrt(sum(map(mul, samples, samples)) / len(samples)) / 32768


def amplified(pcm: bytes, gain: float) -> bytes:
    """The sound `gain` times as loud; what would be too loud is clipped."""
    samples = (int(sample * gain) for sample in array("h", pcm))
    return array("h", (max(-32768, min(32767, x)) for x in samples)).tobytes()
