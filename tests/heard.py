"""How much of a speech a recording has, and for how long it has nothing."""

from collections.abc import Iterable

import numpy as np

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.demo.compare import compare
from callpoint.demo.recording import Samples

PIECES = 3
STEP_MS = 5
SILENT_BELOW = 0.2


def arrived(spoken: Samples, heard: Samples) -> float:
    """The share of the speech that was heard, soon or late.

    On a busy machine the delay moves in a call by more than one alignment allows for:
    pieces are looked for as well, each by itself.
    """
    return max(_found([spoken], heard), _found(np.array_split(spoken, PIECES), heard))


def _found(pieces: list[Samples], heard: Samples) -> float:
    windows = [window for piece in pieces for window in compare(piece, heard).windows]
    return sum(window.found for window in windows) / len(windows) if windows else 0.0


def longest_silence_ms(heard: Samples) -> float:
    """Between the first and the last sound of a noise of one loudness."""
    step = SAMPLE_RATE_HZ * STEP_MS // 1000
    steps = heard[: len(heard) // step * step].astype(np.float64).reshape(-1, step)
    levels = np.sqrt(np.mean(steps**2, axis=1))
    loud = np.flatnonzero(levels > SILENT_BELOW * np.percentile(levels, 75))
    return STEP_MS * (longest_gap(loud) - 1) if len(loud) > 1 else float("inf")


def longest_gap(moments: Iterable[float]) -> float:
    """Between one and the next of moments in their order."""
    return float(np.max(np.diff(np.fromiter(moments, float))))
