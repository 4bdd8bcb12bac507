"""From the edges of a pin to presses: the button's thread, the loop, the debouncing."""

import asyncio
import time
from collections.abc import Callable

from callpoint.controls.debounce import Debounce
from callpoint.station.events import Pressed, Released


class Finger:
    """Debounces one button. `edge` may be called on any thread.

    `is_down` reads the line again when the bouncing should be over.
    """

    def __init__(
        self,
        debounce_ms: float,
        is_down: Callable[[], bool],
        post: Callable[[Pressed | Released], None],
    ) -> None:
        self._debounce = Debounce(debounce_ms)
        self._is_down = is_down
        self._post = post
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None

    def edge(self, down: bool, at_s: float) -> None:
        """The line changed at `at_s`."""
        self._loop.call_soon_threadsafe(self._edge, down, at_s)

    def found_down(self) -> None:
        """The button is held at the start, which is no press."""
        self._debounce.found_down()

    def debounce(self, debounce_ms: float) -> None:
        """Another time of quiet, from the next edge on."""
        self._debounce.quiet_ms = debounce_ms

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _edge(self, down: bool, at_s: float) -> None:
        self._tell(self._debounce.edge(down, at_s))

    def _settle(self) -> None:
        self._tell(self._debounce.settle(time.monotonic(), self._is_down()))

    def _tell(self, events: list[Pressed | Released]) -> None:
        self.close()
        for event in events:
            self._post(event)
        due_s = self._debounce.deadline()
        if due_s is not None:
            self._timer = self._loop.call_at(due_s, self._settle)
