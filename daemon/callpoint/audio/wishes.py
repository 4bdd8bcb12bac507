"""PURE: what is asked of a card, and what is asked next when it grants something else.

Periods are counted in samples of the card's rate, so a rate or a period that was not
asked for changes how long the buffer becomes.
"""

from dataclasses import dataclass, replace
from typing import Final

from callpoint.audio.frames import SAMPLE_RATE_HZ

_LEAST_PERIODS: Final = 2


@dataclass(frozen=True)
class Wish:
    """A rate, and a buffer of so many periods."""

    rate_hz: int
    period_samples: int
    periods: int

    def after(self, rate_hz: int, period_samples: int) -> "Wish":
        """What to ask of a card that granted these; the same where it fits."""
        if rate_hz != self.rate_hz:
            scaled = round(self.period_samples * rate_hz / self.rate_hz)
            return Wish(rate_hz, scaled, self.periods)
        if period_samples != self.period_samples:
            fewer = round(self.period_samples * self.periods / period_samples)
            periods = max(_LEAST_PERIODS, fewer)
            return replace(self, period_samples=period_samples, periods=periods)
        return self


def wish(period_s: float, periods: int) -> Wish:
    """The first: our own rate."""
    return Wish(SAMPLE_RATE_HZ, round(SAMPLE_RATE_HZ * period_s), periods)
