"""Both programs at work: started, listened to, and ended together."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from callpoint.demo.actors import Actor, ControlLine
from callpoint.demo.chronicle import Chronicle
from callpoint.demo.settings import Settings
from callpoint.errors import CallpointError, ControlError

_START_S: Final = 15.0
_TRY_AGAIN_S: Final = 0.01

Play = Callable[[ControlLine, Chronicle], Awaitable[None]]
"""A performance: the line to the daemon is its finger, the chronicle its eyes."""


@dataclass(frozen=True)
class Plan:
    """What a performance needs."""

    folder: Path
    """Temporary: the socket, the configuration and the logs go there."""
    recordings: Path
    """Where the simulator writes what it heard and said."""
    known_speech: Path
    goodbye: str
    """The words after which the assistant hangs up."""
    capture: str
    playout: str

    @property
    def socket(self) -> Path:
        return self.folder / "control.sock"


async def perform(plan: Plan, chronicle: Chronicle, play: Play) -> None:
    """Start both programs, `play`, and end them, whatever happens.

    Raises CallpointError when one of them does not start, or ends too early.
    """
    try:
        async with asyncio.TaskGroup() as group, AsyncExitStack() as exits:
            stage = _Stage(plan, chronicle, group, exits)
            line = await stage.set_up()
            await play(line, chronicle)
    except BaseExceptionGroup as errors:
        raise _first(errors) from None


@dataclass(frozen=True)
class _Stage:
    plan: Plan
    chronicle: Chronicle
    group: asyncio.TaskGroup
    exits: AsyncExitStack

    async def set_up(self) -> ControlLine:
        """Start all; what listens ends by itself when the programs do."""
        try:
            async with asyncio.timeout(_START_S):
                url = await self._start_simulator()
                return await self._start_daemon(url)
        except TimeoutError:
            raise CallpointError(
                f"simulator and daemon were not up within {_START_S:.0f} s",
                "run the demo with --keep and read the logs that it names",
            ) from None

    async def _start_simulator(self) -> str:
        simulator = await self._start(
            "simulator",
            *("simulator", "--port", "0", "--record", str(self.plan.recordings)),
            *("--known-speech", str(self.plan.known_speech)),
            *("--goodbye", self.plan.goodbye),
        )
        self.group.create_task(self._listen_to_simulator(simulator))
        listening = await self.chronicle.seen(
            lambda event: event.source == "simulator" and event.kind == "listening"
        )
        return listening.text("url")

    async def _start_daemon(self, url: str) -> ControlLine:
        await self._start("daemon", "run", "--config", str(self._write_settings(url)))
        line, stream = await self._connect(), await self._connect()
        self.group.create_task(self._listen_to_daemon(stream))
        await self._note_status(line)
        return line

    async def _start(self, name: str, *arguments: str) -> Actor:
        actor = await Actor.start(name, arguments, self.plan.folder / f"{name}.log")
        self.exits.push_async_callback(actor.stop)
        watch = self.group.create_task(_outlives_the_demo(actor))
        # On the way out this comes first: an end that was asked for is no accident.
        self.exits.callback(watch.cancel)
        return actor

    async def _listen_to_simulator(self, simulator: Actor) -> None:
        async for event in simulator.events():
            self.chronicle.note("simulator", event)

    async def _listen_to_daemon(self, stream: ControlLine) -> None:
        async for event in stream.events(levels=True):
            self.chronicle.note("daemon", event)

    async def _note_status(self, line: ControlLine) -> None:
        """The link and the LED may have changed before anybody listened."""
        status = await line.ask("status")
        now_s = time.monotonic()
        for event in (
            {"event": "link", "state": status.get("link")},
            {"event": "led", "shows": status.get("led")},
        ):
            self.chronicle.note("daemon", {**event, "monotonic_s": now_s})

    def _write_settings(self, url: str) -> Path:
        path = self.plan.folder / "callpoint.toml"
        settings = Settings(url, self.plan.socket, self.plan.capture, self.plan.playout)
        path.write_text(settings.toml(), encoding="utf-8")
        return path

    async def _connect(self) -> ControlLine:
        while True:
            try:
                line = await ControlLine.open(self.plan.socket)
            except ControlError:
                await asyncio.sleep(_TRY_AGAIN_S)
            else:
                self.exits.push_async_callback(line.close)
                return line


async def _outlives_the_demo(actor: Actor) -> None:
    raise await actor.ended()


def _first(error: BaseException) -> BaseException:
    """The error to tell: a program that died explains the line that it closed."""
    if not isinstance(error, BaseExceptionGroup):
        return error
    leaves = [_first(nested) for nested in error.exceptions]
    return min(leaves, key=lambda leaf: isinstance(leaf, ControlError))
