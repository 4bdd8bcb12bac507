"""What the bench says: sentences of several voices, the same for all who are compared.

PESQ judges some eight seconds best, with silence at either end.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import resample_poly

from callpoint.demo.recording import write_wav

RATE_HZ = 48_000
ESPEAK_RATE_HZ = 22_050
LEAD_IN_S = 2.0
GAP_S = 1.0
LOUDEST = 0.5

# Of the Harvard sentences (IEEE 297-1969), made to be heard in noise.
TEXTS = (
    (
        "en-gb-x-rp",
        "The birch canoe slid on the smooth planks. Glue the sheet to the dark blue"
        " background. It is easy to tell the depth of a well.",
    ),
    (
        "en-us+f3",
        "These days a chicken leg is a rare dish. Rice is often served in round bowls."
        " The juice of lemons makes fine punch.",
    ),
    (
        "en-gb-scotland",
        "The box was thrown beside the parked truck. The hogs were fed chopped corn"
        " and garbage. Four hours of steady work faced us.",
    ),
    (
        "en-gb+f2",
        "A large size in stockings is hard to sell. The boy was there when the sun"
        " rose. A rod is used to catch pink salmon.",
    ),
    (
        "en-us+m7",
        "The source of the huge river is the clear spring. Kick the ball straight and"
        " follow through. Help the woman get back to her feet.",
    ),
)

Samples = NDArray[np.int16]


@dataclass(frozen=True)
class Speech:
    """A WAV file of 48 kHz, and where its sentences stand in it."""

    path: Path
    samples: Samples
    sentences: tuple[tuple[int, int], ...]
    """First sample, and the one after the last."""

    @property
    def duration_s(self) -> float:
        return len(self.samples) / RATE_HZ


def make_speech(folder: Path, sentences: int = len(TEXTS), loops: int = 1) -> Speech:
    """All sentences in a row, with silence before, between and after them."""
    said = [_said(*text) for text in TEXTS[:sentences]] * loops
    pieces, places = [_silence(LEAD_IN_S)], []
    at = len(pieces[0])
    for samples in said:
        places.append((at, at + len(samples)))
        pieces += [samples, _silence(GAP_S)]
        at += len(samples) + len(pieces[-1])
    everything = np.concatenate(pieces)
    path = folder / f"speech-{sentences}-{loops}.wav"
    write_wav(path, everything)
    return Speech(path, everything, tuple(places))


def _silence(duration_s: float) -> Samples:
    return np.zeros(round(duration_s * RATE_HZ), np.int16)


def _said(voice: str, text: str) -> Samples:
    command = ["espeak-ng", "-v", voice, "-s", "165", "--stdout", text]
    spoken = subprocess.run(command, check=True, capture_output=True).stdout
    # espeak-ng cannot know the length when it writes the header of a pipe.
    samples = np.frombuffer(spoken[44:], "<i2").astype(np.float64)
    resampled = resample_poly(samples, RATE_HZ // 150, ESPEAK_RATE_HZ // 150)
    loud = np.flatnonzero(np.abs(resampled) > 0.01 * np.abs(resampled).max())
    trimmed = resampled[loud[0] : loud[-1] + 1]
    scale = LOUDEST * 32767 / np.abs(trimmed).max()
    samples16: Samples = np.round(trimmed * scale).astype(np.int16)
    return samples16
