"""When sound arrived, found by correlation."""

import numpy as np
import pytest

pytest.importorskip("pesq", reason="the bench's own packages are not installed")

from tests.bench.listen import RATE_HZ, Samples, Timed, moments

LATE_S = 0.05


def spoken() -> Samples:
    """A second of silence, and two of noise."""
    noise = np.random.default_rng(1).normal(0, 3000, 2 * RATE_HZ).astype(np.int16)
    return np.concatenate([np.zeros(RATE_HZ, np.int16), noise])


def heard(samples: Samples) -> Timed:
    """The recorder began two seconds before somebody spoke."""
    late = np.zeros(round((2 + LATE_S) * RATE_HZ), np.int16)
    return Timed(np.concatenate([late, samples, late]), 98.0)


def test_a_delay_is_found_on_the_common_clock() -> None:
    said = spoken()
    found = moments(Timed(said, 100.0), heard(said), RATE_HZ, len(said))
    assert found
    assert [m.delay_s for m in found] == pytest.approx([LATE_S] * len(found), abs=1e-4)


def test_what_was_lost_has_no_delay() -> None:
    said = spoken()
    torn = said.copy()
    torn[2 * RATE_HZ :] = 0
    found = moments(Timed(said, 100.0), heard(torn), RATE_HZ, len(said))
    assert found
    assert all(moment.at_s < 2.0 for moment in found)
