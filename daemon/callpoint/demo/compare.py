"""Whether a recording is what was spoken: one alignment, and a lag that stays.

A copy that went through Opus keeps its waveform well enough for correlation: 0.93 over
a minute of speech at 28 kbit/s. Two figures judge it.

Correlation, under one alignment for the whole recording: falls when sound is missing,
added or replaced. It is taken over the full band.

Lag, in windows of 200 ms with speech in them: a dropped frame moves all that follows
20 ms ahead, a doubled one 20 ms back. It is taken between 300 and 2000 Hz, because the
codec's high-pass turns the phase below, and its noise substitution replaces what is
above: in this band a coded copy stays within 0.2 ms in every window, in the full band
single windows miss by 13 ms.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.demo.recording import Samples

CORRELATION_AT_LEAST = 0.90
LAG_MOVES_AT_MOST_MS = 1.0

_WINDOW_SAMPLES = SAMPLE_RATE_HZ * 200 // 1000
_HOP_SAMPLES = _WINDOW_SAMPLES // 2
_SEARCH_SAMPLES = SAMPLE_RATE_HZ * 60 // 1000
_MARGIN_SAMPLES = SAMPLE_RATE_HZ * 200 // 1000
_BAND_HZ = (300.0, 2000.0)
# Weaker windows are the room's noise, not speech.
_SPEECH_SHARE = 10 ** (-25 / 20)
# A coded copy has 0.87 in its weakest window; below this it is another sound.
_FOUND_AT_LEAST = 0.7

Signal = NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """200 ms of speech, and where they were found in the recording."""

    at_s: float
    """Where the window starts in what was spoken."""
    lag_ms: float
    """How much later (or earlier, negative) than the one alignment says."""
    correlation: float

    @property
    def found(self) -> bool:
        return self.correlation >= _FOUND_AT_LEAST


@dataclass(frozen=True)
class Comparison:
    """How well a recording agrees with what was spoken."""

    correlation: float
    """Normalised, under one alignment, over all that was spoken: 1 is the same."""
    delay_s: float
    """How much later a sample stands in the recording than in what was spoken."""
    windows: tuple[Window, ...]

    @property
    def lag_moves_ms(self) -> float:
        """Between the earliest and the latest window; 0 when there is none."""
        lags = [window.lag_ms for window in self.windows if window.found]
        return max(lags) - min(lags) if lags else 0.0

    @property
    def missing(self) -> tuple[Window, ...]:
        """Windows of speech that the recording does not have."""
        return tuple(window for window in self.windows if not window.found)

    @property
    def agrees(self) -> bool:
        return not self.faults()

    def faults(self) -> tuple[str, ...]:
        """What is wrong, a sentence each; empty when the recording agrees."""
        if not self.windows:
            return ("Nothing was spoken that could be compared.",)
        return tuple(
            sentence
            for sentence in (
                self._low_correlation(),
                self._moved_lag(),
                self._missing_speech(),
            )
            if sentence
        )

    def _low_correlation(self) -> str:
        if self.correlation >= CORRELATION_AT_LEAST:
            return ""
        return (
            f"The recording agrees with what was spoken by {self.correlation:.3f};"
            f" at least {CORRELATION_AT_LEAST:.2f} is expected."
        )

    def _moved_lag(self) -> str:
        if self.lag_moves_ms <= LAG_MOVES_AT_MOST_MS:
            return ""
        found = [window for window in self.windows if window.found]
        usual = float(np.median([window.lag_ms for window in found]))
        moved = max(found, key=lambda window: abs(window.lag_ms - usual))
        return (
            f"The sound moved by {moved.lag_ms - usual:+.1f} ms at {moved.at_s:.1f} s;"
            f" at most {LAG_MOVES_AT_MOST_MS:.0f} ms is expected."
        )

    def _missing_speech(self) -> str:
        if not self.missing:
            return ""
        first = self.missing[0].at_s
        return (
            f"{len(self.missing)} of {len(self.windows)} windows of speech are not in"
            f" the recording, the first at {first:.1f} s."
        )


def compare(spoken: Samples, heard: Samples) -> Comparison:
    """Compare a recording with what was spoken; both are 48 kHz mono.

    Silence before and after the speech of `spoken` is left out, and so is what the
    recording has there: an earcon after the call is not the assistant's voice.
    """
    first, last = _speech_span(spoken)
    if first >= last or not np.any(heard):
        return Comparison(0.0, 0.0, _unheard(spoken))
    reference = spoken[first:last].astype(np.float64)
    recording = heard.astype(np.float64)
    delay_samples = _best_delay(reference, recording)
    return Comparison(
        correlation=_correlation(reference, recording, delay_samples),
        delay_s=(delay_samples - first) / SAMPLE_RATE_HZ,
        windows=_windows(reference, recording, delay_samples, first),
    )


def _unheard(spoken: Samples) -> tuple[Window, ...]:
    starts = _speech_windows(_in_band(spoken.astype(np.float64)))
    return tuple(Window(start / SAMPLE_RATE_HZ, 0.0, 0.0) for start in starts)


def _speech_span(spoken: Samples) -> tuple[int, int]:
    """First and last sample of the speech, with a margin on both sides."""
    starts = _speech_windows(_in_band(spoken.astype(np.float64)))
    if not starts:
        return 0, 0
    first = max(0, starts[0] - _MARGIN_SAMPLES)
    last = min(len(spoken), starts[-1] + _WINDOW_SAMPLES + _MARGIN_SAMPLES)
    return first, last


def _best_delay(reference: Signal, recording: Signal) -> int:
    """The delay of `reference` in `recording` with the greatest correlation."""
    size = _fft_size(len(reference) + len(recording))
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(reference, size))
    delay = int(np.argmax(np.fft.irfft(spectrum, size)))
    return delay - size if delay > len(recording) else delay


def _correlation(reference: Signal, recording: Signal, delay_samples: int) -> float:
    found = _cut(recording, delay_samples, len(reference))
    energy = float(np.sqrt(np.dot(reference, reference) * np.dot(found, found)))
    return float(np.dot(reference, found)) / energy if energy else 0.0


def _windows(
    reference: Signal, recording: Signal, delay_samples: int, first: int
) -> tuple[Window, ...]:
    reference, recording = _in_band(reference), _in_band(recording)
    windows = []
    for start in _speech_windows(reference):
        wanted = reference[start : start + _WINDOW_SAMPLES]
        around = _cut(
            recording,
            start + delay_samples - _SEARCH_SAMPLES,
            _WINDOW_SAMPLES + 2 * _SEARCH_SAMPLES,
        )
        lag_samples, correlation = _find(wanted, around)
        at_s = (first + start) / SAMPLE_RATE_HZ
        windows.append(Window(at_s, lag_samples * 1000 / SAMPLE_RATE_HZ, correlation))
    return tuple(windows)


def _speech_windows(signal: Signal) -> list[int]:
    """Where the windows that have speech in them start."""
    starts = range(0, len(signal) - _WINDOW_SAMPLES + 1, _HOP_SAMPLES)
    levels = np.array(
        [np.sqrt(np.mean(signal[at : at + _WINDOW_SAMPLES] ** 2)) for at in starts]
    )
    # Below one step of s16 there is nothing to hear, whatever the share.
    loud = max(1.0, float(levels.max(initial=0.0)) * _SPEECH_SHARE)
    return [at for at, level in zip(starts, levels, strict=True) if level >= loud]


def _find(wanted: Signal, around: Signal) -> tuple[float, float]:
    """Lag in samples against the middle of `around`, and the correlation there."""
    size = _fft_size(len(around))
    spectrum = np.fft.rfft(around, size) * np.conj(np.fft.rfft(wanted, size))
    products = np.fft.irfft(spectrum, size)[: 2 * _SEARCH_SAMPLES + 1]
    sums = np.concatenate([[0.0], np.cumsum(around**2)])
    energies = sums[len(wanted) :] - sums[: -len(wanted)]
    scale = np.sqrt(energies * float(np.dot(wanted, wanted)))
    # Where the recording is silent there is nothing to correlate with.
    quiet = scale <= 1e-6 * float(np.dot(wanted, wanted))
    shares = np.where(quiet, 0.0, products / np.where(quiet, 1.0, scale))
    best = int(np.argmax(shares))
    return best + _vertex(shares, best) - _SEARCH_SAMPLES, float(shares[best])


def _vertex(values: Signal, best: int) -> float:
    """How far the top of a parabola through three points is from the middle one."""
    if not 0 < best < len(values) - 1:
        return 0.0
    left, middle, right = (float(value) for value in values[best - 1 : best + 2])
    bend = left - 2 * middle + right
    return 0.5 * (left - right) / bend if bend else 0.0


def _cut(signal: Signal, start: int, length: int) -> Signal:
    """`length` samples from `start`, with silence where the signal has none."""
    before = max(0, -start)
    inside = signal[max(0, start) : max(0, start + length)]
    after = length - before - len(inside)
    if after < 0:
        return np.zeros(length)
    return np.pad(inside, (before, after))


def _in_band(signal: Signal) -> Signal:
    size = _fft_size(len(signal))
    hz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE_HZ)
    low, high = _BAND_HZ
    rise = np.clip((hz - 0.8 * low) / (0.2 * low), 0, 1)
    fall = np.clip((1.2 * high - hz) / (0.2 * high), 0, 1)
    return np.fft.irfft(np.fft.rfft(signal, size) * rise * fall, size)[: len(signal)]


def _fft_size(length: int) -> int:
    return 1 << max(1, (length - 1).bit_length())
