"""Words that arrived, and words that did not."""

import numpy as np
import pytest

pytest.importorskip("pesq", reason="the bench's own packages are not installed")

from tests.bench.listen import RATE_HZ, Samples
from tests.bench.words import lost


def word(seed: int) -> Samples:
    """Half a second of noise: no two are alike."""
    dice = np.random.default_rng(seed)
    return dice.normal(0, 3000, RATE_HZ // 2).astype(np.int16)


def test_a_word_arrives_late_and_a_little_torn_all_the_same() -> None:
    said = word(1)
    torn = np.concatenate([np.zeros(5000, np.int16), said[:9600], said[9800:]])
    assert lost([said], torn) == 0


def test_a_word_that_nobody_said_is_lost() -> None:
    assert lost([word(1), word(2)], word(1)) == 1
