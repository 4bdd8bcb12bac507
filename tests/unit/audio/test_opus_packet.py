"""What an Opus packet tells without being decoded; libopus is asked the same."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from callpoint.audio.libopus import library
from callpoint.audio.opus_packet import duration_samples, holds_copy, is_celt

FUNCTIONS = library().functions
ANY_PACKET = st.builds(
    lambda toc, rest: bytes([toc]) + rest,
    st.integers(0, 255),
    st.binary(max_size=60),
)


@given(ANY_PACKET)
def test_a_packet_is_as_long_as_libopus_says(packet: bytes) -> None:
    told = FUNCTIONS.opus_packet_get_nb_samples(packet, len(packet), 48_000)
    assert duration_samples(packet) == max(0, told)


@pytest.mark.skipif(
    not hasattr(FUNCTIONS, "opus_packet_has_lbrr"), reason="a libopus before 1.5"
)
@given(ANY_PACKET)
@example(b"\x4b\xc3\x02\xff\x00\x00\x40")
def test_a_packet_holds_a_copy_if_libopus_says_so(packet: bytes) -> None:
    told = FUNCTIONS.opus_packet_has_lbrr(packet, len(packet))
    if told >= 0:
        assert holds_copy(packet) == bool(told)


COPIES = {
    "10 ms, voice, copy": ("40 c0", True),
    "10 ms, voice": ("40 80", False),
    "20 ms of wideband, copy": ("48 40", True),
    "20 ms of hybrid, copy": ("78 40", True),
    "20 ms of CELT": ("f8 ff", False),
    "40 ms, two voice flags": ("50 c0", False),
    "40 ms, copy": ("50 20", True),
    "60 ms, three voice flags": ("58 e0", False),
    "60 ms, copy": ("58 10", True),
    "stereo, copy of the side channel only": ("4c 10", True),
    "stereo, no copy": ("4c a0", False),
    "stereo, 40 ms, voice flags of the side channel": ("54 18", False),
    "stereo, 40 ms, copy of the side channel": ("54 04", True),
    "stereo, 60 ms, copy of the side channel": ("5c 01", True),
    "two frames of a size": ("49 40 00", True),
    "two frames, the first of one byte": ("4a 01 40 00", True),
    "two frames, the first of 252 bytes": ("4a fc 00 40" + 255 * "00", True),
    "two frames, the first empty": ("4a 00 40", False),
    "many frames of a size": ("4b 02 40 00", True),
    "many frames, padded by 1": ("4b 42 01 40 00 00", True),
    "many frames, padded by 255": ("4b 42 ff 01 40 00" + 255 * "00", True),
    "many frames of their own sizes": ("4b 83 01 01 40 00 00", True),
    "many frames, the first empty": ("4b 83 00 01 40 00", False),
    "a lone header": ("48", False),
    "a lone header of many": ("4b", False),
    "many frames that are missing": ("4b 02", False),
    "nothing": ("", False),
}


@pytest.mark.parametrize("case", COPIES)
def test_the_copy_is_announced_in_the_first_byte_of_the_first_frame(case: str) -> None:
    packet, expected = COPIES[case]
    assert holds_copy(bytes.fromhex(packet)) is expected


def test_only_celt_has_no_layer_for_speech() -> None:
    assert [is_celt(bytes([toc])) for toc in (0x00, 0x48, 0x78, 0x80, 0xF8)] == [
        *(False, False, False),
        *(True, True),
    ]
