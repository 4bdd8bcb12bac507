"""PURE: the jitter buffer: packets in as they arrive, out in order at the card's pace.

Every packet has a moment when it is due: its time on the far end's clock, the base of
`Arrivals`, and the target. A packet that others overtook is given up when it is due,
and recovered or concealed. When nothing at all is there, what follows comes late, and
not instead: it is played when it comes, and what its `Play.lag_s` then is too much is
for the regulator to make up, without a loss. Sequence numbers and timestamps are
extended as in RFC 3550 A.1.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from callpoint.audio.arrivals import Arrivals
from callpoint.audio.rtp import RtpPacket

LEAST_S: Final = 0.02
MOST_S: Final = 0.2
PART_S: Final = 0.01
"""Half a packet: how finely the time line moves, and how early a packet may begin."""

_JUMP_PACKETS: Final = 100
"""Further off than this the far end has started anew (RFC 3550's MAX_MISORDER)."""
_JUMP_S: Final = 2.0
_LOSS_SMOOTHING: Final = 1 / 128
_LOSSY: Final = 0.01
"""One loss in a while is not worth any delay."""
_WORTH_IT: Final = 0.05
_DTX_BYTES: Final = 2
"""An Opus packet of so few announces a pause, in which few packets are sent."""


@dataclass(frozen=True, slots=True)
class Play:
    """Decode this; `lag_s` is how far it is behind the far end's clock."""

    payload: bytes
    duration_s: float
    lag_s: float
    follows: bool
    """Nothing was lost between this and what was played last."""


@dataclass(frozen=True, slots=True)
class Recover:
    """A packet is lost, but this one, which follows it, may hold a copy."""

    next_payload: bytes
    duration_s: float
    """What is still missing of it; the end, where some was concealed already."""


@dataclass(frozen=True, slots=True)
class Conceal:
    """Make up that much: nothing is there, or never will be."""

    duration_s: float


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is due: silence."""

    duration_s: float


Verdict = Play | Recover | Conceal | Hold


@dataclass(slots=True)
class JitterCounters:
    """The fate of every packet, as totals since the call began."""

    received: int = 0
    played: int = 0
    recovered: int = 0
    """Lost, but the next one held a copy."""
    concealed: int = 0
    """Lost, and made up."""
    late: int = 0
    """Came after they had been given up."""
    duplicate: int = 0
    dropped: int = 0
    """To catch up after a stall."""
    starved_ms: int = 0
    """Made up because nothing was there."""
    restarts: int = 0


@dataclass(frozen=True, slots=True)
class _Waiting:
    payload: bytes
    media_s: float
    duration_s: float


@dataclass(slots=True)
class JitterBuffer:
    """The target is `least_s` at least.

    `duration_s(payload)` tells how long a packet sounds, 0 where it cannot.

    A gap is concealed for `patience_s`, then the time line is given up until packets
    come again. What is `cap_s` behind is dropped.
    """

    duration_s: Callable[[bytes], float]
    clock_rate_hz: int
    least_s: float = LEAST_S
    patience_s: float = 0.12
    cap_s: float = 0.4
    counters: JitterCounters = field(default_factory=JitterCounters)
    arrivals: Arrivals = field(init=False)
    _packets: dict[int, _Waiting] = field(default_factory=dict)
    _ssrc: int | None = None
    _highest: int = 0
    _timestamp: int = 0
    _ticks: int = 0
    """The timestamp extended beyond 32 bits, from the stream's first packet on."""
    _next: int = 0
    """Extended sequence number to be played next; all before it are done with."""
    _next_media_s: float = 0.0
    _flows: bool = False
    _last_duration_s: float = 0.02
    _starved_s: float = 0.0
    """Made up in advance of the next packet."""
    _is_broken: bool = False
    """Something was given up since the last packet that was played."""
    _pausing: bool = False
    _losses: float = 0.0
    """Share of packets that were given up, smoothed."""
    _copies: float = 0.0
    """Share of those whose copy was in the next one (FEC), smoothed."""

    def __post_init__(self) -> None:
        self.arrivals = Arrivals(self.least_s, MOST_S)

    @property
    def target_s(self) -> float:
        """How long packets are to wait, beyond what the quickest ones need.

        Where some are lost, the copies in the next ones are worth waiting for.
        """
        if self._copies > _WORTH_IT and self._losses > _LOSSY:
            with_copy_s = self.arrivals.needed_s + self._last_duration_s
            return min(max(with_copy_s, self.arrivals.target_s), MOST_S)
        return self.arrivals.target_s

    @property
    def wanted_lag_s(self) -> float:
        """How far to be behind the far end's clock: `Play.lag_s`, if all is well."""
        return self.arrivals.base_s + self.target_s

    @property
    def level_s(self) -> float:
        """How much sound waits, from the next packet to the newest.

        May be asked by another thread than the one that plays.
        """
        waiting = list(self._packets.values())
        if not waiting:
            return 0.0
        first_s = min(each.media_s for each in waiting)
        begin_s = self._next_media_s if self._flows else first_s
        return max(each.media_s + each.duration_s for each in waiting) - begin_s

    def push(self, packet: RtpPacket) -> None:
        """Take a packet in, in whatever order the network gave it."""
        self.counters.received += 1
        number, media_s = self._placed(packet)
        self.arrivals.add(media_s, packet.arrived_s)
        if number < self._next:
            self.counters.late += 1
        elif number in self._packets:
            self.counters.duplicate += 1
        else:
            duration_s = self.duration_s(packet.payload) or self._last_duration_s
            self._packets[number] = _Waiting(packet.payload, media_s, duration_s)

    def pop(self, at_s: float) -> Verdict:
        """What sounds next, if its first sample is handed to the card at `at_s`."""
        if not self._flows and (wait_s := self._wait_s(at_s)) > 0:
            return Hold(min(wait_s, PART_S))
        if not self._packets:
            return self._starve()
        waiting = self._packets.get(self._next)
        if waiting is None:
            return self._miss(at_s)
        wait_s = self._due_s(waiting.media_s) - at_s
        if waiting.media_s - self._next_media_s > PART_S and wait_s > 0:
            return Conceal(PART_S) if self._pausing else Hold(min(wait_s, PART_S))
        return self._play(at_s)

    def repaired(self, found: bool) -> None:
        """Whether the packet of a `Recover` held a copy."""
        self._copies += (found - self._copies) / 8
        if found:
            self.counters.recovered += 1
        else:
            self.counters.concealed += 1

    def _wait_s(self, at_s: float) -> float:
        """How long until the time line begins, with the first packet; 0 if it does."""
        if not self._packets:
            return PART_S
        first = min(self._packets)
        media_s = self._packets[first].media_s
        wait_s = self._due_s(media_s) - at_s
        if wait_s <= 0:
            self._next, self._next_media_s = first, media_s
            self._flows = True
        return wait_s

    def _due_s(self, media_s: float) -> float:
        return media_s + self.wanted_lag_s

    def _is_early(self, media_s: float, at_s: float) -> bool:
        return at_s < self._due_s(media_s)

    def _play(self, at_s: float) -> Verdict:
        waiting = self._packets.pop(self._next)
        while self._packets and at_s - self._due_s(waiting.media_s) > self.cap_s:
            self.counters.dropped += 1
            self._next = min(self._packets)
            self._is_broken = True
            waiting = self._packets.pop(self._next)
        self._losses -= self._losses * _LOSS_SMOOTHING
        self.counters.played += 1
        self._next += 1
        self._next_media_s = waiting.media_s + waiting.duration_s
        self._last_duration_s = waiting.duration_s
        self._starved_s = 0.0
        self._pausing = len(waiting.payload) <= _DTX_BYTES
        follows, self._is_broken = not self._is_broken, False
        lag_s = at_s - waiting.media_s
        return Play(waiting.payload, waiting.duration_s, lag_s, follows)

    def _miss(self, at_s: float) -> Verdict:
        """The next packet was overtaken: wait while it is early, else give it up.

        Numbers that are missing where no time is were never sent.
        """
        first = min(self._packets)
        if self._packets[first].media_s - self._next_media_s < PART_S / 2:
            self._next = first
            return self._play(at_s)
        left_s = self._last_duration_s - self._starved_s
        has_time = self._is_early(self._next_media_s, at_s)
        if left_s >= PART_S and (has_time or self._next + 1 not in self._packets):
            return self._make_up()
        self._losses += (1 - self._losses) * _LOSS_SMOOTHING
        self._is_broken = True
        self._next += 1
        self._next_media_s += self._last_duration_s
        self._starved_s = max(0.0, -left_s)
        follower = self._packets.get(self._next)
        if follower is not None and left_s >= PART_S / 2:
            return Recover(follower.payload, left_s)
        self.counters.concealed += 1
        return Conceal(left_s) if left_s >= PART_S / 2 else self.pop(at_s)

    def _starve(self) -> Verdict:
        if self._pausing:
            return Conceal(PART_S)
        if self._starved_s >= self.patience_s:
            self._restart()
            return Hold(PART_S)
        return self._make_up()

    def _make_up(self) -> Verdict:
        self._starved_s += PART_S
        self.counters.starved_ms += round(1000 * PART_S)
        return Conceal(PART_S)

    def _placed(self, packet: RtpPacket) -> tuple[int, float]:
        """The packet's place in the stream; a new stream empties the buffer."""
        offset = (packet.sequence_number - self._highest + 0x8000) % 0x10000 - 0x8000
        ticks = (packet.timestamp - self._timestamp + 2**31) % 2**32 - 2**31
        media_s = (self._ticks + ticks) / self.clock_rate_hz
        renumbered = abs(offset) > _JUMP_PACKETS or (offset < 0 < ticks)
        if (
            packet.ssrc != self._ssrc
            or renumbered
            or abs(self.arrivals.excess_s(media_s, packet.arrived_s)) > _JUMP_S
        ):
            return self._begin_stream(packet)
        if offset > 0:
            self._highest += offset
            self._timestamp = packet.timestamp
            self._ticks += ticks
            return self._highest, media_s
        return self._highest + offset, media_s

    def _begin_stream(self, packet: RtpPacket) -> tuple[int, float]:
        if self._ssrc is not None:
            self._restart()
        self._packets.clear()
        self.arrivals = Arrivals(self.least_s, MOST_S)
        self._ssrc = packet.ssrc
        self._highest = packet.sequence_number + 0x10000
        self._next = 0
        self._timestamp = packet.timestamp
        self._ticks = 0
        return self._highest, 0.0

    def _restart(self) -> None:
        self._flows = False
        self._pausing = False
        self._is_broken = True
        self._starved_s = 0.0
        self.counters.restarts += 1
