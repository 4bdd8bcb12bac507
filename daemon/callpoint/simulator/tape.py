"""The packets of a call: one JSON object a line, as each was sent or arrived.

The file is flushed when the call ends; `base64` has the payload, `monotonic_s` is
CLOCK_MONOTONIC.
"""

import base64
import json
import logging
from pathlib import Path
from typing import Any

from callpoint.audio.rtp import RtpPacket

log = logging.getLogger(__name__)

_FIXED_HEADER_BYTES = 12


class Tape:
    """One file, written on the event loop; a full disk ends it, not the call."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._broken = False
        self._file = path.open("w", encoding="utf-8")

    def sent(self, packet: bytes, at_s: float, held_s: float | None) -> None:
        """A whole RTP packet of ours, and what the link did with it."""
        self._write(
            way="sent",
            monotonic_s=at_s,
            held_s=held_s,
            sequence=int.from_bytes(packet[2:4], "big"),
            timestamp=int.from_bytes(packet[4:8], "big"),
            base64=_text(payload(packet)),
        )

    def received(self, packet: RtpPacket) -> None:
        self._write(
            way="received",
            monotonic_s=packet.arrived_s,
            sequence=packet.sequence_number,
            timestamp=packet.timestamp,
            base64=_text(packet.payload),
        )

    def _write(self, **line: Any) -> None:
        if self._broken:
            return
        try:
            self._file.write(json.dumps(line) + "\n")
        except OSError as error:
            log.warning("%s: %s; it ends here", self.path, error.strerror)
            self._broken = True

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            log.warning("%s: %s; it may be cut short", self.path, error.strerror)


def payload(packet: bytes) -> bytes:
    """What an RTP packet carries (RFC 3550 section 5.1); ours are never padded."""
    begin = _FIXED_HEADER_BYTES + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        words = int.from_bytes(packet[begin + 2 : begin + 4], "big")
        begin += 4 + 4 * words
    return packet[begin:]


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
