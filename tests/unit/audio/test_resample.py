"""Sound at another rate, a piece at a time."""

import math
from array import array

import pytest

from callpoint.audio.resample import Resampler

PAIRS = [
    (48_000, 8_000),
    (8_000, 48_000),
    (48_000, 16_000),
    (16_000, 48_000),
    (48_000, 44_100),
    (44_100, 48_000),
]


def tone(rate_hz: int, duration_s: float, frequency_hz: float = 1000) -> bytes:
    step = 2 * math.pi * frequency_hz / rate_hz
    count = round(duration_s * rate_hz)
    return array(
        "h", (round(9000 * math.sin(step * n)) for n in range(count))
    ).tobytes()


def pieces(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_20_ms_come_out_as_20_ms_from_the_first_piece_on(
    from_hz: int, to_hz: int
) -> None:
    resampler = Resampler(from_hz, to_hz)
    lengths = {len(resampler.convert(bytes(from_hz // 25))) for _ in range(20)}
    assert lengths == {to_hz // 25}


@pytest.mark.parametrize(("from_hz", "to_hz"), PAIRS)
def test_a_tone_is_the_same_tone_without_a_seam(from_hz: int, to_hz: int) -> None:
    resampler = Resampler(from_hz, to_hz)
    heard = array("h")
    for piece in pieces(tone(from_hz, 0.2), from_hz // 25):
        heard.frombytes(resampler.convert(piece))
    delay_samples = round(resampler.delay_s * to_hz)
    said = array("h", tone(to_hz, 0.2))[: len(heard) - delay_samples]
    late = heard[delay_samples:]
    # The tone's first period is hard to band-limit.
    assert max(abs(a - b) for a, b in zip(said[99:], late[99:], strict=True)) < 100


@pytest.mark.parametrize(
    ("from_hz", "to_hz", "delay_ms"),
    [(48_000, 8_000, 2), (8_000, 48_000, 2), (16_000, 48_000, 1), (48_000, 48_000, 0)],
)
def test_the_delay_is_told(from_hz: int, to_hz: int, delay_ms: float) -> None:
    assert Resampler(from_hz, to_hz).delay_s == pytest.approx(delay_ms / 1000)


def test_the_same_rate_changes_nothing() -> None:
    sound = tone(48_000, 0.02)
    assert Resampler(48_000, 48_000).convert(sound) == sound


def test_what_the_lower_rate_cannot_hold_is_filtered_out() -> None:
    resampler = Resampler(48_000, 8_000)
    for piece in pieces(tone(48_000, 0.2, 7000), 1920):
        heard = array("h", resampler.convert(piece))
    assert max(map(abs, heard)) < 100


@pytest.mark.parametrize("rate_hz", [44_100, 48_000])
def test_of_two_channels_the_mean_is_heard(rate_hz: int) -> None:
    resampler = Resampler(rate_hz, 48_000, channels=2)
    left = array("h", tone(rate_hz, 0.2))
    sides = array("h", (each for sample in left for each in (sample, 0)))
    heard = array("h")
    for piece in pieces(sides.tobytes(), rate_hz // 25 * 2):
        heard.frombytes(resampler.convert(piece))
    assert len(heard) == 9600
    assert max(heard[4800:]) == pytest.approx(4500, abs=50)


@pytest.mark.parametrize("samples", [1, 2, 479, 481, 700])
def test_pieces_of_any_length_add_up(samples: int) -> None:
    resampler = Resampler(48_000, 44_100)
    heard = b"".join(
        resampler.convert(piece) for piece in pieces(tone(48_000, 0.2), 2 * samples)
    )
    whole = Resampler(48_000, 44_100).convert(tone(48_000, 0.2))
    assert abs(len(heard) - len(whole)) <= 4
    assert heard[: len(whole)] == whole[: len(heard)]
