"""aioice, and every private touch of it: gathering that holds nobody up, and checks.

aioice gathers for 5 s when one server is silent towards one interface, and tells of
nothing before. Here host candidates are there at once, servers are asked beside them,
and whoever needs the candidates gets those that are known by then.
"""

import asyncio
import socket
import time
from collections import Counter
from collections.abc import Callable
from ipaddress import IPv4Address, ip_address
from typing import Any, Final

from aioice import ice, stun, turn
from aioice.candidate import Candidate, candidate_foundation, candidate_priority

from callpoint.telnyx.paths import Path, Plan
from callpoint.telnyx.rtp_path import divert
from callpoint.telnyx.servers import StunServer, TurnServer

SEAMS: Final = (
    (ice.Connection, "get_component_candidates"),
    (ice.Connection, "_check_periodic"),
    (ice.Connection, "query_consent"),
    (ice.StunProtocol, "request"),
    (ice, "relayed_candidate"),
    (turn.TurnClientMixin, "request_with_retry"),
)
_COMPONENT: Final = 1
_OVERTAKE_S: Final = 0.4
_CHECK_PACE_S: Final = 0.02
"""aioice's own; RFC 8445 section 14.2 allows 5 ms."""
_FAILURES: Final = (OSError, stun.TransactionError, UnicodeError)
"""UnicodeError: a name that cannot be one in DNS."""

Address = tuple[str, int]


class Gatherer:
    """Gathers for one ICE connection, whose own gathering it replaces."""

    def __init__(
        self,
        connection: Any,
        plan: Plan,
        loopback: bool,
        take_rtp: Callable[[bytes], bool],
    ) -> None:
        self.stun_answered: bool | None = None
        """None: nobody was asked."""
        self._connection = connection
        self._plan = plan
        self._loopback = loopback
        self._take_rtp = take_rtp
        self._bind = connection.get_component_candidates
        self._found: list[Candidate] = []
        self._reflected: list[tuple[Any, Address, Address]] = []
        """Sockets, with the server that saw them, and the address that it saw."""
        self._relay_known = not plan.turn
        self._hurried = False
        self._enough = asyncio.Event()
        connection.get_component_candidates = self._gather

    @property
    def candidates(self) -> dict[str, int]:
        """How many are known by now of each kind: `{"host": 2, "srflx": 1}`."""
        return dict(Counter(candidate.type for candidate in self._found))

    @property
    def lacks(self) -> bool:
        """Whether a kind of server that was asked gave nothing."""
        no_stun = self._plan.stun and not self.stun_answered
        return bool(no_stun or (self._plan.turn and not self._relays()))

    @property
    def fades(self) -> bool:
        """Whether a candidate lives in the memory of a NAT or of a server."""
        return bool(self._reflected or self._relays())

    @property
    def path(self) -> Path | None:
        """What sort of candidate ICE chose here, once it has."""
        pair = self._connection._nominated.get(_COMPONENT)
        if pair is None:
            return None
        return "relayed" if pair.local_candidate.type == "relay" else "direct"

    def hurry(self) -> None:
        """Somebody waits for the candidates: end, or wait for a relay if it must be."""
        if self._hurried:
            return
        self._hurried = True
        if self._relay_known or not self._plan.patience_s:
            self._enough.set()
        else:
            loop = asyncio.get_running_loop()
            loop.call_later(self._plan.patience_s, self._enough.set)

    async def refresh(self) -> bool:
        """Use what would be forgotten otherwise; False when it is not as it was."""
        same = await asyncio.gather(
            *(
                self._is_seen_as(address, protocol, server)
                for protocol, server, address in self._reflected
            ),
            *(self._is_allocated(protocol.transport) for protocol in self._relays()),
        )
        return all(same)

    async def _gather(self, component: int, addresses: list[str]) -> list[Candidate]:
        hosts = ["127.0.0.1", *addresses] if self._loopback else addresses
        binding = asyncio.create_task(self._bind(component=component, addresses=hosts))
        try:
            await asyncio.wait([binding])
        finally:
            # Cancelled half-way, it would lose the sockets that it has by then.
            await asyncio.wait([binding])
        self._found = binding.result()
        for protocol in self._connection._protocols:
            divert(protocol, self._take_rtp)
        if self._plan.asks:
            await self._ask_until_enough()
        return self._found

    async def _ask_until_enough(self) -> None:
        asking = asyncio.create_task(self._ask())
        enough = asyncio.create_task(self._enough.wait())
        both = (asking, enough)
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in both:
                task.cancel()
            await asyncio.wait(both)
        if not asking.cancelled():
            asking.result()

    async def _ask(self) -> None:
        await asyncio.gather(self._ask_stun(), self._ask_turn())

    async def _ask_stun(self) -> None:
        """Ask one server after the other, until one is not silent."""
        for server in self._plan.stun:
            if (address := await _resolved(server)) is None:
                continue
            await asyncio.gather(
                *(
                    self._reflect(protocol, address)
                    for protocol in self._connection._protocols
                    if _can_ask(protocol.local_candidate, address)
                )
            )
            if self.stun_answered:
                return

    async def _reflect(self, protocol: Any, server: Address) -> None:
        """Add how the server sees a socket; as it sees itself, it is in there already.

        RFC 8445 section 5.1.3.
        """
        self.stun_answered = self.stun_answered or False
        seen = await self._seen_as(protocol, server)
        if seen is None:
            return
        self.stun_answered = True
        own = protocol.local_candidate
        if seen == (own.host, own.port):
            return
        self._reflected.append((protocol, server, seen))
        self._found.append(
            Candidate(
                foundation=candidate_foundation("srflx", "udp", own.host),
                component=_COMPONENT,
                transport="udp",
                priority=candidate_priority(_COMPONENT, "srflx"),
                host=seen[0],
                port=seen[1],
                type="srflx",
                related_address=own.host,
                related_port=own.port,
            )
        )

    async def _ask_turn(self) -> None:
        """Allocate at the first server that lets us; a silent one is overtaken.

        Where UDP is blocked, nobody waits for the servers over UDP to stay silent.
        """
        asking: set[asyncio.Task[bool]] = set()
        try:
            for server in (*self._plan.turn, None):
                if server is not None:
                    asking.add(asyncio.create_task(self._allocate(server)))
                if await _succeeds(asking, _OVERTAKE_S if server else None):
                    break
        finally:
            for task in asking:
                task.cancel()
            if asking:
                await asyncio.wait(asking)
        self._relay_known = True
        if self._hurried:
            self._enough.set()

    async def _allocate(self, server: TurnServer) -> bool:
        try:
            async with asyncio.timeout(self._plan.silence_s):
                candidate, protocol = await ice.relayed_candidate(
                    component=_COMPONENT,
                    hide_related_address=False,
                    protocol_factory=lambda: ice.StunProtocol(self._connection),
                    turn_server=(server.host, server.port),
                    turn_username=server.username,
                    turn_password=server.credential,
                    turn_ssl=server.tls,
                    turn_transport=server.transport,
                )
        except _FAILURES:
            return False
        divert(protocol, self._take_rtp)
        self._connection._protocols.append(protocol)
        self._found.append(candidate)
        return True

    async def _seen_as(self, protocol: Any, server: Address) -> Address | None:
        """The address that a STUN server sees a socket by; None if it does not tell."""
        request = stun.Message(stun.Method.BINDING, stun.Class.REQUEST)
        try:
            async with asyncio.timeout(self._plan.silence_s):
                answer, _ = await protocol.request(request, server)
        except _FAILURES:
            return None
        seen: Address | None = answer.attributes.get("XOR-MAPPED-ADDRESS")
        return seen

    async def _is_seen_as(self, seen: Address, protocol: Any, server: Address) -> bool:
        return await self._seen_as(protocol, server) == seen

    async def _is_allocated(self, transport: Any) -> bool:
        """Refresh an allocation: that keeps the NAT's binding to its server, too."""
        client = transport._TurnTransport__inner_protocol
        if client.transport.is_closing():
            return False
        request = stun.Message(stun.Method.REFRESH, stun.Class.REQUEST)
        request.attributes["LIFETIME"] = client.lifetime
        try:
            async with asyncio.timeout(self._plan.silence_s):
                await client.request_with_retry(request)
        except _FAILURES:
            return False
        return True

    def _relays(self) -> list[Any]:
        return [
            protocol
            for protocol in self._connection._protocols
            if protocol.local_candidate.type == "relay"
        ]


