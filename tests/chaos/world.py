"""One chaos run: a daemon, a bad network, a gateway, a finger, and what must hold."""

import asyncio
import json
import os
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

from callpoint.config.files import load
from callpoint.simulator import running_simulator
from callpoint.simulator.running import Simulator
from callpoint.station.supervisor import Supervisor
from callpoint.telnyx.backoff import LAST_S
from callpoint.telnyx.health import LIMITS
from tests.chaos.plan import Phase, gestures, phases
from tests.chaos.relay import Relay
from tests.daemon.programs import configuration

BACK_WITHIN_S: Final = LAST_S[1] + 5 * LIMITS.step_s
"""The longest pause between two tries, and one try with all its time limits."""
SETTLED_WITHIN_S: Final = 45.0
_LOOK_EVERY_S: Final = 0.02
_QUIET_S: Final = 5.0
_AT_REST_S: Final = 2.0

Json = dict[str, Any]


@dataclass
class Report:
    """What a run saw."""

    seed: int
    phases: int = 0
    calls: int = 0
    answered: int = 0
    back_s: list[float] = field(default_factory=list)
    """From the end of each fault until the line was ready."""
    broken: list[str] = field(default_factory=list)
    """What did not hold."""

    def line(self) -> str:
        slowest = max(self.back_s, default=0.0)
        verdict = "; ".join(self.broken) or "all held"
        return (
            f"seed {self.seed}: {self.phases} faults, {self.calls} presses, "
            f"{self.answered} answered, back within {slowest:.1f} s: {verdict}"
        )


@dataclass(frozen=True)
class Belongings:
    """What a process holds."""

    descriptors: int
    threads: Counter[str]
    tasks: Counter[str]

    @classmethod
    def now(cls) -> "Belongings":
        names = (_kind(task) for task in asyncio.all_tasks())
        threads = (thread.name for thread in threading.enumerate())
        # The event loop's pool for names of hosts grows as it is used, up to a limit.
        own = (name for name in threads if not name.startswith("asyncio_"))
        return cls(len(os.listdir("/proc/self/fd")), Counter(own), Counter(names))

    def beyond(self, before: "Belongings") -> str:
        """What is held now and was not before; empty when there is nothing."""
        more = {
            "descriptors": max(0, self.descriptors - before.descriptors),
            "threads": dict(self.threads - before.threads),
            "tasks": dict(self.tasks - before.tasks),
        }
        return ", ".join(f"{what}: {held}" for what, held in more.items() if held)


def _kind(task: asyncio.Task[Any]) -> str:
    coroutine = task.get_coro()
    return getattr(coroutine, "__qualname__", str(coroutine))


