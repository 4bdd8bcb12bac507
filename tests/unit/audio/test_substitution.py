"""What stands in for lost sound."""

import random
from array import array
from itertools import pairwise
from math import pi, sin

import pytest

from callpoint.audio.frames import level
from callpoint.audio.substitution import Substitute
from tests.unit.audio.speech import distance, hum

RATES = (8_000, 16_000)
VOICES_HZ = (70, 100, 150, 230, 310)


def after(frames: list[bytes], rate_hz: int = 8_000) -> Substitute:
    """One that heard these."""
    substitute = Substitute(rate_hz)
    for frame in frames:
        substitute.hear(frame)
    return substitute


def voice(frequency_hz: float, rate_hz: int = 8_000) -> list[bytes]:
    return [hum(n, frequency_hz, rate_hz) for n in range(6)]


@pytest.mark.parametrize("rate_hz", RATES)
@pytest.mark.parametrize("frequency_hz", VOICES_HZ)
def test_a_steady_voice_goes_on_as_if_nothing_was_lost(
    frequency_hz: int, rate_hz: int
) -> None:
    *heard, lost = voice(frequency_hz, rate_hz)
    made = after(heard, rate_hz).make(rate_hz // 100)
    truth = lost[: len(made)]
    assert distance(made, truth) < 0.35 * distance(truth, bytes(len(truth)))


@pytest.mark.parametrize(("rate_hz", "period"), [(8_000, 81), (16_000, 163)])
def test_a_period_is_found_to_the_sample(rate_hz: int, period: int) -> None:
    *heard, lost = voice(rate_hz / period, rate_hz)
    made = after(heard, rate_hz).make(rate_hz // 100)
    assert distance(made, lost[: len(made)]) < 5


def test_nothing_clicks_where_it_begins_or_repeats() -> None:
    """A tone that also drifts away does not end where it began."""
    tone = [1500 * sin(2 * pi * 110 * n / 8000) + 8 * n for n in range(900)]
    heard = array("h", map(round, tone))
    made = heard[-1:] + array("h", after([heard.tobytes()]).make(400))
    steepest = max(abs(b - a) for a, b in pairwise(heard))
    assert max(abs(b - a) for a, b in pairwise(made)) < 1.5 * steepest


def test_it_fades_to_silence_in_80_ms() -> None:
    substitute = after(voice(150))
    loudness = [level(substitute.make(80)) for _ in range(10)]
    assert all(later < earlier for earlier, later in pairwise(loudness[:8]))
    assert loudness[0] > 0.8 * level(voice(150)[0])
    assert loudness[8:] == [0.0, 0.0]


def test_pieces_are_the_same_as_the_whole() -> None:
    whole, pieces = after(voice(150)), after(voice(150))
    expected = whole.make(160)
    assert b"".join(pieces.make(40) for _ in range(4)) == expected


def test_sound_that_comes_back_is_faded_to() -> None:
    *heard, lost = voice(150)
    substitute = after(heard)
    made, quiet = substitute.make(160), bytes(320)
    heard_again = substitute.hear(quiet)
    assert level(heard_again[:80]) > 0.3 * level(made)
    assert heard_again[80:] == quiet[80:]
    assert substitute.hear(lost) == lost


def test_what_was_not_lost_stays_as_it_is() -> None:
    substitute = Substitute(8_000)
    assert all(substitute.hear(frame) == frame for frame in voice(150))


def test_the_next_loss_continues_what_was_heard_last() -> None:
    substitute = after(voice(90))
    substitute.make(160)
    again, fresh = voice(200), after(voice(200))
    for frame in again:
        substitute.hear(frame)
    assert substitute.make(160) == fresh.make(160)


def test_after_silence_comes_silence() -> None:
    assert Substitute(8_000).make(160) == bytes(320)


@pytest.mark.parametrize("seed", range(5))
def test_full_scale_noise_stays_in_range(seed: int) -> None:
    dice = random.Random(seed)
    noise = array("h", (dice.choice((-32768, 32767)) for _ in range(960))).tobytes()
    assert len(after([noise]).make(800)) == 1600
