"""Where a test has its simulator, its page, and the sound between them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from callpoint.demo.recording import Samples, read_wav
from callpoint.simulator import running_simulator
from callpoint.simulator.running import Simulator
from callpoint.simulator.speech import KNOWN_SPEECH
from tests.browser.devtools import DevTools, Json
from tests.interop.customer import SOON_S, Customer
from tests.sound_server import Recording, SoundServer


@dataclass(frozen=True)
class Recorded:
    """What the far end recorded of a call."""

    said: Samples
    heard: Samples
    packets: list[Json]

    def arrivals_s(self, after_s: float) -> list[float]:
        """When packets of the page came, from some time on (CLOCK_MONOTONIC)."""
        return [
            each["monotonic_s"]
            for each in self.packets
            if each["way"] == "received" and each["monotonic_s"] > after_s
        ]


class Stage:
    """One simulator and one page; `excused` is what the simulator may observe."""

    simulator: Simulator
    customer: Customer

    def __init__(
        self, tools: DevTools, url: str, sound: SoundServer, folder: Path
    ) -> None:
        self.excused: list[str] = []
        self._tools = tools
        self._url = url
        self._sound = sound
        self._folder = folder
        self._stack = AsyncExitStack()

    async def open(self, *scenario: str, **options: Any) -> tuple[Simulator, Customer]:
        """A simulator of some scenario, and a page that logs in there.

        The options are those of the SDK's client.
        """
        started = running_simulator(scenario, record=self._folder)
        self.simulator = await self._stack.enter_async_context(started)
        self.customer = Customer()
        options = {"host": self.simulator.url, **options}
        await self.customer.visit(self._tools, self._url, **options)
        self._stack.push_async_callback(self.customer.close)
        return self.simulator, self.customer

    async def call(self, *scenario: str, **options: Any) -> tuple[Simulator, Customer]:
        """The same, and a call that is up."""
        simulator, customer = await self.open(*scenario, **options)
        await customer.told("ready")
        await customer.run("press()")
        await customer.told("callUpdate", state="active")
        await simulator.wait_for("first_packet")
        return simulator, customer

    async def speak(self, *words: str) -> Samples:
        """Say known recordings into the microphone, to their end; what was said."""
        said = []
        for each in words:
            wav = KNOWN_SPEECH / f"{each}.wav"
            with self._sound.play_to_microphone(wav) as player:
                await asyncio.to_thread(player.wait, SOON_S)
            said.append(read_wav(wav))
        return np.concatenate(said)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Recording]:
        """Somebody listens at the speaker until the end of the block."""
        with self._sound.record_speaker() as recording:
            yield recording

    async def recorded(self) -> Recorded:
        """What the far end recorded, once the call is over."""
        event = await self.simulator.wait_for("recorded", timeout_s=SOON_S)
        return read_recorded(Path(event["path"]))

    def complaints(self) -> list[str]:
        """What the SDK or the simulator is not content with."""
        remarks = [
            f"the simulator observes that {event['what']}"
            for event in self.simulator.events
            if event["event"] == "observation" and event["what"] not in self.excused
        ]
        return self.customer.complaints + remarks

    async def close(self) -> None:
        await self._stack.aclose()


def read_recorded(path: Path) -> Recorded:
    """The recording of one call, by its JSON file."""
    story = json.loads(path.read_text())
    said, heard = (read_wav(path.parent / story[each]) for each in ("said", "heard"))
    lines = (path.parent / story["packets"]).read_text().splitlines()
    return Recorded(said, heard, [json.loads(line) for line in lines])


def samples(recording: Recording) -> Samples:
    """All that a recording has."""
    return np.frombuffer(recording.pcm(), dtype=np.int16)
