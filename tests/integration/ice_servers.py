"""STUN and TURN servers on this machine: answering, lying, or silent."""

import asyncio
import re
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from hashlib import md5
from struct import pack, unpack
from typing import Any

from aioice import stun

from callpoint.telnyx.servers import IceServer, StunServer, TurnServer

Address = tuple[str, int]
HERE = "127.0.0.1"
OUTSIDE = "203.0.113.7"
"""What the NAT in front of everybody here is called outside (RFC 5737)."""
USER, PASSWORD, REALM = "callpoint", "secret", "here"


def kinds_of_candidates(sdp: str) -> Counter[str]:
    """How many of each kind a description has: host, srflx, relay."""
    return Counter(re.findall("^a=candidate:.* typ ([a-z]+)", sdp, re.MULTILINE))


@contextmanager
def silence() -> Iterator[int]:
    """The port of a server that takes everything and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind((HERE, 0))
        yield silent.getsockname()[1]


class FakeStun(asyncio.DatagramProtocol):
    """Answers binding requests as if a NAT stood between."""

    def __init__(self) -> None:
        self.port = 0
        self.heard = 0
        self.outside: str | None = OUTSIDE
        """None: there is no NAT, and everybody is seen as he is."""
        self.silent = False

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.DatagramTransport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, datagram: bytes, sender: Address) -> None:
        request = stun.parse_message(datagram)
        self.heard += 1
        if not self.silent:
            seen = (self.outside or sender[0], sender[1])
            answer = _answer(request, {"XOR-MAPPED-ADDRESS": seen})
            self.transport.sendto(bytes(answer), sender)

    @property
    def address(self) -> StunServer:
        return StunServer(HERE, self.port)

    @property
    def server(self) -> IceServer:
        return IceServer((f"stun:{HERE}:{self.port}",))


class FakeTurn(asyncio.DatagramProtocol):
    """Relays, and leads from a peer's name outside to this machine."""

    def __init__(self) -> None:
        self.port = 0
        self.refreshes = 0
        self.silent = False
        self._relays: dict[Address, _Relay] = {}
        """By client."""
        self._serving: set[asyncio.Future[None]] = set()

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.DatagramTransport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, datagram: bytes, sender: Address) -> None:
        if self.silent:
            return
        if datagram[0] & 0xC0 == 0x40:
            self._relays[sender].to_peer(datagram)
            return
        request = stun.parse_message(datagram)
        if "MESSAGE-INTEGRITY" not in request.attributes:
            refusal = {"ERROR-CODE": (401, "who?"), "REALM": REALM, "NONCE": b"1"}
            answer = _answer(request, refusal, stun.Class.ERROR)
            self.transport.sendto(bytes(answer), sender)
            return
        task = asyncio.ensure_future(self._serve(request, sender))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, request: stun.Message, sender: Address) -> None:
        attributes: dict[str, Any] = {}
        match request.message_method:
            case stun.Method.ALLOCATE:
                attributes = await self._allocate(sender)
            case stun.Method.REFRESH if request.attributes["LIFETIME"] == 0:
                self._relays.pop(sender).transport.close()
            case stun.Method.REFRESH:
                self.refreshes += 1
                attributes = {"LIFETIME": 600}
            case stun.Method.CHANNEL_BIND:
                self._relays[sender].bind(
                    request.attributes["CHANNEL-NUMBER"],
                    request.attributes["XOR-PEER-ADDRESS"],
                )
        answer = _answer(request, attributes)
        key = f"{USER}:{REALM}:{PASSWORD}".encode()
        answer.add_message_integrity(md5(key).digest())
        self.transport.sendto(bytes(answer), sender)

    async def _allocate(self, client: Address) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        _, relay = await loop.create_datagram_endpoint(
            lambda: _Relay(self.transport, client), local_addr=(HERE, 0)
        )
        self._relays[client] = relay
        return {
            "XOR-RELAYED-ADDRESS": relay.transport.get_extra_info("sockname"),
            "XOR-MAPPED-ADDRESS": client,
            "LIFETIME": 600,
        }

    async def close(self) -> None:
        await asyncio.gather(*self._serving)
        for relay in self._relays.values():
            relay.transport.close()
        self.transport.close()

    @property
    def allocations(self) -> int:
        """How many live."""
        return len(self._relays)

    @property
    def address(self) -> TurnServer:
        return TurnServer(HERE, self.port, "udp", False, USER, PASSWORD)

    @property
    def server(self) -> IceServer:
        return IceServer((f"turn:{HERE}:{self.port}",), USER, PASSWORD)


class _Relay(asyncio.DatagramProtocol):
    """One client's allocation: what it sends leaves from here."""

    def __init__(self, inside: asyncio.DatagramTransport, client: Address) -> None:
        self._inside = inside
        self._client = client
        self._channels: dict[int, Address] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport: asyncio.DatagramTransport = transport

    def bind(self, channel: int, peer: Address) -> None:
        self._channels[channel] = peer

    def to_peer(self, packet: bytes) -> None:
        channel, length = unpack("!HH", packet[:4])
        port = self._channels[channel][1]
        self.transport.sendto(packet[4 : 4 + length], (HERE, port))

    def datagram_received(self, datagram: bytes, sender: Address) -> None:
        for channel, peer in self._channels.items():
            if peer[1] == sender[1]:
                packet = pack("!HH", channel, len(datagram)) + datagram
                self._inside.sendto(packet, self._client)


@asynccontextmanager
async def stun_server() -> AsyncIterator[FakeStun]:
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(
        FakeStun, local_addr=(HERE, 0)
    )
    try:
        yield server
    finally:
        transport.close()


@asynccontextmanager
async def turn_server() -> AsyncIterator[FakeTurn]:
    loop = asyncio.get_running_loop()
    _, server = await loop.create_datagram_endpoint(FakeTurn, local_addr=(HERE, 0))
    try:
        yield server
    finally:
        await server.close()


def _answer(
    request: stun.Message,
    attributes: dict[str, Any],
    kind: stun.Class = stun.Class.RESPONSE,
) -> stun.Message:
    return stun.Message(
        request.message_method, kind, request.transaction_id, attributes
    )