class World:
    """A daemon in this process, and what stands between it and its gateway."""

    def __init__(
        self, simulator: Simulator, relay: Relay, socket: Path, report: Report
    ) -> None:
        self._simulator = simulator
        self._relay = relay
        self._socket = socket
        self.report = report

    @property
    def answered(self) -> int:
        """Calls that the far end answered."""
        return sum(event["event"] == "answered" for event in self._simulator.events)

    async def ask(self, command: str, **arguments: object) -> Json:
        """One command of the control socket."""
        reader, writer = await asyncio.open_unix_connection(self._socket)
        try:
            line = json.dumps({"command": command, **arguments})
            writer.write(line.encode() + b"\n")
            answer: Json = json.loads(await reader.readline())
            return answer
        finally:
            writer.close()
            await writer.wait_closed()

    async def until(self, what: str, within_s: float, **fields: object) -> float:
        """Wait until the status has these fields, and is right about the link.

        Returns the seconds that it took.
        """
        began_s = time.monotonic()
        while True:
            status = await self.ask("status")
            waited_s = time.monotonic() - began_s
            is_so = all(status[name] == value for name, value in fields.items())
            if is_so and self._relay.passes:
                return waited_s
            if waited_s > within_s:
                self._break(f"{what} took more than {within_s:g} s: {status}")
                return waited_s
            await asyncio.sleep(_LOOK_EVERY_S)

    async def suffer(self, phase: Phase) -> None:
        """One fault from its beginning to the recovery from it."""
        await asyncio.sleep(phase.calm_s)
        self._relay.strike(phase.blow, phase.mangling)
        await asyncio.sleep(phase.lasts_s)
        self._relay.heal()
        took_s = await self.until(
            f"to be back after {phase.blow.value}", BACK_WITHIN_S, link="ready"
        )
        self.report.phases += 1
        self.report.back_s.append(took_s)

    async def press_at_random(self, dice: Random) -> None:
        """For ever: whoever presses knows nothing of the network."""
        for gesture in gestures(dice):
            await asyncio.sleep(gesture.after_s)
            await self.ask("press", stay=True)
            self.report.calls += 1
            await asyncio.sleep(gesture.holds_s)
            await self.ask("release")
            if gesture.hangs_up:
                await self.ask("hangup")

    async def watch(self) -> None:
        """For ever: what must hold at every moment."""
        while True:
            if self._relay.open > 1:
                self._break(f"{self._relay.open} sockets at a time")
            await asyncio.sleep(_LOOK_EVERY_S)

    async def settle(self) -> None:
        """The finger is gone: the call ends here, and at the far end too."""
        await self.ask("release")
        await self.until("the end of the last call", SETTLED_WITHIN_S, call=None)
        ended = await _come_true(lambda: not self._simulator.call_ids, SETTLED_WITHIN_S)
        if not ended:
            self._break(f"{len(self._simulator.call_ids)} assistants talk to nobody")

    async def whole_call(self) -> None:
        """One call as on the best of days: it is answered, and heard."""
        reader, writer = await asyncio.open_unix_connection(self._socket)
        writer.write(b'{"command":"events"}\n')
        await self.ask("press", stay=True)
        told = [b""]
        try:
            async with asyncio.timeout(SETTLED_WITHIN_S):
                while b"first_sound_played" not in told[-1]:
                    told.append(await reader.readline())
        except TimeoutError:
            story = b"".join(told).decode()
            self._break(f"a press in calm was not answered: {story}")
        finally:
            writer.close()
        await self.ask("release")
        await self.ask("hangup")
        await self.settle()

    def _break(self, what: str) -> None:
        if what not in self.report.broken:
            self.report.broken.append(what)


@asynccontextmanager
async def world(seed: int, folder: Path) -> AsyncIterator[World]:
    """A daemon that is registered through a relay."""
    report = Report(seed)
    stop = asyncio.Event()
    async with (
        running_simulator() as simulator,
        Relay(simulator.url, Random(f"{seed} network")).listening() as relay,
    ):
        toml = configuration(relay.url, call=f"quiet_s = {_QUIET_S}")
        (folder / "callpoint.toml").write_text(
            f'{toml}\n[control]\nsocket = "{folder / "control.sock"}"\n'
        )
        config = load([folder / "callpoint.toml"])
        daemon = Supervisor(config, lambda: config, None)
        running = asyncio.create_task(daemon.run(stop))
        place = World(simulator, relay, folder / "control.sock", report)
        try:
            await _come_true((folder / "control.sock").exists, BACK_WITHIN_S)
            await place.until("the first login", BACK_WITHIN_S, link="ready")
            yield place
        finally:
            stop.set()
            await running


async def run(seed: int, least_s: float, folder: Path) -> Report:
    """Suffer for `least_s` of faults, then see that all is as it was."""
    async with world(seed, folder) as place:
        await place.whole_call()
        before = await at_rest()
        finger = asyncio.create_task(place.press_at_random(Random(f"{seed} finger")))
        watch = asyncio.create_task(place.watch())
        for phase in phases(Random(f"{seed} faults"), least_s):
            await place.suffer(phase)
        for task in (finger, watch):
            task.cancel()
        await asyncio.gather(finger, watch, return_exceptions=True)
        await place.settle()
        await place.whole_call()
        await _compare(before, place.report)
        place.report.answered = place.answered
    return place.report


async def at_rest() -> Belongings:
    """What is held when nothing is being opened or closed."""
    held, since_s = Belongings.now(), time.monotonic()
    while time.monotonic() - since_s < _AT_REST_S:
        await asyncio.sleep(_LOOK_EVERY_S)
        if (found := Belongings.now()) != held:
            held, since_s = found, time.monotonic()
    return held


async def _compare(before: Belongings, report: Report) -> None:
    """What the run left behind; what is being closed gets a moment for it."""

    def more() -> str:
        return Belongings.now().beyond(before)

    if not await _come_true(lambda: not more(), SETTLED_WITHIN_S):
        report.broken.append(f"left behind: {more()}")


async def _come_true(is_so: Callable[[], bool], within_s: float) -> bool:
    """Whether it came to be in time; nobody tells, so it is looked at."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        if is_so():
            return True
        await asyncio.sleep(_LOOK_EVERY_S)
    return is_so()
