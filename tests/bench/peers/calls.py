"""One call at a time, which either end may end."""

import asyncio
from collections.abc import Callable
from typing import Protocol

from tests.bench.peers.contract import tell
from tests.bench.peers.signalling import Session


class Call(Protocol):
    """A call, from its press to its bye."""

    async def place(self) -> None: ...

    async def end(self) -> None:
        """Give everything back; a call that was never placed may be ended too."""


class OneCall:
    """A peer that makes each of its calls anew, `in_advance` or at the press."""

    def __init__(
        self, session: Session, new_call: Callable[[], Call], in_advance: bool = False
    ) -> None:
        self._session = session
        self._new_call = new_call
        self._in_advance = in_advance
        self._spare = new_call() if in_advance else None
        self._call: Call | None = None
        self._ending: set[asyncio.Task[None]] = set()
        session.ended = self._far_end_left

    async def press(self) -> None:
        self._call, self._spare = self._spare or self._new_call(), None
        await self._call.place()

    async def hang_up(self) -> None:
        if self._call is not None:
            await self._session.bye()
        await self._end()

    async def close(self) -> None:
        self._in_advance = False
        await self.hang_up()
        if self._spare is not None:
            await self._spare.end()

    def _far_end_left(self) -> None:
        task = asyncio.ensure_future(self._end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            await call.end()
            tell("ended")
            if self._in_advance:
                self._spare = self._new_call()
