"""PURE: which lines of the log are left out, because they have just been told.

A fault that comes back every second for a week is one fault, and must neither hide the
others nor wear out the SD card that the journal lies on.
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

TOLD: Final = 5
"""So many times a line is told within the period; then no more."""
PERIOD_S: Final = 600.0
_KNOWN: Final = 200
"""Lines that are remembered at once."""


@dataclass
class _Line:
    since_s: float
    told: int = 0
    left_out: int = 0


class Repeats:
    """Remembers lines by their text, and how often each was told."""

    def __init__(self) -> None:
        self._lines: OrderedDict[str, _Line] = OrderedDict()

    def left_out(self, text: str, now_s: float) -> int | None:
        """None: do not tell this line. Else: how many like it were not told before."""
        line = self._lines.setdefault(text, _Line(now_s))
        self._lines.move_to_end(text)
        if len(self._lines) > _KNOWN:
            self._lines.popitem(last=False)
        before = 0
        if now_s - line.since_s >= PERIOD_S:
            before = line.left_out
            line.since_s, line.told, line.left_out = now_s, 0, 0
        if line.told < TOLD:
            line.told += 1
            return before
        line.left_out += 1
        return None
