"""PURE: where the vendor's servers are, and the URLs of the socket and of ICE.

The defaults are public and the same in every SDK of the vendor (JS SDK,
Modules/Verto/util/constants/index.ts).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any, Final, Literal
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from callpoint.errors import LocalProtocolError

SIGNALING_SERVER: Final = "wss://rtc.telnyx.com"
RETURN_S: Final = 600.0
"""After that long with the plain host the region's is asked once more."""
_PORT: Final = 3478
_TLS_PORT: Final = 5349
_REGION: Final = re.compile(r"[a-z0-9-]+")
# RFC 7064 and RFC 7065: there are no slashes, and an IPv6 address is in brackets.
_ICE_URL: Final = re.compile(
    r"(?P<scheme>stun|stuns|turn|turns):(?P<host>\[[^\s\]]+\]|[^\s/?@:\[\]]+)"
    r"(:(?P<port>\d{1,5}))?(\?transport=(?P<transport>udp|tcp))?"
)


@dataclass(frozen=True)
class IceServer:
    """One STUN or TURN server under one or more URLs, such as `turn:host:3478`."""

    urls: tuple[str, ...]
    username: str | None = None
    credential: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class StunServer:
    """Tells a socket by which address the outside sees it."""

    host: str
    port: int


@dataclass(frozen=True)
class TurnServer:
    """Relays packets; `transport` is ours to the server, UDP it is beyond."""

    host: str
    port: int
    transport: Literal["udp", "tcp"]
    tls: bool
    username: str | None
    credential: str | None = field(repr=False)


DEFAULT_ICE_SERVERS: Final = (
    IceServer(("stun:stun.telnyx.com:3478",)),
    IceServer(("stun:stun.l.google.com:19302",)),
    IceServer(
        (
            "turn:turn.telnyx.com:3478?transport=udp",
            "turn:turn.telnyx.com:3478?transport=tcp",
            "turns:turn.telnyx.com:443",
            "turns:turn2.telnyx.com:443",
        ),
        "testuser",
        "testpassword",
    ),
)


@dataclass(frozen=True)
class ServerConfiguration:
    """Where to log in, and which servers help media through the network.

    `region` such as `eu` goes before the host's name; `auto` and None leave it alone.
    `ca_file` and `proxy` are for the socket. `allow_insecure` permits `ws://` to
    another machine.
    """

    signaling_server: str = SIGNALING_SERVER
    webrtc_ice_servers: tuple[IceServer, ...] = DEFAULT_ICE_SERVERS
    region: str | None = None
    ca_file: str | None = None
    proxy: str | None = None
    allow_insecure: bool = False


def signaling_url(configuration: ServerConfiguration, query: Mapping[str, str]) -> str:
    """The URL of the next socket.

    Raises LocalProtocolError for a server that is no WebSocket URL, for `ws://` to
    another machine, and for a region that cannot stand before the host.
    """
    parts = _split(configuration.signaling_server)
    if parts.scheme == "ws" and not (
        configuration.allow_insecure or is_loopback(configuration)
    ):
        raise LocalProtocolError(
            f"{configuration.signaling_server} would send the login unencrypted",
            "Use wss://; ws:// is for this machine itself.",
        )
    netloc = _with_region(parts, configuration.region)
    pairs = [*parse_qsl(parts.query), *query.items()]
    return urlunsplit((parts.scheme, netloc, parts.path or "/", urlencode(pairs), ""))


def is_loopback(configuration: ServerConfiguration) -> bool:
    """Whether the signalling server runs on this machine.

    Raises LocalProtocolError for a server that is no WebSocket URL.
    """
    host = _split(configuration.signaling_server).hostname or ""
    address = _address(host)
    if address is not None:
        return address.is_loopback
    return host == "localhost" or host.endswith(".localhost")


