"""PURE: keeps the time line at its target while two clocks and a network disagree.

What is behind or ahead is made up where nobody hears it: in a pause any length is cut
or doubled; in speech whole pitch periods, when it is much; and a little at a time, by
changing the speed by a fraction of a percent, when it is the clocks that differ.
"""

from dataclasses import dataclass
from typing import Final

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.audio.stretch import LONGEST_LAG, SHORTEST_LAG

_SMOOTHING: Final = 1 / 16
"""A thread is woken a few milliseconds early or late: that is not the clocks' fault."""
_MARGIN_S: Final = 0.004
_TOLERATED_S: Final = 0.006
_MADE_UP_S: Final = 0.002
_HURRIED_S: Final = 0.012
_TOO_LATE_S: Final = 0.04
_TOO_EARLY_S: Final = -0.01
_REST_FRAMES: Final = 2
"""Between two splices in speech: no word is said more than a third faster."""
_PAUSE_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Cut:
    """Take out that many samples, or, in speech, one pitch period."""

    samples: int
    in_pause: bool


@dataclass(frozen=True, slots=True)
class Lengthen:
    """Say twice that many samples, or, in speech, one pitch period."""

    samples: int
    in_pause: bool


@dataclass(frozen=True, slots=True)
class Nudge:
    """Spread that many samples more, or fewer below 0, over the frame."""

    samples: int


Correction = Cut | Lengthen | Nudge | None


class Regulator:
    """Told how far each frame is behind the far end; says what to do about it."""

    def __init__(self) -> None:
        self.lag_s = 0.0
        """Of the last frames, smoothed."""
        self._is_first = True
        self._is_nudging = False
        self._untouched_frames = 0
        """Since a pitch period was cut or doubled."""

    def restart(self) -> None:
        """A new time line begins: what was smoothed is of another one."""
        self._is_first = True

    def steer(self, lag_s: float, wanted_s: float, *, quiet: bool) -> Correction:
        """What to do with a frame that is `lag_s` behind, and not `wanted_s`.

        Speech that waits too briefly is lengthened soon, since words would be lost;
        what waits too long has time until a pause, unless it is very late.
        """
        if self._is_first:
            self.lag_s = lag_s
            self._is_first = False
        self.lag_s += (lag_s - self.lag_s) * _SMOOTHING
        behind_s = self.lag_s - wanted_s - _MARGIN_S
        if quiet and abs(behind_s) > _PAUSE_S:
            samples = min(round(abs(behind_s) * SAMPLE_RATE_HZ), LONGEST_LAG)
            return Cut(samples, True) if behind_s > 0 else Lengthen(samples, True)
        self._untouched_frames += 1
        if self._untouched_frames > _REST_FRAMES:
            if behind_s > _TOO_LATE_S:
                return Cut(LONGEST_LAG, False)
            if behind_s < _TOO_EARLY_S:
                return Lengthen(LONGEST_LAG, False)
        return self._nudge(behind_s)

    def corrected(self, samples: int) -> None:
        """So many samples were added to the frame, or taken out of it below 0."""
        self.lag_s += samples / SAMPLE_RATE_HZ
        if abs(samples) >= SHORTEST_LAG:
            self._untouched_frames = 0

    def _nudge(self, behind_s: float) -> Correction:
        """Once begun, it goes on until nothing is left to make up."""
        size_s = abs(behind_s)
        self._is_nudging = size_s > (_MADE_UP_S if self._is_nudging else _TOLERATED_S)
        if not self._is_nudging:
            return None
        samples = 2 if size_s < _HURRIED_S else 4
        return Nudge(-samples if behind_s > 0 else samples)
