"""PURE: an RTP packet as it arrived, and the codec that it carries (RFC 3550)."""

from dataclasses import dataclass
from typing import Final

SPOKEN: Final = ("opus", "G722", "PCMU", "PCMA")
"""The codecs that we speak, the best one first; their names as in an SDP."""


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


@dataclass(frozen=True, slots=True)
class Codec:
    """What both ends agreed to speak."""

    name: str
    """As in the SDP, such as `opus`."""
    payload_type: int
    clock_rate_hz: int
