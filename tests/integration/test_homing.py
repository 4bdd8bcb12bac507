"""The region's host, the plain one that stands in for it, and the way back."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from websockets.asyncio.server import ServerConnection, serve

from callpoint.errors import NetworkError
from callpoint.telnyx.dialing import Address
from callpoint.telnyx.health import Limits
from callpoint.telnyx.homing import Homing
from callpoint.telnyx.servers import ServerConfiguration


class World:
    """Two names: the plain one leads to a server, the region's as `region` says."""

    def __init__(self, port: int) -> None:
        self.asked: list[str] = []
        self.left: list[str] = []
        self.is_idle = True
        self.has_region = False
        self._port = port
        self.homing = Homing(
            Limits(step_s=0.5),
            lambda: self.is_idle,
            lambda error: self.left.append(str(error)),
            self.look_up,
            return_s=0.02,
        )
        self.server = ServerConfiguration(
            "ws://a.example", region="eu", allow_insecure=True
        )

    async def look_up(self, host: str, _: int) -> list[Address]:
        self.asked.append(host)
        is_dead = host.startswith("eu.") and not self.has_region
        where = ("127.0.0.1", 9 if is_dead else self._port)
        return [Address(socket.AF_INET, socket.SOCK_STREAM, 0, where)]

    async def open(self) -> None:
        await (await self.homing.open(self.server, {})).close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.005)


@asynccontextmanager
async def world() -> AsyncIterator[World]:
    async def silent(connection: ServerConnection) -> None:
        await connection.wait_closed()

    async with serve(silent, "127.0.0.1", 0) as running:
        yield (here := World(next(iter(running.sockets)).getsockname()[1]))
        await here.homing.rest()


async def test_a_region_that_answers_is_used_and_nothing_is_said() -> None:
    async with world() as here:
        here.has_region = True
        await here.open()
        assert here.homing.registered() is None
        assert here.asked == ["eu.a.example"]


async def test_the_plain_host_stands_in_and_says_so() -> None:
    async with world() as here:
        with pytest.raises(NetworkError, match=r"; a\.example is tried next$"):
            await here.open()
        await here.open()
        assert here.asked == ["eu.a.example", "a.example"]
        remark = here.homing.registered()
        assert remark == (
            "over a.example for now: eu.a.example:80 cannot be reached:"
            " Connection refused"
        )


async def test_both_hosts_are_tried_in_turn_while_neither_answers() -> None:
    async with world() as here:
        here._port = 9
        for _ in range(4):
            with pytest.raises(NetworkError):
                await here.open()
        assert here.asked == ["eu.a.example", "a.example"] * 2


async def test_an_idle_device_goes_back_when_the_region_answers_again() -> None:
    async with world() as here:
        with pytest.raises(NetworkError):
            await here.open()
        await here.open()
        here.homing.registered()
        await until(lambda: here.asked.count("eu.a.example") >= 3)
        assert here.left == []
        here.has_region = True
        here.is_idle = False
        before = len(here.asked)
        await asyncio.sleep(0.1)
        assert len(here.asked) <= before + 1
        here.is_idle = True
        await until(lambda: bool(here.left))
        assert here.left == ["the region eu is back"]
        await here.homing.rest()
        here.asked.clear()
        await here.open()
        assert here.asked == ["eu.a.example"]
        assert here.homing.registered() is None


async def test_a_device_without_a_region_has_one_host() -> None:
    async with world() as here:
        here.server = ServerConfiguration("ws://a.example", allow_insecure=True)
        here._port = 9
        for _ in range(2):
            with pytest.raises(NetworkError, match=r"refused$"):
                await here.open()
        assert here.asked == ["a.example"] * 2
