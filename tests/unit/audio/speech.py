"""Sound for tests of codecs, and how alike two sounds are."""

import math
from array import array

from callpoint.audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ


def hum(frame: int, frequency_hz: float = 150, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """One frame of 20 ms of something voiced: a fundamental with overtones."""
    samples = FRAME_SAMPLES * rate_hz // SAMPLE_RATE_HZ
    return array(
        "h",
        (
            round(
                sum(
                    6000 / k * math.sin(2 * math.pi * frequency_hz * k * i / rate_hz)
                    for k in (1, 2, 3)
                )
            )
            for i in range(frame * samples, (frame + 1) * samples)
        ),
    ).tobytes()


def likeness(one: bytes, other: bytes, within_samples: int = 480) -> float:
    """Normalised correlation at the best lag, 1.0 for the same sound."""
    a = memoryview(one).cast("h").tolist()
    b = memoryview(other).cast("h").tolist()

    def at(lag: int) -> float:
        pairs = list(zip(a[: len(a) - lag], b[lag:], strict=True))
        dot = sum(x * y for x, y in pairs)
        norm = math.sqrt(sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs))
        return dot / norm if norm else 0.0

    return max(at(lag) for lag in range(0, within_samples, 2))


def distance(one: bytes, other: bytes) -> float:
    """Root mean square of the difference, in steps of 16 bit."""
    pairs = list(
        zip(memoryview(one).cast("h"), memoryview(other).cast("h"), strict=True)
    )
    return math.sqrt(sum((x - y) ** 2 for x, y in pairs) / len(pairs))
