"""Sound files that the configuration or a scenario names."""

import io
import tempfile
import wave
from contextlib import suppress
from pathlib import Path

from callpoint.audio.synthetic import read_wav
from callpoint.errors import DeviceError

FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-wav-")


def _sample(rate_hz: int, channels: int) -> bytes:
    sample = io.BytesIO()
    with wave.open(sample, "wb") as file:
        file.setframerate(rate_hz)
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.writeframes(bytes(range(200)))
    return sample.getvalue()


SEEDS = [_sample(48_000, 1), _sample(44_100, 2)]


def survives(received: bytes) -> None:
    """The samples, or DeviceError."""
    path = Path(FOLDER.name, "sound.wav")
    path.write_bytes(received)
    with suppress(DeviceError):
        read_wav(path)
