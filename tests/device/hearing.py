"""What was said, heard on a machine that stutters: presence and order, not quality.

An emulated guest keeps up with nine tenths of real time: sound comes with gaps, and
faster or slower than it was spoken. So a known recording is looked for in pieces as
long as a syllable, and counts as heard when most of its pieces are there, in order.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from callpoint.simulator.speech import load, read_wav

# Speech keeps its waveform below 2 kHz, whatever codec it went through.
EVERY = 6
RATE_HZ = 48000 // EVERY
PIECE = RATE_HZ * 3 // 20
PIECE_FOUND_AT_LEAST = 0.75
# Of one that is there 0.9 and more was found, of another one 0.33 at most.
PIECES_AT_LEAST = 0.6
# Where pauses were skipped and speech was hurried 0.4 was found, of others 0.25.
HARDLY = 0.35

Signal = NDArray[np.float32]


@dataclass(frozen=True)
class Heard:
    """A recording that was found."""

    words: str
    at_s: float
    share: float
    """Of its pieces that are there, in order."""


class Ear:
    """Knows the prompts and the human voices of alsa-utils."""

    def __init__(self) -> None:
        library = load()
        clips: Mapping[str, bytes] = {**library.clips, **library.prompts}
        self._pieces = {words: pieces(signal(pcm)) for words, pcm in clips.items()}

    def words(self, path: Path) -> list[Heard]:
        """All recordings in a WAV file, in their order; each once."""
        sound = signal(read_wav(path))
        found = [self._find(sound, words) for words in self._pieces]
        return sorted(
            (each for each in found if each.share >= PIECES_AT_LEAST),
            key=lambda each: each.at_s,
        )

    def most_like(self, path: Path) -> str:
        """The recording of which most is there; empty when there is hardly any."""
        sound = signal(read_wav(path))
        best = max((self._find(sound, words) for words in self._pieces), key=_share)
        return best.words if best.share >= HARDLY else ""

    def _find(self, sound: Signal, words: str) -> Heard:
        wanted = self._pieces[words]
        places = [place(sound, piece) for piece in wanted]
        row = longest_rise([at for at in places if at is not None])
        share = len(row) / len(wanted)
        return Heard(words, row[0] / RATE_HZ if row else 0.0, share)


def _share(heard: Heard) -> float:
    return heard.share


def signal(pcm: bytes) -> Signal:
    samples = np.frombuffer(pcm, "<i2").astype(np.float32)
    taps = np.arange(-8 * EVERY, 8 * EVERY + 1)
    lowpass = np.sinc(taps / EVERY) * np.hanning(len(taps)) / EVERY
    return np.convolve(samples, lowpass.astype(np.float32), "same")[::EVERY]


def pieces(sound: Signal) -> list[Signal]:
    """The loud ones: silence is everywhere."""
    cut = [sound[at : at + PIECE] for at in range(0, len(sound) - PIECE, PIECE)]
    loudest = max(float(np.dot(each, each)) for each in cut)
    return [each for each in cut if float(np.dot(each, each)) > loudest / 30]


def place(sound: Signal, piece: Signal) -> int | None:
    """Where a piece is, if it is anywhere."""
    if len(sound) < len(piece):
        return None
    products = np.correlate(sound, piece, "valid")
    sums = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    energies = np.maximum(sums[len(piece) :] - sums[: -len(piece)], 1.0)
    own = float(np.dot(piece, piece))
    # A window much weaker than the piece would agree by chance.
    shares = products / np.sqrt(np.maximum(energies, own * 1e-3) * own)
    best = int(np.argmax(shares))
    return best if shares[best] >= PIECE_FOUND_AT_LEAST else None


def longest_rise(places: list[int]) -> list[int]:
    """The most places that come one after the other."""
    best: list[list[int]] = []
    for at in places:
        before = [row for row in best if row[-1] < at]
        best.append([*max(before, key=len, default=[]), at])
    return max(best, key=len, default=[])
