"""Recorded speech as 48 kHz PCM: the shipped prompts, and known human recordings.

All is read and resampled once, before the first call: a greeting must not wait for it.
"""

import random
import wave
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from callpoint.audio.frames import FRAME_BYTES, SAMPLE_BYTES, SAMPLE_RATE_HZ
from callpoint.errors import CallpointError
from callpoint.simulator.prompts import PROMPTS

KNOWN_SPEECH: Final = Path("/usr/share/sounds/alsa")
"""Human voices, in Debian's package alsa-utils."""

_PROMPTS_FOLDER: Final = Path(__file__).with_name("speech")
_NOT_SPEECH: Final = {"noise"}
_GAP: Final = bytes(6 * FRAME_BYTES)
_MARGIN_BLOCKS: Final = 64

Signal = NDArray[np.float32]


@dataclass(frozen=True)
class Library:
    """All that can be said: name to PCM (48 kHz mono s16le)."""

    prompts: Mapping[str, bytes]
    clips: Mapping[str, bytes] = field(default_factory=dict)
    """Known recordings by their words, such as `front center`."""

    def adding(self, path: Path) -> "Library":
        """With one more recording, named by its path."""
        return replace(self, clips={**self.clips, str(path): read_wav(path)})

    def pcm(self, parts: Sequence[str], turn: bytes) -> bytes:
        """The sound of a `Speak` action; `turn` is what the caller said last."""
        return joined([self._part(part, turn) for part in parts])

    def _part(self, part: str, turn: bytes) -> bytes:
        if part == "turn":
            return turn
        if part.startswith("clip:"):
            return self.clips[part.removeprefix("clip:")]
        return self.prompts[part]

    def shuffled(self, duration_s: float, seed: int = 1) -> list[str]:
        """Words of known recordings that fill this time, always the same ones."""
        if not self.clips:
            raise CallpointError(
                "a monologue needs known recordings, and there are none",
                "install alsa-utils, or name a folder with --known-speech",
            )
        order = random.Random(seed)
        words: list[str] = []
        left = duration_s * SAMPLE_RATE_HZ * SAMPLE_BYTES
        while left > 0:
            for each in order.sample(sorted(self.clips), len(self.clips)):
                if left > 0:
                    words.append(each)
                    left -= len(self.clips[each]) + len(_GAP)
        return words


def load(known_speech: Path | None = KNOWN_SPEECH) -> Library:
    """Read the prompts and every WAV of a folder, its file name being what is said.

    A folder that is not there leaves the assistant without known recordings.
    Raises CallpointError for a damaged file.
    """
    prompts = {name: read_wav(_PROMPTS_FOLDER / f"{name}.wav") for name in PROMPTS}
    return Library(prompts, dict(_clips(known_speech)))


def _clips(folder: Path | None) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.glob("*.wav")) if folder else ():
        words = path.stem.replace("_", " ").replace("-", " ").lower()
        if words not in _NOT_SPEECH:
            yield words, read_wav(path)


def joined(parts: list[bytes]) -> bytes:
    """Parts in a row with a short gap, filled up to whole frames."""
    pcm = _GAP.join(part for part in parts if part)
    return pcm + bytes(-len(pcm) % FRAME_BYTES)


def read_wav(path: Path) -> bytes:
    """A 16 bit WAV of any rate as 48 kHz mono PCM; the first of several channels."""
    try:
        with wave.open(str(path)) as file:
            channels, width, rate_hz, frames, *_ = file.getparams()
            pcm = file.readframes(frames)
    except (OSError, EOFError, wave.Error) as error:
        raise CallpointError(f"{path}: cannot be used as speech: {error}") from error
    if width != SAMPLE_BYTES:
        raise CallpointError(f"{path}: cannot be used as speech: {8 * width} bit")
    samples = np.frombuffer(pcm, "<i2")[::channels]
    if rate_hz == SAMPLE_RATE_HZ:
        return samples.tobytes()
    signal = resampled(samples.astype(np.float32), rate_hz, SAMPLE_RATE_HZ)
    return np.clip(np.round(signal), -32768, 32767).astype("<i2").tobytes()


def resampled(signal: Signal, from_hz: int, to_hz: int) -> Signal:
    """Another rate, by cutting or stretching the spectrum of the whole signal."""
    divisor = int(np.gcd(from_hz, to_hz))
    up, down = to_hz // divisor, from_hz // divisor
    # Silence at the end keeps it from ringing into the beginning.
    blocks = 1 << (len(signal) // down + _MARGIN_BLOCKS).bit_length()
    spectrum = np.fft.rfft(signal, blocks * down)
    stretched = np.fft.irfft(spectrum[: blocks * up // 2 + 1], blocks * up)
    length = len(signal) * up // down
    return (stretched[:length] * (up / down)).astype(np.float32)
