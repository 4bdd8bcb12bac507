"""PURE: a bad link: which packets it loses, and for how long it holds the others.

Dice are thrown once for the loss and once for the jitter of each packet, whatever
becomes of it: the same seed loses the same packets whoever is at the other end.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

_SPACING_S: Final = 0.0001
"""Between packets that were held up together: they leave in a row."""


@dataclass(frozen=True)
class Stall:
    """Nothing passes for that long, and then all that was held up."""

    at_s: float
    for_s: float


@dataclass(frozen=True)
class Conditions:
    """What a link does; times count from its first packet. The default is perfect."""

    loss: float = 0.0
    """The share of packets that is lost, 0 to 1."""
    burst_packets: int = 1
    """How many are lost in a row."""
    jitter_s: float = 0.0
    """Each packet is held for up to that long: packets overtake one another."""
    stalls: tuple[Stall, ...] = ()
    single_losses_s: tuple[float, ...] = ()
    """The first packet from each of these times on is lost."""
    seed: int = 1


class Link:
    """One call's link, packet by packet."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self._dice = Random(conditions.seed)
        self._began_s: float | None = None
        self._burst_left = 0
        self._single_losses_s = sorted(conditions.single_losses_s)
        self._free_s = 0.0
        """When what a stall held up has left."""

    def held_s(self, now_s: float) -> float | None:
        """How long the packet that is sent now is on its way; None when it is lost."""
        if self._began_s is None:
            self._began_s = now_s
        at_s = now_s - self._began_s
        is_lost = self._is_lost()
        jitter_s = self._dice.random() * self._conditions.jitter_s
        if self._is_single_loss(at_s) or is_lost:
            return None
        return max(jitter_s, self._stalled_s(at_s))

    def _is_lost(self) -> bool:
        thrown = self._dice.random()
        if self._burst_left == 0 and thrown < self._burst_begins():
            self._burst_left = self._conditions.burst_packets
        if self._burst_left == 0:
            return False
        self._burst_left -= 1
        return True

    def _burst_begins(self) -> float:
        """How likely a burst begins, so that the whole share of losses comes out."""
        loss = self._conditions.loss
        return loss / (self._conditions.burst_packets * (1 - loss) + loss)

    def _is_single_loss(self, at_s: float) -> bool:
        if self._single_losses_s and at_s >= self._single_losses_s[0]:
            del self._single_losses_s[0]
            return True
        return False

    def _stalled_s(self, at_s: float) -> float:
        ends_s = [
            stall.at_s + stall.for_s
            for stall in self._conditions.stalls
            if stall.at_s <= at_s < stall.at_s + stall.for_s
        ]
        leaves_s = max([at_s, self._free_s, *ends_s])
        if leaves_s > at_s:
            self._free_s = leaves_s + _SPACING_S
        return leaves_s - at_s
