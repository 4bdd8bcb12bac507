"""The WebSocket: verified, bounded, and every failure in words that say what to do."""

import asyncio
import os
import socket
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from callpoint.errors import ConfigError, NetworkError
from callpoint.telnyx.clock import read
from callpoint.telnyx.dialing import Address, look_up
from callpoint.telnyx.obstacles import Clock
from callpoint.telnyx.socket import open_socket
from tests.certificates import certificate

SHORT_S = 0.1


async def echo(connection: ServerConnection) -> None:
    async for frame in connection:
        if frame == "close":
            await connection.close(1012, "restart")
        await connection.send(frame)


@asynccontextmanager
async def server(tls: ssl.SSLContext | None = None) -> AsyncIterator[str]:
    async with serve(echo, "127.0.0.1", 0, ssl=tls, max_size=None) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        yield f"{'wss' if tls else 'ws'}://localhost:{port}"


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def tcp_server(
    serve_one: Serve, listening: socket.socket | None = None
) -> AsyncIterator[int]:
    """A TCP server; every connection is over at the end of the block."""
    serving: set[asyncio.Task[None]] = set()

    async def accepted(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            await serve_one(reader, writer)
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    where: Any = {"sock": listening} if listening else {"host": "127.0.0.1", "port": 0}
    host = await asyncio.start_server(accepted, **where)
    async with host:
        yield host.sockets[0].getsockname()[1]
        await asyncio.gather(*serving)


async def test_text_goes_both_ways() -> None:
    async with server() as url:
        connection = await open_socket(url)
        await connection.send("hello")
        assert await connection.receive() == "hello"
        await connection.close()


async def test_a_megabyte_in_one_frame_is_taken() -> None:
    async with server() as url:
        connection = await open_socket(url)
        await connection.send("x" * 1_000_000)
        assert len(await connection.receive()) == 1_000_000
        await connection.close()


async def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    tls, _ = certificate(tmp_path)
    async with server(tls) as url:
        with pytest.raises(NetworkError, match=r"^something else answers") as error:
            await open_socket(url)
        assert "ca_file" in error.value.advice


async def test_a_certificate_for_another_name_is_somebody_else_s(
    tmp_path: Path,
) -> None:
    tls, public = certificate(tmp_path, "portal.example")
    async with server(tls) as url:
        with pytest.raises(NetworkError, match=r"in place of localhost.*mismatch"):
            await open_socket(url, ca_file=str(public))


WRONG = Clock(datetime(1970, 1, 1, tzinfo=UTC), None)
RIGHT = Clock(datetime.now(UTC), True)


@pytest.mark.parametrize(
    ("valid_in_days", "clock", "sentence"),
    [
        (9, WRONG, "the clock of this device is wrong.*seems not valid yet"),
        (-9, Clock(datetime.now(UTC), False), "may be wrong.*seems expired"),
        (-9, RIGHT, "^the certificate of localhost:.* has expired"),
        (9, RIGHT, "certificate is not yet valid"),
    ],
)
async def test_a_wrong_clock_is_told_from_a_certificate_that_is_out_of_date(
    tmp_path: Path, valid_in_days: int, clock: Clock, sentence: str
) -> None:
    tls, public = certificate(tmp_path, valid_in_days=valid_in_days)
    async with server(tls) as url:
        with pytest.raises(NetworkError, match=sentence):
            await open_socket(url, ca_file=str(public), read_clock=lambda: clock)


def test_the_clock_of_this_machine_is_read(tmp_path: Path) -> None:
    clock = read(tmp_path / "nothing")
    assert abs(clock.now - datetime.now(UTC)) < timedelta(seconds=5)
    assert clock.is_synchronised in (True, False, None)
    assert read(tmp_path).is_synchronised is False
    (tmp_path / "synchronized").touch()
    assert read(tmp_path).is_synchronised is True


async def test_a_certificate_of_ones_own_is_accepted_by_ca_file(tmp_path: Path) -> None:
    tls, public = certificate(tmp_path)
    async with server(tls) as url:
        connection = await open_socket(url, ca_file=str(public))
        await connection.send("hello")
        assert await connection.receive() == "hello"
        await connection.close()


@pytest.mark.parametrize("content", [None, "no certificate"])
async def test_a_ca_file_that_cannot_be_used_is_a_fault_of_the_configuration(
    tmp_path: Path, content: str | None
) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=r"server\.ca_file"):
        await open_socket("wss://localhost:1", ca_file=str(path))


async def test_nobody_listening_is_told_with_host_and_port() -> None:
    with pytest.raises(
        NetworkError, match=r"^127\.0\.0\.1:9 cannot be reached: Connection refused$"
    ):
        await open_socket("ws://127.0.0.1:9")


async def test_a_name_that_is_unknown_is_told() -> None:
    with pytest.raises(NetworkError, match=r"^the name nowhere\.invalid "):
        await open_socket("ws://nowhere.invalid")


