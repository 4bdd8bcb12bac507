"""The WebSocket, through websockets: one connection, and failures in plain words.

Its own keep-alive is off: a proxy whose server is dead answers WebSocket pings, and two
judges of one socket would be at odds. `health` judges by the vendor's frames.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable
from functools import partial
from typing import Any, Final, cast
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.client import ClientProtocol
from websockets.exceptions import (
    ConnectionClosed,
    InvalidHandshake,
    InvalidProxy,
    InvalidStatus,
)
from websockets.proxy import get_proxy
from websockets.uri import parse_uri

from callpoint.errors import ConfigError, Fault, NetworkError, SentAwayError
from callpoint.telnyx import clock, dialing, obstacles
from callpoint.telnyx.health import LIMITS

_CLOSE_TIMEOUT_S: Final = 1.0
_SENT_AWAY: Final = (1001, 1012, 1013)
"""Going away, service restart, try again later (RFC 6455, and IANA's registry)."""
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
            raise _closed(error) from error

    async def receive(self) -> str:
        """The next frame; bytes that are not UTF-8 become replacement characters."""
        try:
            frame = await self._connection.recv()
        except ConnectionClosed as error:
            raise _closed(error) from error
        return frame if isinstance(frame, str) else frame.decode("utf-8", "replace")

    async def close(self) -> None:
        """Say goodbye; who does not answer within a second is cut off."""
        try:
            await self._connection.close()
        except asyncio.CancelledError:
            self.abort()
            raise

    def has_its_address(self) -> bool:
        """Whether this machine still has the address that the connection is from."""
        address = self._connection.local_address
        return address is None or dialing.is_ours(str(address[0]))

    def goes_its_way(self) -> bool:
        """Whether what it sends leaves as when it was opened, if there is a route."""
        near, far = self._connection.local_address, self._connection.remote_address
        if near is None or far is None:
            return True
        return dialing.way_out(*far[:2]) in (None, near[0])

    def abort(self) -> None:
        """Cut the connection without a word: nobody is there."""
        self._connection.transport.abort()


async def open_socket(
    url: str,
    ca_file: str | None = None,
    proxy: str | None = None,
    limit_s: float = LIMITS.step_s,
    look_up: dialing.LookUp = dialing.look_up,
    read_clock: Callable[[], obstacles.Clock] = clock.read,
) -> Socket:
    """Connect to a `ws://` or `wss://` URL, verified against the system's or `ca_file`.

    The name, TCP, TLS and the upgrade may take `limit_s` each; a proxy, three times
    that for all of them. Without `proxy` the environment's proxy settings hold. Raises
    NetworkError for what may pass, ConfigError for what will not.
    """
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    tls = _tls(ca_file) if parts.scheme == "wss" else None
    via = proxy or get_proxy(parse_uri(url))
    connection = None
    if via is None:
        port = parts.port or (80 if tls is None else 443)
        connection = await dialing.dial(parts.hostname or "", port, limit_s, look_up)
    try:
        return Socket(await _upgraded(url, host, connection, tls, via, limit_s))
    except ssl.SSLCertVerificationError as error:
        raise obstacles.certificate(
            host, error.verify_code, error.verify_message, read_clock()
        ) from error
    except (OSError, InvalidHandshake, InvalidProxy) as error:
        raise _unreachable(host, via, error, limit_s) from error


async def _upgraded(
    url: str,
    host: str,
    connection: socket.socket | None,
    tls: ssl.SSLContext | None,
    proxy: str | None,
    limit_s: float,
) -> ClientConnection:
    options: dict[str, Any] = {} if tls is None else {"ssl_handshake_timeout": limit_s}
    return await connect(
        url,
        sock=connection,
        ssl=tls,
        proxy=proxy,
        compression=None,
        open_timeout=3 * limit_s,
        close_timeout=_CLOSE_TIMEOUT_S,
        ping_interval=None,
        max_size=_MAX_FRAME_BYTES,
        create_connection=cast(Any, partial(_Upgrade, host=host, limit_s=limit_s)),
        **options,
    )


class _Upgrade(ClientConnection):
    """A connection whose upgrade has its own limit and words."""

    def __init__(
        self, protocol: ClientProtocol, *, host: str, limit_s: float, **options: Any
    ) -> None:
        super().__init__(protocol, **options)
        self._host = host
        self._limit_s = limit_s

    async def handshake(self, *headers: Any) -> None:
        try:
            async with asyncio.timeout(self._limit_s):
                await super().handshake(*headers)
        except TimeoutError as error:
            raise NetworkError(
                f"{self._host} does not answer the WebSocket upgrade"
                f" within {self._limit_s:g} s",
                "check [server] signaling_server and proxy",
            ) from error
        except InvalidStatus as error:
            places = error.response.headers.get_all("Location")
            raise obstacles.http(
                self._host, error.response.status_code, places[0] if places else None
            ) from error
        except (InvalidHandshake, EOFError, OSError) as error:
            raise NetworkError(
                f"{self._host} breaks off the WebSocket upgrade: {error}",
                "check [server] signaling_server and proxy",
            ) from error


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


def _unreachable(
    host: str, proxy: str | None, error: Exception, limit_s: float
) -> NetworkError:
    """What kept us from an encrypted connection, or from getting through a proxy."""
    if isinstance(error, ConnectionAbortedError) and error.errno is None:
        return NetworkError(
            f"TLS with {host} is not set up within {limit_s:g} s", "check the network"
        )
    if proxy is not None and not isinstance(error, ssl.SSLError):
        return _no_way_through(host, proxy, error, limit_s)
    return NetworkError(
        f"TLS with {host} fails: {_words(error)}",
        "check the network and [server] signaling_server",
    )


def _no_way_through(
    host: str, proxy: str, error: Exception, limit_s: float
) -> NetworkError:
    shown = urlsplit(proxy).netloc.rpartition("@")[2] or proxy
    is_silent = isinstance(error, TimeoutError)
    cause = f"nothing within {3 * limit_s:g} s" if is_silent else _words(error)
    return NetworkError(
        f"the proxy {shown} does not lead to {host}: {cause}",
        "check [server] proxy, or the proxy variables of the environment",
    )


def _words(error: Exception) -> str:
    if isinstance(error, ssl.SSLError):
        # Its number is OpenSSL's, and means something else as an errno.
        return error.reason.replace("_", " ").lower() if error.reason else str(error)
    words = dialing.reason(error) if isinstance(error, OSError) else str(error)
    return words or "the connection was cut"


def _closed(error: ConnectionClosed) -> NetworkError:
    """Who closed the socket, and why."""
    frame = error.rcvd or error.sent
    if frame is None:
        return NetworkError("the connection broke without a word")
    is_theirs = error.rcvd and error.rcvd_then_sent is not False
    who = "the server" if is_theirs else "we"
    reason = f": {frame.reason}" if frame.reason else ""
    kind = SentAwayError if is_theirs and frame.code in _SENT_AWAY else NetworkError
    return kind(f"{who} closed the connection ({int(frame.code)}{reason})")
