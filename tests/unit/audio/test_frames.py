"""The arithmetic of the sound format."""

import math
from array import array

import pytest

from callpoint.audio.frames import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    SILENCE,
    amplified,
    level,
)


def test_a_frame_is_20_ms_of_48_khz_mono_16_bit() -> None:
    assert (FRAME_SAMPLES, FRAME_BYTES, len(SILENCE)) == (960, 1920, 1920)


def test_silence_has_no_level() -> None:
    assert level(SILENCE) == 0
    assert level(b"") == 0


def test_the_level_of_a_sine_is_its_effective_value() -> None:
    sine = array("h", (round(20000 * math.sin(i / 7)) for i in range(960))).tobytes()
    assert level(sine) == pytest.approx(20000 / 32768 / math.sqrt(2), rel=0.02)


def test_a_full_scale_frame_has_level_one() -> None:
    assert level(array("h", [-32768] * 960).tobytes()) == 1


def test_six_decibels_are_twice_as_much_and_nothing_wraps() -> None:
    sound = array("h", [100, -100, 20_000, -20_000])
    louder = array("h", amplified(sound.tobytes(), 2.0))
    assert louder.tolist() == [200, -200, 32_767, -32_768]
