"""PURE: how long packets have to wait so that nearly all of them are there in time.

A packet's transit is its arrival on our clock minus its time on the far end's clock;
the quickest one of the last seconds is the base, and what others need beyond it is
what the network's jitter costs. The target covers all of that but a few in a thousand:
a lost word costs more than a few milliseconds. It rises at once, and falls when the
slow packets are ten seconds past.
"""

from collections import deque
from typing import Final

_WINDOW_PACKETS: Final = 500
_REVIEW_PACKETS: Final = 10
_COVERED: Final = 0.995
_BURST_S: Final = 0.005
_QUICKER_S: Final = 0.1
"""No network becomes that much quicker: the far end's clock jumped."""
_SLOWER_PACKETS: Final = 25
"""So many in a row, and not at once, are no stall: the way has become longer."""


class Arrivals:
    """What a stream's arrival times teach.

    `target_s` stays within `least_s` and `most_s`. What comes later than `most_s` is
    not learned, since no permitted target would have helped, until so much does that
    it is the way that is longer.
    """

    def __init__(self, least_s: float, most_s: float) -> None:
        self.base_s = 0.0
        self.target_s = least_s
        self.needed_s = 0.0
        """What the network's jitter asks for, whatever is permitted."""
        self._least_s = least_s
        self._most_s = most_s
        self._transits_s: deque[float] = deque(maxlen=_WINDOW_PACKETS)
        self._last_arrival_s = 0.0
        self._slowest_of_burst_s = 0.0
        self._unreviewed = 0
        self._out_of_reach = 0

    @property
    def is_empty(self) -> bool:
        return not self._transits_s

    def excess_s(self, media_s: float, arrived_s: float) -> float:
        """How much longer than the quickest of late a packet was under way."""
        return arrived_s - media_s - self.base_s

    def add(self, media_s: float, arrived_s: float) -> None:
        """Learn from a packet of that time on the far end's clock."""
        transit_s = arrived_s - media_s
        in_burst = arrived_s - self._last_arrival_s < _BURST_S
        self._last_arrival_s = arrived_s
        if self._is_another_way(transit_s, in_burst):
            self._transits_s.clear()
        if self.is_empty or transit_s < self.base_s:
            self.base_s = transit_s
        excess_s = transit_s - self.base_s
        # A burst is one event: those that waited behind its first teach nothing.
        waited_behind = in_burst and transit_s < self._slowest_of_burst_s
        if not waited_behind:
            self._slowest_of_burst_s = transit_s
        if excess_s > self._most_s or waited_behind:
            return
        self._transits_s.append(transit_s)
        self._unreviewed += 1
        if self._unreviewed >= _REVIEW_PACKETS or excess_s > self.target_s:
            self._review()

    def _is_another_way(self, transit_s: float, in_burst: bool) -> bool:
        """Whether what was learned is of a way that is no longer taken."""
        excess_s = transit_s - self.base_s
        if excess_s <= self._most_s:
            self._out_of_reach = 0
        elif not in_burst:
            self._out_of_reach += 1
        if excess_s >= -_QUICKER_S and self._out_of_reach < _SLOWER_PACKETS:
            return False
        self._out_of_reach = 0
        return True

    def _review(self) -> None:
        self._unreviewed = 0
        ordered = sorted(self._transits_s)
        self.base_s = ordered[0]
        slowest = ordered[round(len(ordered) * _COVERED - 0.5)]
        self.needed_s = slowest - self.base_s
        self.target_s = min(max(self.needed_s, self._least_s), self._most_s)
