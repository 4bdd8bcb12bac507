"""Recorded human speech for the demo's tests, and a copy of it as a codec leaves it."""

from pathlib import Path
from random import Random

import numpy as np

from callpoint.audio.frames import FRAME_BYTES, SAMPLE_RATE_HZ
from callpoint.audio.opus import Decoder, Encoder
from callpoint.demo.recording import Samples, read_wav

VOICES = Path("/usr/share/sounds/alsa")


def speech(length_s: float) -> Samples:
    """The voices of alsa-utils in shuffled order with pauses; the same every time."""
    random = Random(7)
    files = sorted(set(VOICES.glob("*.wav")) - {VOICES / "Noise.wav"})
    parts: list[Samples] = []
    while sum(map(len, parts)) < length_s * SAMPLE_RATE_HZ:
        parts.append(read_wav(random.choice(files)))
        parts.append(np.zeros(random.randrange(5_000, 30_000), np.int16))
    return np.concatenate(parts)[: round(length_s * SAMPLE_RATE_HZ)]


def coded(samples: Samples, bitrate_bps: int = 28_000) -> Samples:
    """Through Opus and back, frame by frame."""
    encoder, decoder = Encoder(bitrate_bps), Decoder()
    pcm = samples.astype("<i2").tobytes()
    frames = (pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES))
    copies = [
        decoder.decode(encoder.encode(frame))
        for frame in frames
        if len(frame) == FRAME_BYTES
    ]
    return np.frombuffer(b"".join(copies), "<i2").astype(np.int16)


def delayed(samples: Samples, delay_s: float) -> Samples:
    """Silence before; or, for a negative delay, the beginning cut off."""
    shift = round(delay_s * SAMPLE_RATE_HZ)
    if shift < 0:
        return samples[-shift:]
    return np.concatenate([np.zeros(shift, np.int16), samples])
