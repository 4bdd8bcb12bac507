"""From a card's bytes to ours and back, sample by sample."""

import struct

import pytest

from callpoint.audio.channels import Layout, layout_of, narrowed, widened

SOUND = [0, 1, -1, 32767, -32768, 1234, -4321]
OURS = struct.pack("<7h", *SOUND)
NAMES = ["S16_LE", "S24_LE", "S24_3LE", "S32_LE"]


def layout(name: str, channels: int) -> Layout:
    found = layout_of(name, channels)
    assert found is not None
    return found


def samples(pcm: bytes) -> list[int]:
    return list(struct.unpack(f"<{len(pcm) // 2}h", pcm))


def test_48_khz_mono_of_16_bit_is_not_even_copied() -> None:
    assert narrowed(OURS, layout("S16_LE", 1)) is OURS
    assert widened(OURS, layout("S16_LE", 1)) is OURS


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_what_is_played_on_every_channel_is_heard_again(
    name: str, channels: int
) -> None:
    card = layout(name, channels)
    played = widened(OURS, card)
    assert len(played) == len(SOUND) * card.frame_bytes
    heard = [sample for sample in SOUND for _ in range(card.heard_channels)]
    assert samples(narrowed(played, card)) == heard


def test_a_sample_of_32_bit_has_ours_on_top() -> None:
    card = layout("S32_LE", 2)
    value = 0x1234 << 16
    assert widened(struct.pack("<h", 0x1234), card) == struct.pack("<2i", value, value)
    assert samples(narrowed(struct.pack("<2i", -value, value + 99), card)) == [
        -0x1234,
        0x1234,
    ]


@pytest.mark.parametrize(
    ("name", "sample"), [("S24_3LE", b"\0\x34\x12"), ("S24_LE", b"\0\x34\x12\0")]
)
def test_24_bit_lie_in_three_bytes_or_in_four(name: str, sample: bytes) -> None:
    assert widened(struct.pack("<h", 0x1234), layout(name, 1)) == sample
    assert samples(narrowed(sample, layout(name, 1))) == [0x1234]


def test_both_of_two_channels_are_heard_and_of_more_the_first() -> None:
    frames = struct.pack("<4h", 1, 2, 3, 4)
    assert samples(narrowed(frames, layout("S16_LE", 2))) == [1, 2, 3, 4]
    assert samples(narrowed(frames, layout("S16_LE", 4))) == [1]


def test_an_unusual_format_has_no_layout() -> None:
    assert layout_of("U8", 1) is None
    assert layout_of("FLOAT_LE", 2) is None
