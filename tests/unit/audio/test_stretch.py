"""Sound made shorter and longer, so that nobody hears it."""

from array import array
from itertools import pairwise

import pytest

from callpoint.audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ
from callpoint.audio.stretch import (
    FADE,
    LONGEST_LAG,
    SHORTEST_LAG,
    best_lag,
    cut,
    lengthen,
    nudge,
)
from tests.unit.audio.speech import hum
from tests.unit.audio.streams import SINE, tone

VOICES_HZ = (70, 110, 180, 250, 390)
PERIOD = 480
"""Samples of a voice of 100 Hz."""


def sound_of(pcm: bytes, samples: int = FRAME_SAMPLES) -> "array[int]":
    return array("h", pcm)[:samples]


def steepest(sound: "array[int]") -> int:
    return max(abs(b - a) for a, b in pairwise(sound))


def pitch_hz(sound: "array[int]") -> float:
    """From the first to the last time that it rises through zero."""
    rises = [n for n, (a, b) in enumerate(pairwise(sound)) if a < 0 <= b]
    return (len(rises) - 1) * SAMPLE_RATE_HZ / (rises[-1] - rises[0])


@pytest.mark.parametrize("voice_hz", VOICES_HZ)
def test_a_voice_repeats_itself_after_its_period(voice_hz: int) -> None:
    lag, likeness = best_lag(sound_of(hum(0, voice_hz)))
    period = SAMPLE_RATE_HZ / voice_hz
    periods = round(lag / period)
    assert periods >= 1
    assert lag == pytest.approx(periods * period, abs=2)
    assert likeness > 0.98


def test_noise_repeats_nothing() -> None:
    noise = array("h", ((n * n * 7919 + n * 104729) % 9973 - 4986 for n in range(960)))
    _, likeness = best_lag(noise)
    assert likeness < 0.6


def test_silence_is_alike_everywhere() -> None:
    assert best_lag(array("h", bytes(1920))) == (SHORTEST_LAG, 1.0)


@pytest.mark.parametrize("longest", [SHORTEST_LAG, 300, LONGEST_LAG])
def test_no_lag_is_longer_than_was_asked_for(longest: int) -> None:
    sound = sound_of(hum(0, 70), longest + FADE)
    assert SHORTEST_LAG <= best_lag(sound, longest)[0] <= longest


@pytest.mark.parametrize("lag", [1, SHORTEST_LAG, 333, LONGEST_LAG])
def test_a_splice_changes_the_length_by_its_lag_and_leaves_the_ends(lag: int) -> None:
    sound = sound_of(hum(3, 130))
    shorter, longer = cut(sound, lag), lengthen(sound, lag)
    assert len(shorter) == len(sound) - lag
    assert shorter[0] == sound[0]
    assert shorter[FADE:] == sound[lag + FADE :]
    assert len(longer) == len(sound) + lag
    assert longer[:lag] == sound[:lag]
    assert longer[lag + FADE :] == sound[FADE:]


def test_without_a_period_or_with_twice_it_a_voice_is_the_same() -> None:
    sound = sound_of(tone(100))
    for changed in (cut(sound, PERIOD), lengthen(sound, PERIOD)):
        expected = sound_of(tone(100), len(changed))
        worst = max(abs(a - b) for a, b in zip(changed, expected, strict=True))
        assert worst <= 2


@pytest.mark.parametrize("change", [cut, lengthen])
@pytest.mark.parametrize("voice_hz", VOICES_HZ)
def test_a_splice_where_the_voice_repeats_makes_no_click(
    voice_hz: int, change: type
) -> None:
    sound = sound_of(hum(0, voice_hz))
    lag, _ = best_lag(sound)
    assert steepest(change(sound, lag)) < 1.1 * steepest(sound)


@pytest.mark.parametrize("change", [cut, lengthen])
def test_a_splice_anywhere_is_faded_and_makes_no_click(change: type) -> None:
    sound = sound_of(SINE)
    for lag in range(1, LONGEST_LAG, 37):
        assert steepest(change(sound, lag)) < 1.35 * steepest(sound)


@pytest.mark.parametrize("samples", [-4, -2, -1, 1, 2, 4])
def test_a_nudge_adds_so_many_samples_and_leaves_the_ends(samples: int) -> None:
    sound = sound_of(SINE)
    nudged = nudge(sound, samples)
    assert len(nudged) == len(sound) + samples
    assert (nudged[0], nudged[-1]) == (sound[0], sound[-1])
    assert steepest(nudged) < 1.01 * steepest(sound)


@pytest.mark.parametrize("samples", [-4, 4])
def test_a_nudge_is_spread_evenly(samples: int) -> None:
    """Half way through, half of it is done."""
    sound = array("h", range(0, 9600, 10))
    nudged = nudge(sound, samples)
    half = len(nudged) // 2
    assert nudged[half] == pytest.approx(10 * (half - samples / 2), abs=10)
    assert len({b - a for a, b in pairwise(nudged)} - {9, 10, 11}) == 0


@pytest.mark.parametrize("samples", [-4, -2, 2, 4])
def test_a_nudge_changes_the_pitch_by_cents(samples: int) -> None:
    sound = sound_of(tone(2000))
    assert pitch_hz(nudge(sound, samples)) == pytest.approx(2000, rel=0.006)


def test_nothing_overflows_at_full_scale() -> None:
    loudest = array("h", [32767] * 300 + [-32768] * 660)
    for changed in (cut(loudest, 240), lengthen(loudest, 240), nudge(loudest, 4)):
        assert set(changed) <= set(range(-32768, 32768))
        assert (max(changed), min(changed)) == (32767, -32768)
