from dataclasses import replace

import numpy as np
import pytest

from callpoint.audio.frames import FRAME_SAMPLES, SAMPLE_RATE_HZ
from callpoint.demo.compare import Comparison, Window, compare
from callpoint.demo.recording import Samples
from tests.unit.demo.voices import coded, delayed, speech

LENGTH_S = 4.0


@pytest.fixture(scope="module")
def spoken() -> Samples:
    return speech(LENGTH_S)


@pytest.fixture(scope="module")
def copy(spoken: Samples) -> Samples:
    return coded(spoken)


def loudest_s(samples: Samples) -> float:
    """Where the loudest sample of the second half stands: in the midst of speech."""
    half = len(samples) // 2
    loudest = half + int(np.argmax(np.abs(samples[half:].astype(np.int32))))
    return loudest / SAMPLE_RATE_HZ


def in_speech(samples: Samples) -> int:
    return round(loudest_s(samples) * SAMPLE_RATE_HZ)


def test_a_recording_is_the_same_as_itself(spoken: Samples) -> None:
    comparison = compare(spoken, spoken)
    assert comparison.correlation == pytest.approx(1)
    assert comparison.delay_s == 0
    assert comparison.lag_moves_ms == pytest.approx(0, abs=1e-3)
    assert comparison.agrees


@pytest.mark.parametrize("delay_s", [0.0, 0.02, 1.2345, 7.0, -0.01])
def test_the_delay_is_found(spoken: Samples, delay_s: float) -> None:
    comparison = compare(spoken, delayed(spoken, delay_s))
    assert comparison.delay_s == pytest.approx(delay_s, abs=1e-4)
    assert comparison.agrees


@pytest.mark.parametrize("bitrate_bps", [16_000, 28_000, 64_000])
def test_a_copy_through_the_codec_agrees(spoken: Samples, bitrate_bps: int) -> None:
    comparison = compare(spoken, delayed(coded(spoken, bitrate_bps), 0.3))
    assert comparison.faults() == ()
    assert comparison.correlation > 0.91
    assert comparison.lag_moves_ms < 0.25
    assert min(window.correlation for window in comparison.windows) > 0.8


