"""Sound at another rate, by libswresample: one stream, a piece at a time."""

from typing import Final

from av import AudioFrame, AudioResampler

from callpoint.audio.frames import SAMPLE_BYTES

_LEAD_IN_S: Final = 0.02


class Resampler:
    """16 bit sound from one rate to mono of another, the pieces without a seam.

    Pieces of 20 ms come out as 20 ms each, `delay_s` later than they went in: the
    filter looks at what follows. Of two channels it takes the mean.
    """

    def __init__(self, from_hz: int, to_hz: int, channels: int = 1) -> None:
        self._from_hz = from_hz
        self._channels = channels
        self._resampler = AudioResampler("s16", "mono", to_hz)
        # The filter holds back the end of the first piece, and that much for good.
        lead_in_samples = round(from_hz * _LEAD_IN_S) * channels
        silence = self.convert(bytes(lead_in_samples * SAMPLE_BYTES))
        self.delay_s = _LEAD_IN_S - len(silence) / SAMPLE_BYTES / to_hz

    def convert(self, pcm: bytes) -> bytes:
        """The next piece, at the other rate."""
        frame = framed(pcm, self._from_hz, self._channels)
        return b"".join(map(samples_in, self._resampler.resample(frame)))


def framed(pcm: bytes, rate_hz: int, channels: int = 1) -> AudioFrame:
    """16 bit sound of one channel or two as libav takes it."""
    layout = "stereo" if channels == 2 else "mono"
    frame = AudioFrame("s16", layout, len(pcm) // (SAMPLE_BYTES * channels))
    frame.planes[0].update(pcm)
    frame.sample_rate = rate_hz
    return frame


def samples_in(frame: AudioFrame) -> bytes:
    """The sound without what libav pads it with."""
    return bytes(frame.planes[0])[: frame.samples * SAMPLE_BYTES]
