"""The WebSocket: verified, bounded, and every failure in words that say what to do."""

import asyncio
import datetime
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from websockets.asyncio.server import ServerConnection, serve

from callpoint.errors import ConfigError, NetworkError
from callpoint.telnyx.socket import open_socket


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


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """A server's TLS with a certificate for localhost that nobody has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public = folder / "ca.pem"
    public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = folder / "key.pem"
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


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
        with pytest.raises(NetworkError, match="certificate that is not accepted") as e:
            await open_socket(url)
        assert "date" in e.value.advice


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
    with pytest.raises(NetworkError, match=r"nowhere\.invalid cannot be reached"):
        await open_socket("ws://nowhere.invalid")


async def test_a_server_that_is_no_websocket_is_told() -> None:
    async def page(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
        writer.close()

    portal = await asyncio.start_server(page, "127.0.0.1", 0)
    port = portal.sockets[0].getsockname()[1]
    async with portal:
        with pytest.raises(NetworkError, match="answers HTTP 200 instead"):
            await open_socket(f"ws://127.0.0.1:{port}")


async def test_a_server_that_hangs_up_in_the_handshake_is_told() -> None:
    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    host = await asyncio.start_server(rude, "127.0.0.1", 0)
    port = host.sockets[0].getsockname()[1]
    async with host:
        with pytest.raises(NetworkError, match=f"127.0.0.1:{port} cannot be reached"):
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

        host = await asyncio.start_server(upgrade_and_cut, sock=listening.dup())
        async with host:
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
