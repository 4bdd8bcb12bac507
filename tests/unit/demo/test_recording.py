from pathlib import Path

import numpy as np
import pytest

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.demo.recording import first_sound_s, read_wav, shape, write_wav
from callpoint.errors import DeviceError


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    samples = np.array([0, 1, -1, 32767, -32768], np.int16)
    write_wav(tmp_path / "a.wav", samples)
    assert np.array_equal(read_wav(tmp_path / "a.wav"), samples)


def test_a_file_that_is_no_wav_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_text("no")
    with pytest.raises(DeviceError, match=r"a\.wav"):
        read_wav(tmp_path / "a.wav")


def test_a_shape_has_the_loudest_sample_of_each_step() -> None:
    samples = np.zeros(SAMPLE_RATE_HZ, np.int16)
    samples[100] = -16384
    samples[-1] = 8192
    drawn = shape(samples, starts_at_s=3.0, step_s=0.5)
    assert drawn.starts_at_s == 3
    assert drawn.peaks == (0.5, 0.25)


def test_a_shape_of_nothing_is_empty() -> None:
    assert shape(np.zeros(0, np.int16), 0.0).peaks == ()


def test_the_first_sound_is_found() -> None:
    samples = np.zeros(SAMPLE_RATE_HZ, np.int16)
    assert first_sound_s(samples) is None
    samples[SAMPLE_RATE_HZ // 4] = -3000
    assert first_sound_s(samples) == 0.25
