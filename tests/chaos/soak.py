"""A long life in short: reconnects and calls in one process, and what they leave.

The client lives in a process of its own, and asks its parent, the simulator, by a line
on its standard output to cut its sockets. The dice always show the shortest pause.
"""

import asyncio
import gc
import json
import os
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Final

import click

from callpoint.audio import synthetic
from callpoint.audio.devices import CaptureDevice, PlayoutDevice
from callpoint.audio.engine import VoiceEngine
from callpoint.audio.repair import Sole
from callpoint.simulator import running_simulator
from callpoint.system.memory import settle
from callpoint.telnyx.client import Client
from callpoint.telnyx.line import Line
from callpoint.telnyx.notices import CallChanged, CallState, ClientReady, Notice
from callpoint.telnyx.servers import ServerConfiguration
from tests.bench.tree import memory
from tests.chaos.world import at_rest

SOON_S: Final = 40.0
_CUT: Final = b"cut\n"


@dataclass(frozen=True)
class Held:
    """What the process holds after some rounds."""

    rounds: int
    reconnects: int
    calls: int
    descriptors: int
    threads: int
    tasks: dict[str, int]
    rss_mb: float


class Life:
    """A client that calls, loses its socket in the call, and again after it."""

    def __init__(self, url: str) -> None:
        self._engine = VoiceEngine(
            Sole("silence", _microphone), Sole("silence", _speaker), lambda event: None
        )
        self.client = Client(self._noticed, self._engine)
        self._server = ServerConfiguration(url, ())
        self.reconnects = -1
        self.calls = 0
        self._ready = asyncio.Event()
        self._changed = asyncio.Event()
        self._call_state = CallState.NEW

    async def live(self, rounds: int, warm_rounds: int) -> None:
        """Print what is held after the warm rounds, and at the end."""
        self._engine.start()
        line = Line(
            self.client,
            lambda reconnection: self.client.anonymous_login(
                "assistant-1",
                reconnection=reconnection,
                server_configuration=self._server,
            ),
            lambda error: None,
            dice=lambda: 0.0,
        )
        staying = asyncio.create_task(line.run())
        await self._registered()
        # As the daemon does when everything is loaded.
        settle()
        for number in range(warm_rounds + rounds):
            if number == warm_rounds:
                await self._tell(number)
            await self._round()
        await self._tell(warm_rounds + rounds)
        staying.cancel()
        await asyncio.wait([staying])
        await self.client.disconnect()
        self._engine.close()

    async def _round(self) -> None:
        call = self.client.new_call()
        await self._until(CallState.ACTIVE)
        self.calls += 1
        await self._cut()
        call.hangup()
        await self._until(CallState.ENDED)
        await self._cut()

    async def _cut(self) -> None:
        self._ready.clear()
        sys.stdout.buffer.write(_CUT)
        sys.stdout.buffer.flush()
        await self._registered()

    async def _registered(self) -> None:
        await asyncio.wait_for(self._ready.wait(), SOON_S)

    async def _until(self, state: CallState) -> None:
        async with asyncio.timeout(SOON_S):
            while self._call_state is not state:
                self._changed.clear()
                await self._changed.wait()

    def _noticed(self, notice: Notice) -> None:
        if isinstance(notice, ClientReady):
            self.reconnects += 1
            self._ready.set()
        elif isinstance(notice, CallChanged):
            self._call_state = notice.state
            self._changed.set()

    async def _tell(self, rounds: int) -> None:
        now = await at_rest()
        gc.collect()
        held = Held(
            rounds,
            self.reconnects,
            self.calls,
            now.descriptors,
            now.threads.total(),
            dict(now.tasks),
            memory(os.getpid()).rss_mb,
        )
        print(json.dumps(asdict(held)), flush=True)


def _microphone() -> CaptureDevice:
    device = synthetic.open_capture("silence")
    assert device is not None
    return device


def _speaker() -> PlayoutDevice:
    device = synthetic.open_playout("silence")
    assert device is not None
    return device


async def soak(rounds: int, warm_rounds: int) -> list[Held]:
    """The client's life against a simulator here; what it held, twice."""
    told = []
    async with running_simulator(["silent-assistant"]) as simulator:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.chaos.soak", "--child", simulator.url),
            *("--rounds", str(rounds), "--warm-rounds", str(warm_rounds)),
            stdout=asyncio.subprocess.PIPE,
        )
        assert child.stdout is not None
        async for line in child.stdout:
            if line == _CUT:
                simulator.drop()
            else:
                told.append(Held(**json.loads(line)))
                print(told[-1], flush=True)
        if await child.wait():
            sys.exit("the client broke off")
    return told


@click.command()
@click.option("--rounds", default=500, show_default=True, help="A call, two cuts each.")
@click.option("--warm-rounds", default=50, show_default=True, help="Before it counts.")
@click.option("--child", hidden=True, metavar="URL")
def main(rounds: int, warm_rounds: int, child: str | None) -> None:
    """1,000 reconnects and 500 calls in one process, and what they leave behind."""
    if child is not None:
        asyncio.run(Life(child).live(rounds, warm_rounds))
        return
    first, last = asyncio.run(soak(rounds, warm_rounds))
    print(
        f"{last.reconnects - first.reconnects} reconnects and "
        f"{last.calls - first.calls} calls left {last.rss_mb - first.rss_mb:+.2f} MB, "
        f"{last.descriptors - first.descriptors:+d} descriptors, "
        f"{last.threads - first.threads:+d} threads, "
        f"tasks {dict(Counter(last.tasks) - Counter(first.tasks))}"
    )


if __name__ == "__main__":
    main()