class Turns:
    """Which host is next: the region's, or for a while the plain one.

    The plain one takes over when the region's cannot be reached, and gives back when it
    cannot be reached either, or after `RETURN_S`.
    """

    def __init__(self) -> None:
        self.why_away: str | None = None
        """What keeps us from the region's host; None where it is used, or none is."""
        self._region: str | None = None
        self._away_since_s = 0.0

    def region(self, wanted: str | None, now_s: float) -> str | None:
        """The region that the next socket goes to; None for the plain host."""
        wanted = None if wanted in ("", "auto") else wanted
        if wanted != self._region or now_s - self._away_since_s >= RETURN_S:
            self._region, self.why_away = wanted, None
        return None if self.why_away is not None else wanted

    def unreachable(self, why: str, now_s: float) -> None:
        """The host whose turn it was cannot be reached."""
        if self._region is None:
            return
        self.why_away = why if self.why_away is None else None
        self._away_since_s = now_s

    def still_away(self, now_s: float) -> None:
        """The region's host was asked once more, and cannot be reached yet."""
        self._away_since_s = now_s


def is_region(name: str) -> bool:
    """Whether it can stand before a host; which ones there are, the vendor knows."""
    return bool(_REGION.fullmatch(name))


def is_ice_url(url: str) -> bool:
    """Whether a URL is that of a STUN or TURN server of a kind that is asked."""
    found = _ICE_URL.fullmatch(url)
    if found is None or not 0 < int(found["port"] or _PORT) < 2**16:
        return False
    match found["scheme"], found["transport"]:
        case ("stun", None) | ("turn", _) | ("turns", None | "tcp"):
            return True
    return False


def stun_servers(servers: Iterable[IceServer]) -> tuple[StunServer, ...]:
    """All STUN servers over plain UDP, in the order in which they are to be asked.

    Raises LocalProtocolError for a URL that is none.
    """
    found = (_ice_url(url) for server in servers for url in server.urls)
    return tuple(
        StunServer(url["host"], int(url["port"] or _PORT))
        for url in found
        if url["scheme"] == "stun"
    )


def turn_servers(servers: Iterable[IceServer]) -> tuple[TurnServer, ...]:
    """All TURN servers over UDP, TCP and TLS, in the order of their preference.

    Raises LocalProtocolError for a URL that is none.
    """
    found = ((server, _ice_url(url)) for server in servers for url in server.urls)
    return tuple(
        _turn_server(server, url)
        for server, url in found
        if url["scheme"] == "turn"
        # DTLS, which aioice does not speak.
        or (url["scheme"] == "turns" and url["transport"] != "udp")
    )


def _turn_server(server: IceServer, url: Mapping[str, Any]) -> TurnServer:
    tls = url["scheme"] == "turns"
    return TurnServer(
        host=url["host"],
        port=int(url["port"] or (_TLS_PORT if tls else _PORT)),
        transport="tcp" if tls or url["transport"] == "tcp" else "udp",
        tls=tls,
        username=server.username,
        credential=server.credential,
    )


def _ice_url(url: str) -> dict[str, Any]:
    match = _ICE_URL.fullmatch(url)
    if match is None:
        raise LocalProtocolError(
            f"{url!r} is no STUN or TURN server",
            "One looks like stun:stun.example:3478.",
        )
    return {**match.groupdict(), "host": match["host"].strip("[]")}


def _split(server: str) -> SplitResult:
    try:
        parts = urlsplit(server)
        usable = parts.scheme in ("ws", "wss") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise LocalProtocolError(
            f"{server!r} is no signalling server", f"It looks like {SIGNALING_SERVER}."
        )
    return parts


def _with_region(parts: SplitResult, region: str | None) -> str:
    if region in (None, "", "auto"):
        return parts.netloc
    if not is_region(str(region)):
        raise LocalProtocolError(f"{region!r} is no region", "One looks like us-east.")
    if _address(parts.hostname or ""):
        raise LocalProtocolError(
            f"the region {region} cannot stand before the address {parts.hostname}",
            "Leave the region out, or name the server by its host name.",
        )
    user, at, host = parts.netloc.rpartition("@")
    return f"{user}{at}{region}.{host}"


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
