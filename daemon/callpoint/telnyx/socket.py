"""The WebSocket, through websockets: one connection, and failures in plain words."""

import os
import ssl
from typing import Final
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
    InvalidURI,
)

from callpoint.errors import CallpointError, ConfigError, Fault, NetworkError

_OPEN_TIMEOUT_S: Final = 10.0
_CLOSE_TIMEOUT_S: Final = 1.0
_KEEPALIVE_S: Final = 20.0
_MAX_FRAME_BYTES: Final = 4 * 2**20
"""An SDP has 4 KB, a picture that a tool sends may have some MB."""


class Socket:
    """One WebSocket of text frames."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def send(self, text: str) -> None:
        """Send one frame; NetworkError when the socket is gone."""
        try:
            await self._connection.send(text)
        except ConnectionClosed as error:
            raise NetworkError(_closed(error)) from error

    async def receive(self) -> str:
        """The next frame; bytes that are not UTF-8 become replacement characters."""
        try:
            frame = await self._connection.recv()
        except ConnectionClosed as error:
            raise NetworkError(_closed(error)) from error
        return frame if isinstance(frame, str) else frame.decode("utf-8", "replace")

    async def close(self) -> None:
        await self._connection.close()


async def open_socket(
    url: str, ca_file: str | None = None, proxy: str | None = None
) -> Socket:
    """Connect to a `ws://` or `wss://` URL, verified against the system's or `ca_file`.

    Without `proxy` the environment's proxy settings hold. Raises NetworkError for what
    may pass, ConfigError for what will not.
    """
    host = urlsplit(url).netloc.rpartition("@")[2]
    try:
        connection = await connect(
            url,
            ssl=_tls(ca_file) if url.startswith("wss:") else None,
            proxy=proxy or True,
            compression=None,
            open_timeout=_OPEN_TIMEOUT_S,
            close_timeout=_CLOSE_TIMEOUT_S,
            ping_interval=_KEEPALIVE_S,
            ping_timeout=_KEEPALIVE_S,
            max_size=_MAX_FRAME_BYTES,
        )
    except (
        OSError,
        EOFError,
        InvalidHandshake,
        InvalidURI,
        InvalidProxy,
    ) as error:
        raise _unreachable(host, error) from error
    return Socket(connection)


def _tls(ca_file: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        found = getattr(error, "strerror", None) or str(error)
        raise ConfigError(
            [
                Fault(
                    str(ca_file),
                    "server.ca_file",
                    "a readable file of certificates",
                    found,
                )
            ]
        ) from error


def _unreachable(host: str, error: Exception) -> CallpointError:
    """What kept us from connecting, and what to do about it."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return NetworkError(
            f"{host} shows a certificate that is not accepted: {error.verify_message}",
            "check this device's date and [server] ca_file",
        )
    if isinstance(error, InvalidStatus):
        return NetworkError(
            f"{host} answers HTTP {error.response.status_code} instead of a WebSocket",
            "check [server] signaling_server and proxy",
        )
    if isinstance(error, TimeoutError):
        return NetworkError(f"{host} does not answer", "check the network")
    number = getattr(error, "errno", None)
    # asyncio's own words for a refused connection repeat the address, as a tuple.
    reason = os.strerror(number) if number and number > 0 else str(error)
    return NetworkError(
        f"{host} cannot be reached: {reason}",
        "check the network and [server] signaling_server",
    )


def _closed(error: ConnectionClosed) -> str:
    """Who closed the socket, and why."""
    frame = error.rcvd or error.sent
    if frame is None:
        return "the connection broke without a word"
    who = "the server" if error.rcvd and error.rcvd_then_sent is not False else "we"
    reason = f": {frame.reason}" if frame.reason else ""
    return f"{who} closed the connection ({int(frame.code)}{reason})"
