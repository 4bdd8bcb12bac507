"""The life of a media connection: what is done to it ends with it, and that wholly.

aiortc that is cut short while it closes, or closed while it gathers, leaves sockets and
tasks behind for ever. So whoever waits may go, and the closing goes on; and what is
under way is ended before it.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeVar

from callpoint.errors import NetworkError

Result = TypeVar("Result")

_ending: Final[set[asyncio.Task[None]]] = set()
"""The event loop alone would let an ending be collected half-way."""


class Lifetime:
    """Deeds in tasks of their own, and one ending."""

    def __init__(self) -> None:
        self.ended_s: float | None = None
        """When the end began."""
        self._deeds: set[asyncio.Task[Any]] = set()
        self._end: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        return self.ended_s is not None

    def begin(self, deed: Coroutine[Any, Any, Result]) -> asyncio.Task[Result]:
        """Start a deed, which ends with the life at the latest.

        Raises NetworkError when that is over.
        """
        if self.is_over:
            deed.close()
            raise _closed()
        task = asyncio.create_task(deed)
        self._deeds.add(task)
        task.add_done_callback(self._deeds.discard)
        return task

    async def done(self, deed: asyncio.Task[Result]) -> Result:
        """What a deed returns; it ends when nobody waits for it any more.

        Raises NetworkError when the life ended first.
        """
        try:
            await asyncio.wait([deed])
        finally:
            deed.cancel()
        if deed.cancelled():
            raise _closed()
        return deed.result()

    async def end(
        self, close: Callable[[], Coroutine[Any, Any, None]], at_most_s: float
    ) -> bool:
        """End all deeds, and close; False when that takes longer, unwaited for.

        It happens once, and completely, however many wait and whoever stops waiting.
        """
        if self._end is None:
            self.ended_s = time.monotonic()
            self._end = asyncio.create_task(self._end_with(close))
            _ending.add(self._end)
            self._end.add_done_callback(_ending.discard)
        done, _ = await asyncio.wait([self._end], timeout=at_most_s)
        if done:
            self._end.result()
        return bool(done)

    async def _end_with(self, close: Callable[[], Coroutine[Any, Any, None]]) -> None:
        for deed in self._deeds:
            deed.cancel()
        if self._deeds:
            await asyncio.wait(self._deeds)
        await close()


def _closed() -> NetworkError:
    return NetworkError("the media connection was closed meanwhile")