LOCATION = "Location: http://login.hotel.example/"


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ("200 OK", r"a web page \(HTTP 200\)"),
        (f"302 Found\r\n{LOCATION}", "on to login.hotel.example"),
        (f"302 Found\r\n{LOCATION}\r\n{LOCATION}", "on to login.hotel.example"),
        ("302 Found", "answers HTTP 302 instead"),
        ("511 Network Authentication Required", "wants a sign-in"),
        ("503 Service Unavailable", "is out of order"),
        ("404 Not Found", "answers HTTP 404 instead"),
    ],
)
async def test_what_answers_instead_of_a_websocket_is_named(
    head: str, sentence: str
) -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {head}\r\nContent-Length: 5\r\n\r\nhello".encode())

    async with tcp_server(page) as port:
        with pytest.raises(NetworkError, match=sentence):
            await open_socket(f"ws://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [(b"HTTP/1.1 400 Bad Request\r\n\r\n", "wrong version number"), (b"", "cut|reset")],
)
async def test_a_port_that_speaks_no_tls_is_told(answer: bytes, sentence: str) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(answer)

    async with tcp_server(plain) as port:
        with pytest.raises(NetworkError, match=f"^TLS with .* fails: .*({sentence})"):
            await open_socket(f"wss://localhost:{port}")


async def test_a_public_name_that_leads_into_the_local_network_is_told() -> None:
    async def inside(host: str, port: int) -> list[Address]:
        return [address(("127.0.0.1", 9))]

    with pytest.raises(NetworkError, match="Connection refused") as error:
        await open_socket("ws://rtc.example.com", look_up=inside)
    assert "leads to 127.0.0.1, which is no public address" in error.value.advice


async def test_a_server_that_hangs_up_in_the_handshake_is_told() -> None:
    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with tcp_server(rude) as port:
        with pytest.raises(NetworkError, match=f"127.0.0.1:{port} breaks off"):
            await open_socket(f"ws://127.0.0.1:{port}")


async def test_who_closed_the_socket_and_why_is_told() -> None:
    async with server() as url:
        connection = await open_socket(url)
        await connection.send("close")
        with pytest.raises(
            NetworkError, match=r"the server closed the connection \(1012: restart\)"
        ):
            await connection.receive()
        with pytest.raises(NetworkError):
            await connection.send("too late")
        await connection.close()


async def test_a_connection_that_is_cut_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]

        async def upgrade_and_cut(
            reader: asyncio.StreamReader, writer: asyncio.StreamWriter
        ) -> None:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            key = head.split("Sec-WebSocket-Key: ")[1].split("\r\n")[0]
            writer.write(_accept(key))
            await writer.drain()
            writer.transport.abort()

        async with tcp_server(upgrade_and_cut, listening.dup()):
            connection = await open_socket(f"ws://127.0.0.1:{port}")
            with pytest.raises(NetworkError, match="broke without a word"):
                await connection.receive()
            await connection.close()


def _accept(key: str) -> bytes:
    from websockets.utils import accept_key

    return (
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Accept: {accept_key(key)}\r\n\r\n"
    ).encode()


def address(where: tuple[str, int]) -> Address:
    family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
    return Address(family, socket.SOCK_STREAM, 0, where)


@contextmanager
def deaf_port(host: str = "127.0.0.1") -> Iterator[tuple[str, int]]:
    """A port that answers no SYN: its backlog is full, and nobody accepts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with ExitStack() as stack:
        port = stack.enter_context(socket.socket(family))
        port.bind((host, 0))
        port.listen(0)
        where = port.getsockname()[:2]
        for _ in range(3):
            filler = stack.enter_context(socket.socket(family))
            filler.setblocking(False)
            filler.connect_ex(where)
        yield where


@asynccontextmanager
async def mute_port() -> AsyncIterator[int]:
    """Takes every connection, and never says a word."""

    async def listen(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.read()

    async with tcp_server(listen) as port:
        yield port


async def test_a_name_server_that_is_silent_is_told() -> None:
    async def silent(host: str, port: int) -> list[Address]:
        await asyncio.Event().wait()
        raise AssertionError

    with pytest.raises(
        NetworkError, match=r"^the name a\.example is not resolved within"
    ):
        await open_socket("ws://a.example", limit_s=SHORT_S, look_up=silent)


async def test_a_look_up_that_hangs_does_not_hold_up_the_end_of_the_program() -> None:
    slow = """
import asyncio, socket, time
from callpoint.errors import NetworkError
from callpoint.telnyx.socket import open_socket
socket.getaddrinfo = lambda *_, **__: time.sleep(60)
try:
    asyncio.run(open_socket("ws://a.example", limit_s=0.05))
except NetworkError as error:
    print(error)
