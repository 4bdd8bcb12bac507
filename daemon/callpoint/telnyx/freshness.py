"""PURE: how long a peer connection that waits for a press stays good.

A NAT forgets a UDP binding that nobody uses after 30 s and more (RFC 4787 asks for two
minutes, and few keep to it): a request before that keeps it, and shows that it is still
the same one. Where a server was silent, it is asked again from time to time.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final

from callpoint.telnyx.paths import SILENCE_S, Plan


@dataclass(frozen=True)
class Pace:
    """How long is long."""

    refresh_s: float = 25.0
    ask_again_s: float = 300.0
    oldest_s: float = 86_400.0
    """A day: aiortc's certificates are good for 30."""
    settle_s: float = 0.5
    """Addresses and routes change one after the other: the last one counts."""
    silence_s: float = SILENCE_S


PACE: Final = Pace()


class Upkeep(Enum):
    """What a waiting peer needs next."""

    GATHER = "gather"
    """To be made anew."""
    REFRESH = "refresh"
    """The servers' word that its candidates are as they were."""


@dataclass(frozen=True)
class Freshness:
    """Of a peer that waits; times are CLOCK_MONOTONIC."""

    plan: Plan
    gathered_s: float
    confirmed_s: float
    """When the servers last said so."""
    fades: bool
    """Some of its candidates live in the memory of a NAT or of a TURN server."""
    lacks: bool
    """A kind of server gave it nothing, though it was asked."""


def next_upkeep(
    held: Freshness | None, wanted: Plan, now_s: float, pace: Pace = PACE
) -> tuple[Upkeep, float]:
    """What is due next, and in how many seconds."""
    if held is None or held.plan != wanted:
        return Upkeep.GATHER, 0.0
    gather_s = held.gathered_s + (pace.ask_again_s if held.lacks else pace.oldest_s)
    refresh_s = held.confirmed_s + pace.refresh_s
    if held.fades and refresh_s < gather_s:
        return Upkeep.REFRESH, max(0.0, refresh_s - now_s)
    return Upkeep.GATHER, max(0.0, gather_s - now_s)
