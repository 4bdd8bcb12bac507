"""RTP packets as they come out of SRTP, beside what aiortc reads in them."""

from aiortc.rtp import RtpPacket

from callpoint.audio.rtp import parsed

SEEDS = [
    bytes([0x80, 111, 0, 1, 0, 0, 3, 192, 1, 2, 3, 4]) + b"payload",
    bytes([0x90, 111, 0, 1, 0, 0, 3, 192, 1, 2, 3, 4, 0xBE, 0xDE, 0, 1])
    + b"\x100\0\0payload",
    bytes([0xB2, 0xEF, 255, 255, 255, 255, 255, 255, 1, 2, 3, 4])
    + bytes(8)
    + b"\x10\0\0\1mid0"
    + b"payload\0\0\3",
]


def survives(received: bytes) -> None:
    """ValueError for what is no packet; else the two agree where aiortc reads it."""
    try:
        packet = parsed(received, 1.0)
    except ValueError:
        return
    try:
        theirs = RtpPacket.parse(received)
    except ValueError:
        return
    assert (packet.sequence_number, packet.timestamp, packet.ssrc) == (
        *(theirs.sequence_number, theirs.timestamp, theirs.ssrc),
    )
    assert (packet.payload_type, packet.payload) == (
        *(theirs.payload_type, theirs.payload),
    )
