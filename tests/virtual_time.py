"""An event loop whose clock jumps to the next timer: hours pass in a moment.

For code that waits by the loop's own clock and touches no socket.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """Nothing is waited for; `time()` tells how much would have been."""

    def __init__(self) -> None:
        self._virtual_s = 1000.0
        super().__init__(_Jump(self))

    def time(self) -> float:
        return self._virtual_s

    def others_rest(self) -> bool:
        """Whether time may jump: nobody beside the loop is at work."""
        return True

    def jump(self, seconds: float | None) -> None:
        """Nothing is ready before this has passed; None: nothing is due at all."""
        if seconds is None:
            raise RuntimeError("everybody waits, and nothing is due")
        self._virtual_s += seconds


class _Jump(selectors.DefaultSelector):
    def __init__(self, loop: VirtualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        may_jump = self._loop.others_rest()
        ready = super().select(0)
        if may_jump and not ready and timeout != 0:
            self._loop.jump(timeout)
        return ready


def in_virtual_time(
    work: Coroutine[Any, Any, T],
    loop_factory: Callable[[], VirtualTimeLoop] = VirtualTimeLoop,
) -> T:
    """Run this to its end, at once."""
    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(work)
