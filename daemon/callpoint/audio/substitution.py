"""PURE: what stands in for lost sound, where a codec cannot conceal by itself.

The last pitch periods are repeated, and fade out: in the spirit of G.711 Appendix I.
All sound here is 16 bit mono at the codec's own rate, 8 or 16 kHz.
"""

from array import array
from math import sqrt
from operator import mul
from typing import Final

from callpoint.audio.splice import spliced

_SHORTEST_PERIOD_S: Final = 1 / 200
"""Higher voices are repeated by two periods or more."""
_LONGEST_PERIOD_S: Final = 1 / 66
_COMPARED_S: Final = 0.008
_SPLICE_S: Final = 0.005
_STEP_S: Final = 0.001
_FULL_S: Final = 0.01
_FADED_S: Final = 0.08
_COARSE_RATE_HZ: Final = 4_000


class Substitute:
    """Makes up what was lost of one stream from what was heard of it.

    Every sound that was decoded goes through `hear`.
    """

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._past = array("h", bytes(2 * self._samples(2 * _LONGEST_PERIOD_S + 0.01)))
        self._cycle: array[int] = array("h")
        self._step = 0
        self._made = 0

    def hear(self, pcm: bytes) -> bytes:
        """Sound that was not lost; after a loss it begins with what was made up."""
        if self._made:
            pcm = spliced(self.make(self._samples(_SPLICE_S)), pcm)
            self._made = 0
        sound = array("h", pcm)
        self._past = (self._past + sound)[-len(self._past) :]
        return pcm

    def make(self, samples: int) -> bytes:
        """What most likely follows; consecutive calls fade to silence."""
        if not self._made:
            self._begin()
        made = array("h", (self._sample(self._made + n) for n in range(samples)))
        self._made += samples
        return made.tobytes()

    def _begin(self) -> None:
        """Cut the cycle to be repeated out of the past, so that its end meets itself.

        What was heard already cannot be changed: the step from its last sample to the
        cycle's first is levelled out within the first millisecond.
        """
        past = self._past
        period = self._period()
        cycle = past[-period:]
        end = self._samples(_SPLICE_S) if period > self._samples(_SPLICE_S) else period
        before = past[-period - end : -period]
        joined = spliced(cycle[-end:].tobytes(), before.tobytes())
        cycle[-end:] = array("h", joined)
        self._step = past[-1] - past[-period - 1]
        self._cycle = cycle

    def _sample(self, place: int) -> int:
        levelling = max(0.0, 1 - (place + 1) / self._samples(_STEP_S))
        value = self._cycle[place % len(self._cycle)] + self._step * levelling
        return max(-32768, min(32767, round(value * self._gain(place))))

    def _gain(self, place: int) -> float:
        since_s = place / self._rate_hz
        return min(1.0, max(0.0, (_FADED_S - since_s) / (_FADED_S - _FULL_S)))

    def _period(self) -> int:
        """The lag at which the past is most like itself: coarsely, then finely."""
        stride = self._rate_hz // _COARSE_RATE_HZ
        shortest = self._samples(_SHORTEST_PERIOD_S)
        longest = self._samples(_LONGEST_PERIOD_S)
        coarse = self._best(range(shortest, longest + 1, stride), stride)
        return self._best(range(coarse - stride, coarse + stride + 1), 1)

    def _best(self, lags: range, stride: int) -> int:
        past = self._past
        compared = self._samples(_COMPARED_S)
        last = past[-compared::stride]

        def likeness(lag: int) -> float:
            other = past[-compared - lag : len(past) - lag : stride]
            energy = sum(map(mul, other, other))
            return sum(map(mul, last, other)) / sqrt(energy) if energy else 0.0

        return max(lags, key=likeness)

    def _samples(self, duration_s: float) -> int:
        return round(duration_s * self._rate_hz)
