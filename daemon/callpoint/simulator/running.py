"""The composition root of the simulator: gateway, sockets, calls, and the clock."""

import asyncio
import ipaddress
import logging
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from callpoint.simulator.actions import (
    CloseSocket,
    DropSocket,
    GatewayAction,
    Json,
    Knock,
    Note,
    SendText,
)
from callpoint.simulator.board import Board
from callpoint.simulator.gateway import Gateway
from callpoint.simulator.journal import Journal, Sink
from callpoint.simulator.line import Line, Listeners
from callpoint.simulator.presets import parse
from callpoint.simulator.recogniser import Recogniser
from callpoint.simulator.recording import make_folder
from callpoint.simulator.reports import Report
from callpoint.simulator.scenario import FaultKind, Scenario
from callpoint.simulator.server import SocketServer
from callpoint.simulator.speech import KNOWN_SPEECH, load
from callpoint.simulator.talk import Studio

_REHEARSAL_S: Final = 1.0

log = logging.getLogger(__name__)


class Simulator:
    """A running simulator.

    `events` has all that happened, as on the standard output of `callpoint simulator`.
    The verbs are what the far end may do by itself at any moment.
    """

    def __init__(self, studio: Studio, journal: Journal) -> None:
        self.url = ""
        self._closed = False
        self._studio = studio
        self._journal = journal
        self._gateway = Gateway(studio.scenario, studio.new_uuid)
        self._server = SocketServer(self)
        self._board = Board(studio, self._gateway, self, self._perform)
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None

    @property
    def events(self) -> list[Json]:
        return self._journal.events

    @property
    def call_ids(self) -> list[str]:
        """The calls in which an assistant talks."""
        return self._board.call_ids

    async def wait_for(
        self, event: str, count: int = 1, timeout_s: float = 5.0, **fields: Any
    ) -> Json:
        """The `count`-th event of that kind with these fields, past ones included.

        Raises TimeoutError, which tells what happened instead.
        """
        return await self._journal.wait_for(event, count, timeout_s, **fields)

    def bye(self, call_id: str | None = None, cause: str = "NORMAL_CLEARING") -> None:
        """End a call, or all; an empty cause sends a bye with nothing but the id."""
        for each in [call_id] if call_id else self._board.call_ids:
            self.hang_up(each, cause, "gateway")

    def punt(self) -> None:
        """Tell every client to go."""
        self._strike(FaultKind.PUNT)

    def drop(self) -> None:
        """Cut every TCP connection; the calls live on for the retention time."""
        self._strike(FaultKind.DROP)

    def close_sockets(self, code: int = 1001) -> None:
        """Close every socket with this code."""
        self._strike(FaultKind.CLOSE, code)

    def go_half_dead(self) -> None:
        """Keep every socket open, and let nothing pass any more."""
        self._strike(FaultKind.HALF_DEAD)

    def _strike(self, kind: FaultKind, code: int = 0) -> None:
        self._perform(self._gateway.strike(kind, code, time.monotonic()))

    def note(self, event: str, at_s: float | None = None, **fields: Any) -> None:
        self._journal.note(event, at_s, **fields)

    def tell(self, call_id: str, params: Json) -> None:
        """Send an `ai_conversation` message about a call."""
        self._perform(self._gateway.tell(call_id, params))

    def hang_up(self, call_id: str, cause: str, by: str) -> None:
        """End one call from this side."""
        self._perform(self._gateway.hang_up(call_id, cause, by))

    def knocked(self) -> Knock:
        knock, actions = self._gateway.knocked()
        self._perform(actions)
        return knock

    def connected(self, number: int, path: str, now_s: float) -> None:
        self._perform(self._gateway.connected(number, path, now_s), now_s)

    def received(self, number: int, text: str | bytes, now_s: float) -> None:
        self._perform(self._gateway.received(number, text, now_s), now_s)

    def disconnected(self, number: int, now_s: float) -> None:
        self._perform(self._gateway.disconnected(number, now_s), now_s)

    def reported(self, report: Report) -> None:
        self._perform(self._gateway.reported(report))

    def _perform(self, actions: list[GatewayAction], at_s: float | None = None) -> None:
        for action in actions:
            match action:
                case Note(event, fields):
                    self._journal.note(event, at_s, **fields)
                case SendText(socket, text):
                    self._server.put(socket, text)
                case CloseSocket(socket, code, reason):
                    self._server.put(socket, (code, reason))
                case DropSocket(socket):
                    self._server.put(socket, None)
                case _:
                    self._board.perform(action)
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        deadline_s = self._gateway.deadline_s
        if deadline_s is not None and not self._closed:
            self._alarm = self._loop.call_at(deadline_s, self._ring)

    def _ring(self) -> None:
        self._perform(self._gateway.tick(time.monotonic()))

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator["Simulator"]:
        """Serve until the end of the block; then every call gets a bye."""
        async with self._server.listening(host, port) as self.url:
            self.note("listening", url=self.url)
            try:
                yield self
            finally:
                self.bye()
                await self._board.close()
                self._closed = True
                self._set_alarm()


async def _rehearse(studio: Studio) -> None:
    """A call between two lines: code, libraries and keys are there before the first.

    The first call of a process takes 30 ms longer than the next to connect.
    """
    connected = asyncio.Event()
    told = Listeners(lambda _: connected.set(), *[lambda *_: None] * 3)
    caller, callee = (Line(Scenario(), studio.loopback, told, None) for _ in range(2))
    try:
        await caller.accept(await callee.answer(await caller.offer()))
        async with asyncio.timeout(_REHEARSAL_S):
            await connected.wait()
    except TimeoutError:
        log.info("no network for media yet")
    finally:
        await asyncio.gather(caller.close(), callee.close())


@asynccontextmanager
async def run(
    scenario: Scenario | Iterable[str] = (),
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    record: Path | None = None,
    known_speech: Path | None = KNOWN_SPEECH,
    goodbye: str = "rear center",
    sink: Sink | None = None,
) -> AsyncIterator[Simulator]:
    """What `callpoint.simulator.running_simulator` promises."""
    if not isinstance(scenario, Scenario):
        scenario = parse(scenario)
    if record is not None:
        make_folder(record)
    library = load(known_speech)
    if not library.clips:
        log.warning("no WAV files in %s: speech will not be understood", known_speech)
    recogniser = Recogniser(library.clips)
    if scenario.say:
        library = library.adding(Path(scenario.say))
    studio = Studio(
        scenario=scenario,
        library=library,
        recogniser=recogniser,
        new_uuid=lambda: str(uuid.uuid4()),
        loopback=_is_loopback(host),
        goodbye=goodbye,
        record=record,
    )
    # A monologue that cannot be held is told now, not in the first call.
    studio.assistant()
    await _rehearse(studio)
    simulator = Simulator(studio, Journal(sink))
    async with simulator.listening(host, port):
        yield simulator


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
