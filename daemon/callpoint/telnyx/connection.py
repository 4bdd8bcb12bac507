"""A session over one socket: feed what comes, drain what is due, dispatch the meaning.

The session is sans-I/O and outlives its sockets; this is the life of one of them.
"""

import asyncio
import time
from collections.abc import Callable, Iterable

from callpoint.errors import CallpointError
from callpoint.telnyx.events import SessionEvent
from callpoint.telnyx.protocol import Session
from callpoint.telnyx.socket import Socket


class Connection:
    """Runs one socket. `dispatch` may raise CallpointError to give the socket up."""

    def __init__(
        self,
        session: Session,
        socket: Socket,
        dispatch: Callable[[SessionEvent], None],
    ) -> None:
        self._session = session
        self._socket = socket
        self._dispatch = dispatch
        self._sending = asyncio.Lock()
        self._changed = asyncio.Event()

    async def run(self, reconnection: bool) -> CallpointError:
        """Log in and serve the socket until it is gone; returns why that is."""
        self._session.socket_opened(reconnection, time.monotonic())
        cause: CallpointError | None = None
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._keep_time())
                await self.flush()
                await self._read()
        except* CallpointError as group:
            cause = _first(group)
        finally:
            self._session.socket_closed(time.monotonic())
            await self._socket.close()
        assert cause is not None, "reading ends by an error only"
        return cause

    async def flush(self) -> None:
        """Send what the session wants sent; NetworkError when the socket is gone."""
        async with self._sending:
            for text in self._session.outgoing():
                await self._socket.send(text)
        self._changed.set()

    async def _read(self) -> None:
        while True:
            text = await self._socket.receive()
            self._tell(self._session.receive(text, time.monotonic()))
            await self.flush()

    async def _keep_time(self) -> None:
        """Tick at the session's deadline, which every flush may have moved."""
        while True:
            self._changed.clear()
            try:
                async with asyncio.timeout_at(self._session.deadline()):
                    await self._changed.wait()
            except TimeoutError:
                self._tell(self._session.tick(time.monotonic()))
                await self.flush()

    def _tell(self, events: Iterable[SessionEvent]) -> None:
        for event in events:
            self._dispatch(event)


def _first(group: BaseExceptionGroup[CallpointError]) -> CallpointError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, CallpointError)
    return error
