"""PURE: an RTP packet as it arrived, and the codec that it carries (RFC 3550)."""

from dataclasses import dataclass
from struct import Struct
from typing import Final

SPOKEN: Final = ("opus", "G722", "PCMU", "PCMA")
"""The codecs that we speak, the best one first; their names as in an SDP."""

_HEADER: Final = Struct("!BBHLL")
_EXTENSION: Final = Struct("!2xH")
_VERSION, _PADDING, _EXTENDED, _SOURCES = 0xC0, 0x20, 0x10, 0x0F
_WORD_BYTES: Final = 4


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """An authenticated packet of audio."""

    sequence_number: int
    """16 bits; wraps."""
    timestamp: int
    """32 bits, in ticks of the codec's clock; wraps."""
    payload_type: int
    payload: bytes
    ssrc: int
    arrived_s: float
    """CLOCK_MONOTONIC."""


def parsed(data: bytes, arrived_s: float) -> RtpPacket:
    """A packet taken apart (RFC 3550 section 5.1); ValueError for what is none."""
    if len(data) < _HEADER.size or data[0] & _VERSION != 0x80:
        raise ValueError("no RTP packet")
    first, second, number, timestamp, ssrc = _HEADER.unpack_from(data)
    begin, end = _HEADER.size, len(data)
    if first & ~_VERSION:
        begin += _WORD_BYTES * (first & _SOURCES)
        if first & _EXTENDED:
            if begin + _EXTENSION.size > end:
                raise ValueError("the header extension is cut off")
            begin += _EXTENSION.size
            begin += _WORD_BYTES * _EXTENSION.unpack_from(data, begin - 4)[0]
        if first & _PADDING:
            # The last byte counts itself.
            end -= data[-1] or len(data)
        if begin > end:
            raise ValueError("header or padding are longer than the packet")
    payload = data[begin:end]
    return RtpPacket(number, timestamp, second & 0x7F, payload, ssrc, arrived_s)


@dataclass(frozen=True, slots=True)
class Codec:
    """What both ends agreed to speak."""

    name: str
    """As in the SDP, such as `opus`."""
    payload_type: int
    clock_rate_hz: int
