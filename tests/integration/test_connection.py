"""A session over real sockets: found dead when nothing passes, whoever holds them open.

The limits of an hour's life are a fraction of a second here.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from callpoint.errors import CallpointError, NetworkError
from callpoint.telnyx.connection import Connection
from callpoint.telnyx.events import Ready, SessionEvent, Unknown, Unresponsive
from callpoint.telnyx.health import Limits
from callpoint.telnyx.protocol import Session
from callpoint.telnyx.registration import Phase
from callpoint.telnyx.requests import CallRequest, Login, UserAgent
from callpoint.telnyx.socket import open_socket
from tests.integration.test_network import in_its_own_network

SOON = Limits(login_s=0.2, silent_s=0.2, unconfirmed_s=0.4, probe_s=0.2)

Far = Callable[[ServerConnection], Awaitable[None]]


@asynccontextmanager
async def connected(
    far: Far, limits: Limits = SOON, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[Session, Connection, "asyncio.Task[CallpointError]"]]:
    """A connection that is registered, to a far end of our own."""

    async def serve_one(connection: ServerConnection) -> None:
        try:
            await far(connection)
            await connection.wait_closed()
        finally:
            connection.transport.abort()

    ready = asyncio.Event()

    def take(event: SessionEvent) -> None:
        if isinstance(event, Unknown):
            raise ZeroDivisionError
        if isinstance(event, Unresponsive):
            raise NetworkError(event.why)
        if isinstance(event, Ready):
            ready.set()

    ids = count()
    session = Session(
        Login("assistant-1"),
        UserAgent("1", "a test"),
        lambda: f"id-{next(ids)}",
        lambda: 0.5,
        limits,
    )
    async with serve(serve_one, host, 0, close_timeout=0.1) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        socket = await open_socket(f"ws://{host}:{port}")
        connection = Connection(session, socket, take)
        task = asyncio.create_task(connection.run(False))
        await asyncio.wait_for(ready.wait(), 5)
        yield session, connection, task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def let_in(connection: ServerConnection) -> None:
    """Answer the login, and say that we are registered."""
    login = json.loads(await connection.recv())
    body = {"message": "logged in", "sessid": "s"}
    await connection.send(json.dumps({"id": login["id"], "result": body}))
    ready = {"method": "telnyx_rtc.clientReady", "params": {"state": "REGED"}}
    await connection.send(json.dumps({"id": 1, **ready}))


async def test_a_proxy_that_answers_websocket_pings_alone_is_found_out() -> None:
    async def half_dead(connection: ServerConnection) -> None:
        await let_in(connection)
        async for _ in connection:
            await (await connection.ping())

    async with connected(half_dead) as (_, _, task):
        began_s = time.monotonic()
        assert "nothing came" in str(await asyncio.wait_for(task, 5))
        assert 0.3 < time.monotonic() - began_s < 0.9


async def test_a_server_that_answers_pings_is_kept() -> None:
    async def alive(connection: ServerConnection) -> None:
        await let_in(connection)
        async for text in connection:
            answer = {"id": json.loads(text)["id"], "result": {}}
            await connection.send(json.dumps(answer))

    async with connected(alive) as (_, _, task):
        done, _ = await asyncio.wait([task], timeout=1.5)
        assert not done


async def test_a_socket_that_takes_nothing_any_more_is_given_up_all_the_same() -> None:
    async def stuffed(connection: ServerConnection) -> None:
        await let_in(connection)
        connection.transport.pause_reading()

    async with connected(stuffed) as (session, connection, task):
        session.invite(CallRequest("c1"), "x" * 32_000_000, time.monotonic())
        sending = asyncio.create_task(connection.flush())
        cause = await asyncio.wait_for(task, 5)
        assert "nothing came" in str(cause)
        (lost,) = await asyncio.gather(sending, return_exceptions=True)
        assert isinstance(lost, NetworkError)


async def test_a_suspicion_is_looked_into_at_once() -> None:
    async def dead(connection: ServerConnection) -> None:
        await let_in(connection)

    patient = Limits(silent_s=60, unconfirmed_s=60, probe_s=0.2)
    async with connected(dead, patient) as (_, connection, task):
        began_s = time.monotonic()
        connection.network_changed()
        assert "when it was asked" in str(await asyncio.wait_for(task, 5))
        assert time.monotonic() - began_s < 0.7


# Runs in a network of its own, with nothing in it but `lo`, whose address moves. On
# `lo` the whole subnet is local, so it moves to another one.
ELSEWHERE = """
import asyncio
from callpoint.telnyx.dialing import is_ours, way_out
from callpoint.telnyx.health import Limits
from tests.integration.test_connection import connected, let_in
from tests.integration.test_network import move

async def main():
    move(b"lo", "192.0.2.7")
    assert is_ours("192.0.2.7") and not is_ours("198.51.100.8")
    assert way_out("192.0.2.9", 443) == "192.0.2.7"
    assert way_out("198.51.100.9", 443) is None
    assert way_out("2001:db8::1", 443) is None
    slow = Limits(silent_s=60, unconfirmed_s=60, probe_s=60)
    async with connected(let_in, slow, "192.0.2.7") as (_, connection, task):
        connection.network_changed()
        move(b"lo", "198.51.100.8")
        connection.network_changed()
        move(b"lo", "192.0.2.7")
        await asyncio.wait([task], timeout=1)
        assert not task.done()
        move(b"lo", "198.51.100.8")
        connection.network_changed()
        cause = await asyncio.wait_for(task, 1)
        assert str(cause) == "this device has another address", cause

asyncio.run(main())
"""


def test_a_socket_whose_address_is_gone_is_not_waited_for(project: Path) -> None:
    in_its_own_network(ELSEWHERE, project)


async def test_a_mistake_of_ours_ends_the_connection_and_not_the_daemon(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def strange(connection: ServerConnection) -> None:
        await let_in(connection)
        await connection.send('{"id": 2, "method": "telnyx_rtc.news"}')

    async with connected(strange) as (session, _, task):
        cause = await asyncio.wait_for(task, 5)
        assert str(cause) == "the connection broke off: ZeroDivisionError"
        assert session.phase is Phase.CLOSED
    assert "ZeroDivisionError" in caplog.text


async def test_nothing_goes_out_over_a_connection_that_is_over() -> None:
    async def rude(connection: ServerConnection) -> None:
        await let_in(connection)
        connection.transport.abort()

    async with connected(rude) as (_, connection, task):
        await asyncio.wait_for(task, 5)
        (lost,) = await asyncio.gather(connection.flush(), return_exceptions=True)
        assert isinstance(lost, NetworkError)
