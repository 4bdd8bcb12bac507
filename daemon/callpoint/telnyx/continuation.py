"""PURE: one stream of packets out of several, for a call that moves from path to path.

A new path has a source, numbers and timestamps of its own, at which a jitter buffer
starts anew: it drops what it holds, and waits. Renumbered, its first packet follows the
last one of the old path, and what was lost between them is a loss like any other:
recovered from the copy in the next packet, or concealed.
"""

from dataclasses import dataclass, replace
from typing import Final

from callpoint.audio.rtp import RtpPacket

_PACKET_S: Final = 0.02
_LONGEST_S: Final = 0.5
"""After a longer silence nothing is there that could be continued."""
_SAME_CLOCK_S: Final = 0.2
"""A far end that goes on counting is this near to where the time of day puts it."""


@dataclass(frozen=True, slots=True)
class _Shift:
    """What makes a packet of a path one of the whole."""

    ssrc: int
    sequence: int = 0
    timestamp: int = 0

    def of(self, packet: RtpPacket) -> RtpPacket:
        return replace(
            packet,
            ssrc=self.ssrc,
            sequence_number=(packet.sequence_number + self.sequence) % 2**16,
            timestamp=(packet.timestamp + self.timestamp) % 2**32,
        )


class Continuation:
    """Joins the packets of one path after the other; all have one codec."""

    def __init__(self, clock_rate_hz: int) -> None:
        self._clock_rate_hz = clock_rate_hz
        self._packet_ticks = round(clock_rate_hz * _PACKET_S)
        self._path = -1
        self._shifts: dict[tuple[int, int], _Shift] = {}
        """By path and SSRC."""
        self._newest: RtpPacket | None = None
        """As it was handed on."""
        self._first: RtpPacket | None = None
        """Of this path, likewise."""

    def follow(self, packet: RtpPacket, path: int) -> RtpPacket | None:
        """The packet as one of the whole; paths are numbered upwards.

        None for a packet of an older path that says what the newer one says as well.
        """
        shift = self._shifts.get((path, packet.ssrc))
        if shift is None:
            shift = self._shift(packet, path)
            self._shifts[path, packet.ssrc] = shift
        joined = shift.of(packet)
        if path > self._path:
            self._path, self._first = path, joined
        elif path < self._path and self._first and not _is_after(self._first, joined):
            return None
        self._learn(joined)
        return joined

    def _shift(self, packet: RtpPacket, path: int) -> _Shift:
        last = self._newest
        if last is None or path <= self._path:
            return _Shift(packet.ssrc)
        passed_s = packet.arrived_s - last.arrived_s
        if passed_s > _LONGEST_S:
            return _Shift(packet.ssrc)
        passed_ticks = round(passed_s * self._clock_rate_hz)
        ticks = _signed(packet.timestamp - last.timestamp, 32)
        if abs(ticks - passed_ticks) <= _SAME_CLOCK_S * self._clock_rate_hz:
            packets = round(ticks / self._packet_ticks)
        else:
            packets = max(1, round(passed_ticks / self._packet_ticks))
            ticks = packets * self._packet_ticks
        return _Shift(
            last.ssrc,
            last.sequence_number + packets - packet.sequence_number,
            last.timestamp + ticks - packet.timestamp,
        )

    def _learn(self, joined: RtpPacket) -> None:
        last = self._newest
        if last is None or last.ssrc != joined.ssrc:
            self._newest = joined
        elif _is_after(joined, last):
            if joined.sequence_number == (last.sequence_number + 1) % 2**16:
                ticks = _signed(joined.timestamp - last.timestamp, 32)
                self._packet_ticks = ticks if ticks > 0 else self._packet_ticks
            self._newest = joined


def _is_after(one: RtpPacket, other: RtpPacket) -> bool:
    return _signed(one.sequence_number - other.sequence_number, 16) > 0


def _signed(difference: int, bits: int) -> int:
    half = 1 << (bits - 1)
    return (difference + half) % (half * 2) - half