"""
    began_s = time.monotonic()
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", slow, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await program.communicate()
    assert b"is not resolved within 0.05 s" in told
    assert time.monotonic() - began_s < 10


async def test_a_port_that_takes_no_connection_is_told() -> None:
    with (
        deaf_port() as (host, port),
        pytest.raises(NetworkError, match=r"accepts no connection within 0\.1 s"),
    ):
        await open_socket(f"ws://{host}:{port}", limit_s=SHORT_S)


async def test_a_server_that_never_speaks_tls_is_told() -> None:
    async with mute_port() as port:
        with pytest.raises(NetworkError, match=r"^TLS with localhost:.* within 0\.1 s"):
            await open_socket(f"wss://localhost:{port}", limit_s=SHORT_S)


async def test_a_server_that_does_not_answer_the_upgrade_is_told() -> None:
    async with mute_port() as port:
        with pytest.raises(
            NetworkError, match=r"does not answer the WebSocket upgrade within 0\.1 s"
        ):
            await open_socket(f"ws://127.0.0.1:{port}", limit_s=SHORT_S)


async def test_an_address_that_is_dead_costs_a_quarter_of_a_second() -> None:
    async with server() as url:
        port = int(url.rpartition(":")[2])
        with deaf_port("::1") as dead:

            async def both(host: str, _: int) -> list[Address]:
                return [address(dead), address(dead), address(("127.0.0.1", port))]

            began_s = time.monotonic()
            connection = await open_socket("ws://a.example", look_up=both)
            assert 0.2 < time.monotonic() - began_s < 0.5
            await connection.close()


async def test_an_address_that_refuses_costs_nothing() -> None:
    async with server() as url:
        port = int(url.rpartition(":")[2])

        async def both(host: str, _: int) -> list[Address]:
            return [address(("::1", 9)), address(("127.0.0.1", port))]

        began_s = time.monotonic()
        connection = await open_socket("ws://a.example", look_up=both)
        assert time.monotonic() - began_s < 0.2
        await connection.close()


async def test_ipv6_alone_will_do() -> None:
    async with serve(echo, "::1", 0) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        connection = await open_socket(f"ws://[::1]:{port}")
        await connection.send("hello")
        assert await connection.receive() == "hello"
        await connection.close()


async def test_names_are_looked_up_by_the_system() -> None:
    assert {each.host for each in await look_up("localhost", 1)} & {"127.0.0.1", "::1"}


async def test_a_lookup_that_is_given_up_leaves_no_connection_behind() -> None:
    before = set(os.listdir("/proc/self/fd"))
    with deaf_port() as where:

        async def dead(host: str, port: int) -> list[Address]:
            return [address(where)] * 3

        with pytest.raises(NetworkError):
            await open_socket("ws://a.example", limit_s=0.6, look_up=dead)
    assert set(os.listdir("/proc/self/fd")) == before


@asynccontextmanager
async def http_proxy(answer: bytes) -> AsyncIterator[str]:
    """Answers CONNECT by `answer`, and joins both ends if that is a yes."""

    async def join(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while block := await reader.read(4096):
            writer.write(block)
        writer.close()

    async def serve_one(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        host, _, port = head.split()[1].rpartition(":")
        writer.write(answer)
        if b" 200 " in answer:
            far_reader, far_writer = await asyncio.open_connection(host, port)
            await asyncio.gather(join(reader, far_writer), join(far_reader, writer))

    async with tcp_server(serve_one) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("by_environment", [False, True])
async def test_a_proxy_leads_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_environment: bool
) -> None:
    tls, public = certificate(tmp_path)
    async with (
        server(tls) as url,
        http_proxy(b"HTTP/1.1 200 OK\r\n\r\n") as proxy,
    ):
        if by_environment:
            monkeypatch.setenv("https_proxy", proxy)
        connection = await open_socket(
            url, ca_file=str(public), proxy=None if by_environment else proxy
        )
        await connection.send("hello")
        assert await connection.receive() == "hello"
        await connection.close()


async def test_a_proxy_that_refuses_is_told() -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n"
    async with http_proxy(refusal) as proxy:
        with pytest.raises(NetworkError, match=r"^the proxy 127.*407") as error:
            await open_socket("ws://a.example", proxy=proxy)
        assert "[server] proxy" in error.value.advice


async def test_a_proxy_that_is_not_there_is_told() -> None:
    with pytest.raises(NetworkError, match=r"^the proxy 127.*Connection refused"):
        await open_socket("ws://a.example", proxy="http://127.0.0.1:9")


async def test_who_does_not_answer_a_goodbye_is_cut_off_after_a_second() -> None:
    async def deaf(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await connection.wait_closed()

    async with serve(deaf, "127.0.0.1", 0) as running:
        port = next(iter(running.sockets)).getsockname()[1]
        connection = await open_socket(f"ws://127.0.0.1:{port}")
        began_s = time.monotonic()
        await connection.close()
        assert 0.9 < time.monotonic() - began_s < 1.5
        for each in running.connections:
            each.transport.abort()
