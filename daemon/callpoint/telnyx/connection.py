"""A session over one socket: feed what comes, drain what is due, dispatch the meaning.

The session is sans-I/O and outlives its sockets; this is the life of one of them.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from typing import Final

from callpoint.errors import CallpointError, NetworkError
from callpoint.system.turning import LONGEST_TURN_S, Turn
from callpoint.telnyx.events import SessionEvent, Unresponsive
from callpoint.telnyx.protocol import Session
from callpoint.telnyx.socket import Socket

_ADDRESS_BACK_S: Final = 0.5

log = logging.getLogger(__name__)


class Connection:
    """Runs one socket. `dispatch` may raise CallpointError to give the socket up.

    Reading, writing and keeping time wait for nobody: a socket whose buffers are full,
    because nothing passes, is found dead all the same. One task writes, so that no
    caller who is cancelled takes the frames of others with him.
    """

    def __init__(
        self,
        session: Session,
        socket: Socket,
        dispatch: Callable[[SessionEvent], None],
    ) -> None:
        self._session = session
        self._socket = socket
        self._dispatch = dispatch
        self.is_over = False
        self._given_up: asyncio.Future[CallpointError] = asyncio.Future()
        self._waiting: list[asyncio.Future[None]] = []
        """For what they want sent."""
        self._to_send = asyncio.Event()
        self._moved = asyncio.Event()

    @property
    def turn(self) -> Turn:
        """It looks at the clock when the session asks for it, or somebody hangs."""
        due_s = self._session.deadline()
        return Turn("keeping time", None if due_s is None else due_s + LONGEST_TURN_S)

    async def run(self, reconnection: bool) -> CallpointError:
        """Log in and serve the socket until it is gone; returns why that is."""
        self._session.socket_opened(reconnection, time.monotonic())
        serving = asyncio.create_task(self._serve())
        try:
            await asyncio.wait([serving])
        finally:
            serving.cancel()
            await asyncio.wait([serving])
            self._end()
            self._session.socket_closed(time.monotonic())
        return _cause(serving)

    async def _serve(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._write())
            tasks.create_task(self._keep_time())
            tasks.create_task(self._leave())
            await self._read()

    async def close(self) -> None:
        """Let go of the socket; at most a second after `run`."""
        await self._socket.close()

    def give_up(self, cause: CallpointError) -> None:
        """Let `run` end, for this cause."""
        if not self._given_up.done():
            self._given_up.set_result(cause)

    async def flush(self) -> None:
        """Send what the session wants sent; NetworkError when the socket is gone."""
        if self.is_over:
            raise NetworkError("the connection is lost")
        sent = asyncio.get_running_loop().create_future()
        self._waiting.append(sent)
        self.wake()
        await sent

    def network_changed(self) -> None:
        """The server may be cut off without a word: it is asked for one.

        Where the address is gone that the socket is from, nothing can come any more,
        and no answer is waited for. An interface that is set up anew may get it back.
        """
        now_s = time.monotonic()
        if self._socket.goes_its_way():
            self._session.suspect(now_s)
        else:
            self._session.moved(now_s)
        self.wake()
        if not self._socket.has_its_address():
            loop = asyncio.get_running_loop()
            loop.call_later(_ADDRESS_BACK_S, self._give_up_if_moved)

    def _give_up_if_moved(self) -> None:
        if not self.is_over and not self._socket.has_its_address():
            self._socket.abort()
            self.give_up(NetworkError("this device has another address"))

    def wake(self) -> None:
        """The session was told something, and may want something sooner."""
        self._to_send.set()
        self._moved.set()

    async def _write(self) -> None:
        while True:
            self._to_send.clear()
            waiting = len(self._waiting)
            for text in self._session.outgoing():
                await self._socket.send(text)
            for sent in self._waiting[:waiting]:
                if not sent.done():
                    sent.set_result(None)
            del self._waiting[:waiting]
            await self._to_send.wait()

    async def _leave(self) -> None:
        raise await self._given_up

    def _end(self) -> None:
        self.is_over = True
        for sent in self._waiting:
            if not sent.done():
                sent.set_exception(NetworkError("the connection is lost"))

    async def _read(self) -> None:
        while True:
            text = await self._socket.receive()
            self._tell(self._session.receive(text, time.monotonic()))
            self.wake()

    async def _keep_time(self) -> None:
        """Tick at the session's deadline, which every frame may have moved."""
        while True:
            self._moved.clear()
            try:
                async with asyncio.timeout_at(self._session.deadline()):
                    await self._moved.wait()
            except TimeoutError:
                self._tell(self._session.tick(time.monotonic()))
                self._to_send.set()

    def _tell(self, events: Iterable[SessionEvent]) -> None:
        for event in events:
            if isinstance(event, Unresponsive):
                # Nobody is there who would answer a close frame.
                self._socket.abort()
            self._dispatch(event)


def _cause(serving: "asyncio.Task[None]") -> CallpointError:
    """Why a socket is gone; a mistake of ours ends the connection alone."""
    error = None if serving.cancelled() else serving.exception()
    first = error
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    if isinstance(first, CallpointError):
        return first
    log.error("the connection broke off", exc_info=error)
    return NetworkError(f"the connection broke off: {type(first).__name__}")
