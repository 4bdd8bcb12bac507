"""An event loop whose clock jumps to the next timer: hours pass in a moment.

For code that waits by the loop's own clock and touches no socket.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Nothing is waited for; `time()` tells how much would have been."""

    def __init__(self) -> None:
        self._virtual_s = 1000.0
        super().__init__(_Jump(self))

    def time(self) -> float:
        return self._virtual_s

    def jump(self, seconds: float) -> None:
        self._virtual_s += seconds


class _Jump(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("everybody waits, and nothing is due")
        if not ready and timeout:
            self._loop.jump(timeout)
        return ready


def in_virtual_time(work: Coroutine[Any, Any, T]) -> T:
    """Run this to its end, at once."""
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(work)
