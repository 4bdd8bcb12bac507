"""PURE: what is to be done later; whoever owns a clock asks for what is due."""

import heapq
from collections.abc import Callable
from itertools import count

Deed = Callable[[float], None]
"""Called with the time at which it is done, in seconds."""


class Agenda:
    """Deeds with a time, in the order of their times, then of their entry."""

    def __init__(self) -> None:
        self._entries: list[tuple[float, int, Deed]] = []
        self._order = count()

    @property
    def deadline_s(self) -> float | None:
        """When the next deed is due; None when there is none."""
        return self._entries[0][0] if self._entries else None

    def at(self, due_s: float, deed: Deed) -> None:
        heapq.heappush(self._entries, (due_s, next(self._order), deed))

    def run(self, now_s: float) -> None:
        """Perform all that is due; what a deed adds waits for the next run."""
        due: list[Deed] = []
        while self._entries and self._entries[0][0] <= now_s:
            due.append(heapq.heappop(self._entries)[2])
        for deed in due:
            deed(now_s)

    def clear(self) -> None:
        self._entries.clear()
