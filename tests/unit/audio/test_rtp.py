"""RTP packets taken apart: RFC 3550 section 5.1."""

from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.audio.rtp import RtpPacket, parsed

SOUND = b"sound"


def packet(
    first: int = 0x80, second: int = 111, rest: bytes = b"", end: bytes = b""
) -> bytes:
    return pack("!BBHLL", first, second, 65_535, 2**32 - 1, 7) + rest + SOUND + end


def test_a_plain_packet_is_its_header_and_the_rest() -> None:
    assert parsed(packet(), 1.5) == RtpPacket(65_535, 2**32 - 1, 111, SOUND, 7, 1.5)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (packet(second=0x80 | 111), "a marker bit"),
        (packet(0x82, rest=bytes(8)), "two contributing sources"),
        (packet(0x90, rest=b"\xbe\xde\0\1\x10000"), "a header extension"),
        (packet(0x91, rest=b"mix1\xbe\xde\0\1\x10000"), "both"),
        (packet(0xA0, end=b"\0\0\3"), "padding"),
    ],
)
def test_what_is_not_sound_is_left_out(data: bytes, what: str) -> None:
    assert parsed(data, 0).payload == SOUND, what
    assert parsed(data, 0).payload_type == 111


@pytest.mark.parametrize(
    "data",
    [
        b"",
        packet()[:11],
        packet(0x40),
        packet(0x8F),
        packet(0x90)[:14],
        packet(0x90, rest=b"\xbe\xde\0\xff"),
        packet(0xA0, end=b"\0"),
        packet(0xA0, end=b"\x17"),
    ],
)
def test_what_is_cut_off_or_no_rtp_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"RTP|extension|padding"):
        parsed(data, 0)


@given(st.binary(max_size=64))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    try:
        found = parsed(data, 0)
    except ValueError:
        return
    assert len(found.payload) <= len(data) - 12
