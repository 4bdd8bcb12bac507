"""PURE: what calls have shown of this network, and so which servers candidates need.

A STUN server is asked ahead of every call, and never waited for. A TURN allocation
costs somebody's quota and adds a detour: it is held only where a call found no path
without one, or where UDP does not come through.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final, Literal

from callpoint.telnyx.servers import (
    IceServer,
    StunServer,
    TurnServer,
    stun_servers,
    turn_servers,
)

HOPELESS_S: Final = 3.0
"""Checks that nobody answered for so long will not be; aioice tries them for 63 s."""
PATIENCE_S: Final = 1.5
SILENCE_S: Final = 3.0
"""Three requests over UDP, at aioice's time-outs of 0.5 s and 1 s."""

Path = Literal["direct", "relayed"]


@dataclass(frozen=True)
class Plan:
    """Which servers to gather candidates with."""

    stun: tuple[StunServer, ...] = ()
    turn: tuple[TurnServer, ...] = ()
    patience_s: float = 0.0
    """How long an offer waits for a relay. It waits for nothing else."""
    silence_s: float = SILENCE_S
    """A server that says nothing for so long is given up."""

    @property
    def asks(self) -> bool:
        """Whether any server is asked."""
        return bool(self.stun or self.turn)

    def in_haste(self) -> "Plan":
        """For an offer that is wanted now: only what it would wait for."""
        return replace(self, stun=(), turn=self.turn if self.patience_s else ())


@dataclass(frozen=True)
class Attempt:
    """What became of one call's search for a path."""

    path: Path | None
    """The one that was found, whatever happened to it later."""
    checked_s: float = 0.0
    """How long the far end's candidates were tried."""
    failed: bool = False
    """ICE gave up by itself."""


class PathMemory:
    """What this network needs; forgotten when it is another one."""

    def __init__(
        self, servers: Iterable[IceServer] = (), silence_s: float = SILENCE_S
    ) -> None:
        """Raises LocalProtocolError for a server's URL that is none."""
        servers = tuple(servers)
        self._silence_s = silence_s
        self._stun, self._turn = stun_servers(servers), turn_servers(servers)
        self._gateways: frozenset[str] = frozenset()
        self._forget()

    def _forget(self) -> None:
        self._needs_relay = False
        self._stun_is_silent = False
        self._udp_failed = False

    def gateways_are(self, gateways: frozenset[str]) -> None:
        """Told at every change; with a gateway in common, the network is the same one.

        IPv4 and IPv6 come up one after the other, and addresses change for privacy. A
        network that goes away is remembered until another one comes.
        """
        if gateways:
            if self._gateways and not gateways & self._gateways:
                self._forget()
            self._gateways = gateways

    def learn(self, attempt: Attempt) -> None:
        """A call is over."""
        if attempt.path == "direct":
            self._forget()
        elif attempt.path or attempt.failed or attempt.checked_s >= HOPELESS_S:
            # Not even with a relay, which is asked over UDP first.
            self._udp_failed |= self._needs_relay and not attempt.path
            self._needs_relay = True

    def path_died(self) -> None:
        """A live call is not heard any more: its next path may need a relay."""
        self._needs_relay = True

    def stun_was_asked(self, answered: bool) -> None:
        """All STUN servers were silent, or one answered.

        Told only while signalling works: silence of all then means that UDP is blocked.
        """
        self._stun_is_silent = not answered

    def plan(self, relay: bool = False) -> Plan:
        """What the next peer is to gather; with `relay` one is wanted in any case."""
        needs_relay = self._needs_relay or relay
        over_tcp = [server for server in self._turn if server.transport == "tcp"]
        over_udp = [server for server in self._turn if server.transport == "udp"]
        if self._stun_is_silent or self._udp_failed:
            # Where only STUN is silent, UDP is worth a try when nothing else is left.
            turn = [*over_tcp, *(over_udp if needs_relay else ())]
        else:
            turn = list(self._turn) if needs_relay else []
        patience_s = PATIENCE_S if needs_relay and turn else 0.0
        return Plan(self._stun, tuple(turn), patience_s, self._silence_s)
