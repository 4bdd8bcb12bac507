"""PURE: a frame of sound made shorter or longer, so that nobody hears it.

A splice takes out, or says twice, one pitch period of speech: the two ends are alike,
and are faded into each other. In a pause any length will do. Smaller differences, of
two clocks, are single samples, spread over a whole frame.
"""

from array import array
from math import sqrt
from operator import mul
from typing import Final

from callpoint.audio.frames import SAMPLE_RATE_HZ

SHORTEST_LAG: Final = SAMPLE_RATE_HZ * 5 // 2000
"""2.5 ms: the period of a child's voice, 400 Hz."""
LONGEST_LAG: Final = SAMPLE_RATE_HZ * 15 // 1000
"""15 ms: the period of a deep voice, 67 Hz."""
FADE: Final = SAMPLE_RATE_HZ * 4 // 1000
_COARSE: Final = 6
"""The search looks at every sixth sample: 8 kHz hold the pitch of any voice."""
_FINE: Final = 2


def best_lag(sound: "array[int]", longest: int = LONGEST_LAG) -> tuple[int, float]:
    """The distance at which the sound repeats its beginning best, and how well.

    In samples, from `SHORTEST_LAG` on; 1.0 is a perfect repetition. The sound has to
    be `longest + FADE` samples long.
    """
    lag, _ = _search(sound, range(SHORTEST_LAG, longest + 1, _COARSE), _COARSE)
    near = range(
        max(SHORTEST_LAG, lag - _COARSE), min(longest, lag + _COARSE) + 1, _FINE
    )
    return _search(sound, near, _FINE)


def _search(sound: "array[int]", lags: range, stride: int) -> tuple[int, float]:
    head = sound[:FADE:stride]
    energy = sum(map(mul, head, head))
    best, likeness = lags[0], -1.0
    for lag in lags:
        part = sound[lag : lag + FADE : stride]
        strength = sqrt(energy * sum(map(mul, part, part)))
        alike = sum(map(mul, head, part)) / strength if strength else 1.0
        if alike > likeness:
            best, likeness = lag, alike
    return best, likeness


def cut(sound: "array[int]", lag: int) -> "array[int]":
    """The sound without `lag` of its first samples; begins and ends as it did."""
    return _faded(sound, 0, lag) + sound[lag + FADE :]


def lengthen(sound: "array[int]", lag: int) -> "array[int]":
    """The sound with `lag` of its first samples said twice."""
    return sound[:lag] + _faded(sound, lag, 0) + sound[FADE:]


def _faded(sound: "array[int]", outgoing: int, incoming: int) -> "array[int]":
    """From what begins at the one index to what begins at the other."""
    leaving = sound[outgoing : outgoing + FADE]
    coming = sound[incoming : incoming + FADE]
    return array(
        "h",
        [
            (old * (FADE - step) + new * step) // FADE
            for step, (old, new) in enumerate(zip(leaving, coming, strict=True))
        ],
    )


def nudge(sound: "array[int]", samples: int) -> "array[int]":
    """The sound longer by a few samples (or shorter), evenly spread.

    Each costs the phase of one sample, within a fade: a fifth of a percent of the speed
    is 3 cents of pitch. A sound too short for so many fades changes by fewer.
    """
    pieces = min(abs(samples), len(sound) // (FADE + 1))
    change = lengthen if samples > 0 else cut
    nudged = array("h")
    for piece in range(pieces):
        begin, end = (len(sound) * n // pieces for n in (piece, piece + 1))
        nudged += change(sound[begin:end], 1)
    return nudged or sound
