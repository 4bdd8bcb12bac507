"""Keeps the time of a sound card where there is none."""

import time
from collections.abc import Callable
from typing import Final

_MAX_LAG_S: Final = 0.2


class Pace:
    """Keeps the time of a card: `wait(s)` returns when the next `s` have passed.

    A thread that was held up catches up at once, but no more than 200 ms of it.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._due_s: float | None = None

    def wait(self, duration_s: float) -> None:
        now_s = self._clock()
        if self._due_s is None or now_s - self._due_s > _MAX_LAG_S:
            self._due_s = now_s
        self._due_s += duration_s
        if self._due_s > now_s:
            self._sleep(self._due_s - now_s)

    def reset(self) -> None:
        self._due_s = None
