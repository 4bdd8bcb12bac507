"""Recordings as arrays: read, written, and drawn as a shape.

All sound is 48 kHz mono s16.
"""

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from callpoint.audio import synthetic
from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ
from callpoint.demo.picture import Shape

Samples = NDArray[np.int16]


def read_wav(path: Path) -> Samples:
    """Samples of a 48 kHz mono s16 WAV file; raises DeviceError for any other."""
    return np.frombuffer(synthetic.read_wav(path), dtype="<i2").astype(np.int16)


def write_wav(path: Path, samples: Samples) -> None:
    """Write samples as a 48 kHz mono s16 WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(samples.astype("<i2").tobytes())


def shape(samples: Samples, starts_at_s: float, step_s: float = 0.02) -> Shape:
    """The loudest sample of every `step_s`, as a share of full scale."""
    step_samples = round(step_s * SAMPLE_RATE_HZ)
    steps = len(samples) // step_samples
    loud = np.abs(samples[: steps * step_samples].astype(np.float64))
    peaks = loud.reshape(steps, step_samples).max(axis=1, initial=0) / 32768
    return Shape(starts_at_s, step_s, tuple(float(peak) for peak in peaks))


def first_sound_s(samples: Samples, threshold: float = 0.01) -> float | None:
    """Where the first sample above `threshold` of full scale stands, in seconds."""
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > threshold * 32768)
    return float(loud[0]) / SAMPLE_RATE_HZ if len(loud) else None
