"""The watchdog, in virtual time."""

import asyncio
import logging
from collections.abc import Coroutine
from itertools import pairwise
from typing import Any

import pytest

from callpoint.system.turning import Turn
from callpoint.system.watchdog import Watchdog
from tests.virtual_time import in_virtual_time

LIMIT_S = 30.0
RECORDING = "recording"


def now_s() -> float:
    return asyncio.get_running_loop().time()


class World:
    """A daemon whose parts are what a test says, and when it was fed."""

    def __init__(self) -> None:
        self.turns = {"the capture thread": Turn("waiting for a call")}
        self.fed_s: list[float] = []
        self.ended_s = 0.0

    def feed(self) -> None:
        self.fed_s.append(now_s())

    def live(self, *works: Coroutine[Any, Any, None], for_s: float) -> None:
        async def end() -> None:
            watchdog = Watchdog(lambda: self.turns, self.feed)
            tasks = [asyncio.create_task(w) for w in (watchdog.run(LIMIT_S), *works)]
            await asyncio.sleep(for_s)
            self.ended_s = now_s()
            for task in tasks:
                task.cancel()

        in_virtual_time(end())

    @property
    def longest_hunger_s(self) -> float:
        return max(b - a for a, b in pairwise([*self.fed_s, self.ended_s]))


@pytest.fixture
def world() -> World:
    return World()


def test_it_is_fed_three_times_in_its_limit(world: World) -> None:
    world.live(for_s=LIMIT_S + 1)
    assert [at_s - world.fed_s[0] for at_s in world.fed_s] == [0, 10, 20, 30]


def test_what_hangs_starves_it_and_is_told_once(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang() -> None:
        await asyncio.sleep(15)
        world.turns["the capture thread"] = Turn(RECORDING, now_s())

    world.live(hang(), for_s=15 + LIMIT_S + 10)
    assert world.longest_hunger_s > LIMIT_S
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert "the capture thread is recording" in caplog.text


def test_what_turns_again_feeds_it_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    async def hang_for_a_while() -> None:
        world.turns["the capture thread"] = Turn(RECORDING, now_s())
        await asyncio.sleep(15)
        world.turns["the capture thread"] = Turn(RECORDING, now_s() + 20)

    with caplog.at_level(logging.INFO):
        world.live(hang_for_a_while(), for_s=25)
    assert world.ended_s - world.fed_s[-1] <= 10
    assert "all turns again" in caplog.text


async def test_where_systemd_does_not_ask_nothing_is_done() -> None:
    await Watchdog(dict, lambda: pytest.fail("fed")).run(None)
