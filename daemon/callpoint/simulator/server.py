"""The WebSocket adapter: sockets in, sockets out, no decision in between.

Each socket has a queue of what goes out, so that the order is that of the gateway.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from itertools import count
from typing import Any, Final, Protocol

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from callpoint.errors import CallpointError
from callpoint.simulator.actions import Knock, TurnedAway, Unheard
from callpoint.simulator.reports import PERMISSION, Intake, Report

# An image in a text message comes as a data URL.
_LARGEST_FRAME_BYTES: Final = 16 * 2**20
_OPEN_TIMEOUT_S: Final = 10.0

log = logging.getLogger(__name__)

Out = str | tuple[int, str] | None
"""A text, a close with code and reason, or None for a cut."""


class Ears(Protocol):
    """Who is told of what comes in; `number` is the socket's."""

    def knocked(self) -> Knock: ...

    def connected(self, number: int, path: str, now_s: float) -> None: ...

    def received(self, number: int, text: str | bytes, now_s: float) -> None: ...

    def disconnected(self, number: int, now_s: float) -> None: ...

    def reported(self, report: Report) -> None: ...


class _Connection(ServerConnection):
    """A connection that may bring a call report instead of opening a WebSocket."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.intake = Intake()

    def data_received(self, data: bytes) -> None:
        if received := self.intake.take(data):
            super().data_received(received)


class SocketServer:
    """All sockets of a simulator."""

    def __init__(self, ears: Ears) -> None:
        self._ears = ears
        self._numbers = count(1)
        self._queues: dict[int, asyncio.Queue[Out]] = {}
        self._ending = asyncio.Event()

    def put(self, number: int, out: Out) -> None:
        """Let this go out; a socket that is gone swallows it."""
        if number in self._queues:
            self._queues[number].put_nowait(out)

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[str]:
        """Listen, and yield the URL; every socket is closed at the end.

        Raises CallpointError when the port cannot be had.
        """
        try:
            server = await serve(
                self._serve,
                host,
                port,
                create_connection=_Connection,
                # Keep-alive is the gateway's: a half-dead socket must stay open.
                ping_interval=None,
                compression=None,
                max_size=_LARGEST_FRAME_BYTES,
                close_timeout=1,
                process_request=self._admit,
                # Who never asks for a WebSocket must not hold up the end.
                open_timeout=_OPEN_TIMEOUT_S,
            )
        except OSError as error:
            raise CallpointError(
                f"cannot listen on {host}:{port}: {error.strerror}",
                "choose another with --host and --port; port 0 takes any free one",
            ) from error
        async with server:
            actual_port = server.sockets[0].getsockname()[1]
            shown = f"[{host}]" if ":" in host else host
            try:
                yield f"ws://{shown}:{actual_port}"
            finally:
                self._ending.set()

    async def _admit(
        self, connection: ServerConnection, request: Request
    ) -> Response | None:
        """Before a WebSocket is one."""
        if (answer := self._answer_to_report(connection)) is not None:
            return answer
        knock = self._ears.knocked()
        if isinstance(knock, Unheard):
            waits = [
                asyncio.ensure_future(connection.wait_closed()),
                asyncio.ensure_future(self._ending.wait()),
            ]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
            connection.transport.abort()
        elif isinstance(knock, TurnedAway):
            return connection.respond(knock.status, "")
        return None

    def _answer_to_report(self, connection: ServerConnection) -> Response | None:
        """None for all who want a WebSocket."""
        assert isinstance(connection, _Connection)
        if not connection.intake.is_about_reports:
            return None
        if connection.intake.report is not None:
            self._ears.reported(connection.intake.report)
        answer = connection.respond(HTTPStatus.OK, "")
        answer.headers.update(PERMISSION)
        return answer

    async def _serve(self, connection: ServerConnection) -> None:
        number = next(self._numbers)
        queue = self._queues[number] = asyncio.Queue[Out]()
        path = connection.request.path if connection.request else "/"
        writer = asyncio.create_task(self._write(connection, queue))
        self._ears.connected(number, path, time.monotonic())
        try:
            async for text in connection:
                self._ears.received(number, text, time.monotonic())
        except ConnectionClosed as closed:
            log.debug("socket %d: %s", number, closed)
        finally:
            del self._queues[number]
            writer.cancel()
            await asyncio.gather(writer, return_exceptions=True)
            self._ears.disconnected(number, time.monotonic())

    async def _write(
        self, connection: ServerConnection, queue: asyncio.Queue[Out]
    ) -> None:
        try:
            while True:
                match await queue.get():
                    case None:
                        connection.transport.abort()
                    case (code, reason):
                        await connection.close(code, reason)
                    case text:
                        await connection.send(text)
        except ConnectionClosed as closed:
            log.debug("not sent: %s", closed)
