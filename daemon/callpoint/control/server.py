"""The control socket's server: connections, their limits, and the event stream.

It reads lines, has them answered in order, and survives whatever a client does. What a
line means is in `wire`, what a command does in `commands`.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from callpoint.control.commands import Command, Station, StationCommands
from callpoint.control.feed import Feed, Subscription
from callpoint.control.listener import Listener
from callpoint.control.wire import (
    LINE_BYTES,
    Request,
    encode,
    parse_request,
    refusal,
    unknown_command,
)
from callpoint.errors import CallpointError, ControlError

logger = logging.getLogger(__name__)

_EVENTS = "events"


@dataclass(frozen=True)
class Limits:
    """What a client may ask of the daemon."""

    connections: int = 32
    unread_s: float = 5.0
    """A client that does not take its answers for so long is dropped."""
    pause_s: float = 0.001
    """After each answer, so that a flood is a thousand lines a second at most."""
    farewell_s: float = 0.5
    """What the last lines get at a stop; the whole daemon has two seconds to go."""


def station_server(path: Path, station: Station, feed: Feed) -> "ControlServer":
    """The control socket of `station` at `path`; `start` it, and `stop` it."""
    commands = StationCommands(station)
    return ControlServer(path, commands.table, feed, on_gone=commands.gone)


class ControlServer:
    """Serves `commands`, and "events" out of `feed`, on a unix socket.

    `on_gone(client, at_s)` is called once for every connection when it is over.
    """

    def __init__(
        self,
        path: Path,
        commands: Mapping[str, Command],
        feed: Feed,
        on_gone: Callable[[object, float], None],
        limits: Limits | None = None,
    ) -> None:
        self._path = path
        self._commands = commands
        self._feed = feed
        self._on_gone = on_gone
        self._limits = limits or Limits()
        # What serves each connection, and the events of those that are streams.
        self._connections: dict[asyncio.Task[None], Subscription | None] = {}
        self._full = False
        self._stopping = False
        self._listener: Listener | None = None
        self._server: asyncio.Server | None = None

    @property
    def connections(self) -> int:
        """How many clients are connected."""
        return len(self._connections)

    async def start(self) -> None:
        """Listen; raises ControlError when the path cannot be listened on."""
        self._listener = Listener(self._path)
        self._server = await asyncio.start_unix_server(
            self._accept, sock=self._listener.socket, limit=LINE_BYTES
        )

    async def stop(self) -> None:
        """Stop listening, let streams have their last lines, and close them all."""
        if self._server is None or self._listener is None:
            return
        self._stopping = True
        self._server.close()
        self._listener.close()
        for task, subscription in self._connections.items():
            if subscription is None:
                task.cancel()
            else:
                subscription.close()
        tasks = set(self._connections)
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=self._limits.farewell_s)
            for task in late:
                task.cancel()
            await asyncio.wait(tasks)

    def _accept(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._stopping:
            writer.transport.abort()
            return
        full = len(self._connections) >= self._limits.connections
        self._note(full)
        if full:
            self._turn_away(writer)
            return
        connection = self._serve(reader, writer)
        task = asyncio.get_running_loop().create_task(connection)
        self._connections[task] = None
        # A fault of ours ends this task alone; the loop reports it.
        task.add_done_callback(self._connections.pop)

    def _note(self, full: bool) -> None:
        if full and not self._full:
            logger.warning(
                "control socket: %d clients, no more", len(self._connections)
            )
        elif self._full and not full:
            logger.info("control socket: takes clients again")
        self._full = full

    def _turn_away(self, writer: asyncio.StreamWriter) -> None:
        count = self._limits.connections
        error = ControlError(
            f"{count} clients are connected already", "close one, or try again later"
        )
        writer.write(encode(refusal(error)))
        writer.close()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        client = object()
        try:
            try:
                await self._converse(client, reader, writer)
            finally:
                self._on_gone(client, time.monotonic())
            writer.close()
            async with asyncio.timeout(self._limits.unread_s):
                await writer.wait_closed()
        except OSError as error:
            logger.debug("control socket: dropped a client: %r", error)
        finally:
            writer.transport.abort()

    async def _converse(
        self,
        client: object,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Answer line after line, until the client is gone or its stream has ended."""
        while line := await self._next_line(reader, writer):
            try:
                request = parse_request(line, time.monotonic(), client)
                if request.command == _EVENTS:
                    await self._stream(request, reader, writer)
                    return
                answer = await self._run(request)
            except CallpointError as error:
                answer = refusal(error)
            await self._send(writer, answer)
            await asyncio.sleep(self._limits.pause_s)

    async def _next_line(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bytes:
        """The next line, or nothing when there will be none."""
        try:
            return await reader.readuntil(b"\n")
        except asyncio.IncompleteReadError as error:
            fault = "the last line has no newline" if error.partial else ""
        except asyncio.LimitOverrunError:
            fault = f"the line is longer than {LINE_BYTES} bytes"
        if fault:
            await self._send(writer, refusal(ControlError(fault)))
        return b""

    async def _run(self, request: Request) -> dict[str, object]:
        command = self._commands.get(request.command)
        if command is None:
            raise unknown_command(request.command, [*self._commands, _EVENTS])
        request.only(command.takes)
        return {"ok": True, **await command.run(request)}

    async def _stream(
        self,
        request: Request,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        """Send events until the client closes its side, or `stop` the subscription."""
        request.only(("levels",))
        subscription = self._feed.subscribe(request.flag("levels", default=False))
        self._connections[_this_task()] = subscription
        writer.write(encode({"ok": True, **self._feed.stamp({"event": "subscribed"})}))
        try:
            async with asyncio.TaskGroup() as group:
                ends = (
                    group.create_task(_pump(subscription, writer)),
                    group.create_task(self._until_closed(reader)),
                )
                await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                for end in ends:
                    end.cancel()
        finally:
            subscription.close()

    async def _until_closed(self, reader: asyncio.StreamReader) -> None:
        with contextlib.suppress(ConnectionError):
            while True:
                if not await reader.read(LINE_BYTES):
                    return
                await asyncio.sleep(self._limits.pause_s)

    async def _send(
        self, writer: asyncio.StreamWriter, answer: Mapping[str, object]
    ) -> None:
        writer.write(encode(answer))
        async with asyncio.timeout(self._limits.unread_s):
            await writer.drain()


async def _pump(subscription: Subscription, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        async for event in subscription:
            writer.write(encode(event))
            # No time limit: a stream that is not read loses events, and no more.
            await writer.drain()


def _this_task() -> asyncio.Task[None]:
    task = asyncio.current_task()
    if task is None:
        raise AssertionError("a connection is served by a task")
    return task