def check_without_delay(connection: Any) -> Callable[[], None]:
    """Let ICE go on at the moment when a check has succeeded.

    aioice paces its checks by a sleep that nothing interrupts: up to 20 ms on each end.
    The pacing stays as it is, in a task beside `connect`; what is returned ends it, and
    lets nothing begin that a connection does once its checks are over.
    """
    check_next = connection._check_periodic
    pacing: list[asyncio.Task[None]] = []

    async def pace() -> None:
        while True:
            if not check_next():
                return
            await asyncio.sleep(_CHECK_PACE_S)

    def check() -> bool:
        if not connection._check_list:
            return bool(check_next())
        pacing.append(asyncio.create_task(pace()))
        return False

    def end() -> None:
        for task in pacing:
            task.cancel()
        # `connect` may not have seen yet that a check has succeeded.
        connection._check_periodic = lambda: False
        connection.query_consent = _nothing

    connection._check_periodic = check
    return end


async def _nothing() -> None:
    """In place of what would ask for ever whether a closed path is still wanted."""


async def _succeeds(asking: set[asyncio.Task[bool]], within_s: float | None) -> bool:
    """Whether one of them does in time; those that failed are taken out."""
    deadline = None if within_s is None else time.monotonic() + within_s
    while asking:
        left_s = None if deadline is None else max(0.0, deadline - time.monotonic())
        done, _ = await asyncio.wait(
            asking, timeout=left_s, return_when=asyncio.FIRST_COMPLETED
        )
        if any(task.result() for task in done):
            return True
        asking -= done
        if not done:
            return False
    return False


async def _resolved(server: StunServer) -> Address | None:
    """An IPv4 address: there is no NAT to look through for IPv6."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(
            server.host,
            server.port,
            family=socket.AF_INET,
            type=socket.SOCK_DGRAM,
        )
    except _FAILURES:
        return None
    host, port = found[0][4][:2]
    return str(host), int(port)


def _can_ask(candidate: Candidate, server: Address) -> bool:
    own = ip_address(candidate.host)
    if candidate.type != "host" or not isinstance(own, IPv4Address):
        return False
    return not own.is_loopback or ip_address(server[0]).is_loopback