def test_a_quieter_copy_agrees(spoken: Samples, copy: Samples) -> None:
    assert compare(spoken, (copy // 8).astype(np.int16)).agrees


def test_faint_noise_does_not_matter(spoken: Samples, copy: Samples) -> None:
    noise = np.random.default_rng(1).normal(0, 40, len(copy))
    assert compare(spoken, (copy + noise).astype(np.int16)).agrees


def test_loud_noise_is_told(spoken: Samples, copy: Samples) -> None:
    noise = np.random.default_rng(1).normal(0, 1500, len(copy))
    faults = compare(spoken, (copy + noise).clip(-32768, 32767).astype(np.int16))
    assert "agrees with what was spoken by" in faults.faults()[0]


def test_a_dropped_frame_moves_what_follows_ahead(
    spoken: Samples, copy: Samples
) -> None:
    at = in_speech(copy)
    comparison = compare(spoken, np.delete(copy, np.s_[at : at + FRAME_SAMPLES]))
    assert comparison.lag_moves_ms == pytest.approx(20, abs=0.5)
    assert any(
        "moved by -20" in fault or "+20" in fault for fault in comparison.faults()
    )


def test_a_doubled_frame_moves_what_follows_back(
    spoken: Samples, copy: Samples
) -> None:
    at = in_speech(copy)
    doubled = np.insert(copy, at, copy[at : at + FRAME_SAMPLES])
    comparison = compare(spoken, doubled)
    assert comparison.lag_moves_ms == pytest.approx(20, abs=0.5)
    assert not comparison.agrees


def test_a_dropped_and_a_doubled_frame_that_cancel_out_are_seen(
    spoken: Samples, copy: Samples
) -> None:
    at = in_speech(copy)
    later = at + 10 * FRAME_SAMPLES
    doubled = np.insert(copy, later, copy[later : later + FRAME_SAMPLES])
    mended = np.delete(doubled, np.s_[at : at + FRAME_SAMPLES])
    assert compare(spoken, mended).lag_moves_ms > 15


def test_a_creeping_lag_is_seen(spoken: Samples, copy: Samples) -> None:
    """A clock that is 600 ppm off moves 2.4 ms in four seconds."""
    positions = np.arange(len(copy)) * (1 + 600e-6)
    crept = np.interp(positions, np.arange(len(copy)), copy).astype(np.int16)
    comparison = compare(spoken, crept)
    assert 1.2 < comparison.lag_moves_ms < 2.6
    assert "The sound moved by" in comparison.faults()[-1]


def test_less_than_a_sample_is_measured(spoken: Samples) -> None:
    """Half a sample is 10 µs."""
    half = len(spoken) // 2
    positions = np.arange(len(spoken), dtype=np.float64)
    positions[half:] -= 0.5
    moved = np.interp(positions, np.arange(len(spoken)), spoken).astype(np.int16)
    assert compare(spoken, moved).lag_moves_ms == pytest.approx(0.0104, abs=0.003)


def test_speech_that_is_not_in_the_recording_is_told(
    spoken: Samples, copy: Samples
) -> None:
    at = in_speech(copy)
    holed = copy.copy()
    holed[at - SAMPLE_RATE_HZ // 2 : at + SAMPLE_RATE_HZ // 2] = 0
    comparison = compare(spoken, holed)
    assert len(comparison.missing) >= 3
    assert any("are not in the recording" in fault for fault in comparison.faults())


def test_an_earcon_after_the_call_does_not_matter(
    spoken: Samples, copy: Samples
) -> None:
    tone = 9000 * np.sin(np.arange(SAMPLE_RATE_HZ) * 0.08)
    pause = np.zeros(SAMPLE_RATE_HZ // 2)
    heard = np.concatenate([tone, pause, copy, pause, tone]).astype(np.int16)
    assert compare(spoken, heard).agrees


def test_other_words_are_told(spoken: Samples) -> None:
    comparison = compare(spoken, spoken[::-1].copy())
    assert comparison.correlation < 0.5
    assert len(comparison.faults()) >= 2


@pytest.mark.parametrize("heard_samples", [0, 48_000])
def test_a_silent_recording_is_told(spoken: Samples, heard_samples: int) -> None:
    comparison = compare(spoken, np.zeros(heard_samples, np.int16))
    assert comparison.correlation == 0
    assert len(comparison.missing) == len(comparison.windows) > 10


def test_a_recording_that_is_much_shorter_is_told(spoken: Samples) -> None:
    assert not compare(spoken, spoken[: 3 * SAMPLE_RATE_HZ]).agrees


def test_nothing_spoken_cannot_be_compared(spoken: Samples) -> None:
    comparison = compare(np.zeros(48_000, np.int16), spoken)
    assert comparison.faults() == ("Nothing was spoken that could be compared.",)


def test_windows_without_speech_are_skipped(spoken: Samples) -> None:
    silence = np.zeros(20 * SAMPLE_RATE_HZ, np.int16)
    longer = compare(np.concatenate([silence, spoken]), spoken)
    assert min(window.at_s for window in longer.windows) >= 19.8
    assert longer.delay_s == pytest.approx(-20)


WINDOWS = tuple(Window(at_s=at / 10, lag_ms=0.1, correlation=0.9) for at in range(20))


@pytest.mark.parametrize(
    ("comparison", "agrees"),
    [
        (Comparison(0.90, 0, WINDOWS), True),
        (Comparison(0.899, 0, WINDOWS), False),
        (Comparison(0.95, 0, (*WINDOWS, Window(2, 1.1, 0.9))), True),
        (Comparison(0.95, 0, (*WINDOWS, Window(2, 1.11, 0.9))), False),
        (Comparison(0.95, 0, (*WINDOWS, Window(2, -0.91, 0.9))), False),
        (Comparison(0.95, 0, (*WINDOWS, Window(2, 0.1, 0.69))), False),
        (Comparison(0.95, 0, ()), False),
    ],
)
def test_the_bounds_are_those_that_are_promised(
    comparison: Comparison, agrees: bool
) -> None:
    assert comparison.agrees is agrees


def test_the_lag_of_another_sound_does_not_count() -> None:
    comparison = Comparison(0.95, 0, (*WINDOWS, Window(2, 50, 0.2)))
    assert comparison.lag_moves_ms == pytest.approx(0)
    assert replace(comparison, windows=WINDOWS).agrees
