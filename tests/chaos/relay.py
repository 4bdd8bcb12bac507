"""A bad network for WebSockets: stands between a client and a gateway."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus
from random import Random
from typing import Any

from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.http11 import Request, Response

from tests.chaos.plan import Blow, Mangling

Text = str | bytes
Send = Callable[[Text], Awaitable[None]]

_CLOSING: dict[Blow, int] = {Blow.SERVER_LEAVES: 1001, Blow.SERVER_RESTARTS: 1012}
_WELL = Mangling()


class Relay:
    """Passes frames both ways; `strike` begins a fault, `heal` ends it."""

    def __init__(self, target: str, dice: Random) -> None:
        self.url = ""
        self.most_open = 0
        """The most sockets that a client had open at a time."""
        self._target = target
        self._dice = dice
        self._blow: Blow | None = None
        self._mangling = _WELL
        self._open: set[ServerConnection] = set()
        self._deaf: set[ServerConnection] = set()
        self._sending: set[asyncio.Task[None]] = set()

    @property
    def open(self) -> int:
        return len(self._open)

    @property
    def passes(self) -> bool:
        """Whether a client has a socket that is not dead."""
        return bool(self._open - self._deaf)

    def strike(self, blow: Blow, mangling: Mangling) -> None:
        self._blow = blow
        if blow is Blow.MANGLED:
            self._mangling = mangling
        elif blow is Blow.SILENT:
            # A socket that fell silent stays so after the fault, as behind a dead NAT.
            self._deaf |= self._open
        elif blow in _CLOSING:
            for each in self._open:
                self._later(each.close(_CLOSING[blow]))
        else:
            for each in self._open:
                each.transport.abort()

    def heal(self) -> None:
        self._blow, self._mangling = None, _WELL

    @asynccontextmanager
    async def listening(self) -> AsyncIterator["Relay"]:
        server = await serve(
            self._serve,
            "127.0.0.1",
            0,
            process_request=self._welcome,
            ping_interval=None,
            close_timeout=0.2,
            max_size=None,
        )
        async with server:
            self.url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
            yield self
        for task in self._sending:
            task.cancel()
        await asyncio.gather(*self._sending, return_exceptions=True)

    async def _welcome(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        if self._blow is Blow.HANGING:
            await asyncio.sleep(3600)
        if self._blow in (Blow.REFUSED, Blow.CUT, *_CLOSING):
            return connection.respond(HTTPStatus.SERVICE_UNAVAILABLE, "")
        return None

    async def _serve(self, near: ServerConnection) -> None:
        path = near.request.path if near.request else "/"
        self._open.add(near)
        self.most_open = max(self.most_open, len(self._open))
        if self._blow is Blow.SILENT:
            self._deaf.add(near)
        try:
            async with connect(
                self._target + path, ping_interval=None, close_timeout=0.2
            ) as far:
                upward = asyncio.create_task(self._pass(near, near, far.send))
                downward = asyncio.create_task(self._pass(near, far, near.send))
                await asyncio.wait(
                    (upward, downward), return_when=asyncio.FIRST_COMPLETED
                )
                for task in (upward, downward):
                    task.cancel()
                await asyncio.gather(upward, downward, return_exceptions=True)
        except (OSError, WebSocketException):
            pass
        finally:
            self._open.discard(near)
            self._deaf.discard(near)

    async def _pass(
        self, near: ServerConnection, come_from: AsyncIterable[Text], send: Send
    ) -> None:
        with suppress(ConnectionClosed):
            async for text in come_from:
                for after_s, mangled in self._mangled(text):
                    if near in self._deaf:
                        continue
                    if after_s:
                        self._later(self._send_late(send, mangled, after_s))
                    else:
                        await send(mangled)

    def _mangled(self, text: Text) -> list[tuple[float, Text]]:
        """What becomes of a frame: delays in seconds, and texts."""
        bad, dice = self._mangling, self._dice
        if dice.random() < bad.drop:
            return []
        if dice.random() < bad.cut_short:
            text = text[: dice.randrange(len(text) + 1)]
        copies = 2 if dice.random() < bad.double else 1
        return [
            (
                dice.uniform(0, bad.longest_delay_s)
                if dice.random() < bad.delay
                else 0.0,
                text,
            )
            for _ in range(copies)
        ]

    async def _send_late(self, send: Send, text: Text, after_s: float) -> None:
        await asyncio.sleep(after_s)
        with suppress(ConnectionClosed):
            await send(text)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)
