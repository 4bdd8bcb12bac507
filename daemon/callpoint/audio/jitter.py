"""PURE: the jitter buffer: packets in as they arrive, out in order at the card's pace.

What is played stays on one time line: a packet that is not there when its turn comes
is concealed, and dropped if it comes later. Only packets that came too late move the
line, one frame for a whole run of them, so that a lost packet costs no delay. The line
is laid anew after a pause, a jump in the stream, or a backlog beyond the cap.
Sequence numbers are extended beyond 16 bits as in RFC 3550 A.1.
"""

from dataclasses import dataclass, field
from typing import Final

from callpoint.audio.rtp import RtpPacket

_FRAME_S: Final = 0.02
_JUMP_PACKETS: Final = 100
"""Further off than this the far end has started anew (RFC 3550's MAX_MISORDER)."""


@dataclass(frozen=True, slots=True)
class Play:
    """Decode this."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Recover:
    """The packet is lost, but this one, which follows it, may hold a copy."""

    next_payload: bytes


@dataclass(frozen=True, slots=True)
class Conceal:
    """The packet is lost."""


@dataclass(frozen=True, slots=True)
class Hold:
    """Nothing is due: silence."""


Verdict = Play | Recover | Conceal | Hold


@dataclass(slots=True)
class JitterCounters:
    """The fate of every packet, as totals since the call began."""

    received: int = 0
    played: int = 0
    recovered: int = 0
    concealed: int = 0
    late: int = 0
    duplicate: int = 0
    dropped: int = 0
    """To come back to the target after a stall."""
    inserted: int = 0
    """Frames made up to let late packets catch up."""
    restarts: int = 0


@dataclass(slots=True)
class JitterBuffer:
    """Holds packets for `target_s` before their time line begins.

    The target rises with each run of late packets up to `most_s`, and falls by a frame
    at each pause down to `least_s`. `cap_packets` bounds the backlog,
    `patience_packets` how long a gap is concealed before the time line is given up.
    """

    least_s: float = _FRAME_S
    most_s: float = 0.2
    cap_packets: int = 20
    patience_packets: int = 5
    counters: JitterCounters = field(default_factory=JitterCounters)
    _packets: dict[int, RtpPacket] = field(default_factory=dict)
    target_s: float = 0.0
    _ssrc: int | None = None
    _highest: int = 0
    _next: int | None = None
    """Extended sequence number to be played next; None before the time line begins."""
    _begins_s: float = 0.0
    _missed_in_a_row: int = 0
    _running_late: bool = False
    _owes_frame: bool = False

    def __post_init__(self) -> None:
        self.target_s = max(self.target_s, self.least_s)

    def push(self, packet: RtpPacket) -> None:
        """Take a packet in, in whatever order the network gave it."""
        self.counters.received += 1
        number = self._extended(packet)
        if self._next is not None and number < self._next:
            self.counters.late += 1
            self._wait_for_late_ones()
        elif number in self._packets:
            self.counters.duplicate += 1
        else:
            if not self._packets and self._next is None:
                self._begins_s = packet.arrived_s + self.target_s
            self._packets[number] = packet
            self._highest = max(self._highest, number)
            self._bound_backlog()

    def pop(self, now_s: float) -> Verdict:
        """What to play in the frame that begins now; asked once a frame."""
        if self._next is None:
            if not self._packets or now_s < self._begins_s:
                return Hold()
            self._next = min(self._packets)
        if self._owes_frame:
            self._owes_frame = False
            self.counters.inserted += 1
            return Conceal()
        packet = self._packets.pop(self._next, None)
        if packet is not None:
            self._next += 1
            self._missed_in_a_row = 0
            self._running_late = False
            self.counters.played += 1
            return Play(packet.payload)
        return self._miss()

    def _miss(self) -> Verdict:
        assert self._next is not None
        self._missed_in_a_row += 1
        if not self._packets and self._missed_in_a_row > self.patience_packets:
            self._restart()
            return Hold()
        self._next += 1
        follower = self._packets.get(self._next)
        if follower is not None:
            self.counters.recovered += 1
            return Recover(follower.payload)
        self.counters.concealed += 1
        return Conceal()

    def _wait_for_late_ones(self) -> None:
        """Move the line by one frame, once for every run of late packets."""
        if not self._running_late and self.target_s < self.most_s:
            self.target_s += _FRAME_S
            self._owes_frame = True
        self._running_late = True

    def _extended(self, packet: RtpPacket) -> int:
        """The packet's place in the stream; a new stream empties the buffer."""
        offset = (packet.sequence_number - self._highest + 0x8000) % 0x10000 - 0x8000
        if packet.ssrc != self._ssrc or abs(offset) > _JUMP_PACKETS:
            if self._ssrc is not None:
                self._restart()
            self._ssrc = packet.ssrc
            self._highest = packet.sequence_number + 0x10000
            return self._highest
        return self._highest + offset

    def _bound_backlog(self) -> None:
        """After a stall the backlog comes at once: keep its newest part."""
        if len(self._packets) <= self.cap_packets:
            return
        keep = max(1, round(self.target_s * 50))
        oldest_kept = self._highest - keep + 1
        for number in [number for number in self._packets if number < oldest_kept]:
            del self._packets[number]
            self.counters.dropped += 1
        if self._next is not None:
            self._next = oldest_kept

    def _restart(self) -> None:
        self._packets.clear()
        self._next = None
        self._missed_in_a_row = 0
        self._running_late = self._owes_frame = False
        self.target_s = max(self.least_s, self.target_s - _FRAME_S)
        self.counters.restarts += 1
