"""PURE: how speech arrived: when, and how well.

Delays are found by correlation between 300 and 2000 Hz, where a codec keeps the
waveform. Quality is PESQ, wideband (ITU-T P.862.2): 4.64 is the same, 1.0 the worst.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pesq import NoUtterancesError, pesq
from scipy.signal import butter, correlate, resample_poly, sosfiltfilt

RATE_HZ = 48_000
PESQ_RATE_HZ = 16_000
WORST_PESQ = 1.0
_BAND_HZ = (300, 2000)
_WINDOW = RATE_HZ // 2
_HOP = _WINDOW // 2
_SEARCH = RATE_HZ * 3 // 20
_MARGIN = RATE_HZ // 5
_SPEECH_SHARE = 10 ** (-20 / 20)
# A window that was lost or made up has no delay of its own.
_FOUND_AT_LEAST = 0.6

Signal = NDArray[np.float64]
Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Timed:
    """Sound, and the time of its first sample on CLOCK_MONOTONIC."""

    samples: Samples
    began_s: float


@dataclass(frozen=True)
class Moment:
    """The delay of half a second of speech."""

    at_s: float
    """When it was said, from the first sample of what was spoken."""
    delay_s: float


def in_band(samples: Samples) -> Signal:
    """What correlation looks at."""
    sos = butter(4, _BAND_HZ, "bandpass", fs=RATE_HZ, output="sos")
    filtered: Signal = sosfiltfilt(sos, samples.astype(np.float64))
    return filtered


def lag_of(wanted: Signal, where: Signal) -> tuple[int, float]:
    """At which sample of `where` it stands, and their normalised correlation."""
    if len(where) < len(wanted) or not np.any(where):
        return 0, 0.0
    match = correlate(where, wanted, "valid", "fft")
    running = np.concatenate([[0.0], np.cumsum(where**2)])
    around = running[len(wanted) :] - running[: -len(wanted)]
    scale = np.sqrt(np.maximum(around, 1e-9 * around.max()) * np.dot(wanted, wanted))
    normalised = match / scale
    best = int(np.argmax(normalised))
    return best, float(normalised[best])


def moments(spoken: Timed, heard: Timed, first: int, last: int) -> list[Moment]:
    """The delays along one sentence of `spoken`, samples `first` to `last`."""
    reference, recording = in_band(spoken.samples[first:last]), in_band(heard.samples)
    expected = round((spoken.began_s - heard.began_s) * RATE_HZ) + first
    begin = max(0, expected - RATE_HZ // 10)
    sentence, agreement = lag_of(
        reference, recording[begin : expected + len(reference) + 2 * RATE_HZ]
    )
    if agreement == 0:
        return []
    coarse = begin + sentence
    level = np.sqrt(np.mean(reference**2))
    found = []
    for start in range(0, len(reference) - _WINDOW, _HOP):
        wanted = reference[start : start + _WINDOW]
        if np.sqrt(np.mean(wanted**2)) < _SPEECH_SHARE * level:
            continue
        at = max(0, coarse + start - _SEARCH)
        lag, agreement = lag_of(wanted, recording[at : at + _WINDOW + 2 * _SEARCH])
        if agreement >= _FOUND_AT_LEAST:
            delay_s = (at + lag - (expected + start)) / RATE_HZ
            found.append(Moment((first + start) / RATE_HZ, delay_s))
    return found


def quality(
    spoken: Samples, heard: Samples, first: int, last: int, shift: int
) -> float:
    """PESQ of one sentence, that stands `shift` samples later in `heard`."""
    reference = _cut(spoken, first - _MARGIN, last + _MARGIN)
    degraded = _cut(heard, first + shift - _MARGIN, last + shift + 2 * _MARGIN)
    try:
        score = pesq(PESQ_RATE_HZ, _narrowed(reference), _narrowed(degraded), "wb")
    except NoUtterancesError:
        return WORST_PESQ
    return float(score)


def _cut(samples: Samples, first: int, last: int) -> Samples:
    before, after = max(0, -first), max(0, last - len(samples))
    return np.pad(samples[max(0, first) : max(0, last)], (before, after))


def _narrowed(samples: Samples) -> Samples:
    narrow = resample_poly(samples.astype(np.float64), 1, RATE_HZ // PESQ_RATE_HZ)
    clipped: Samples = np.clip(np.round(narrow), -32768, 32767).astype(np.int16)
    return clipped
