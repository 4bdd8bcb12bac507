"""PCMU, PCMA and G722, the codecs of the telephone network, by PyAV.

All three send 8 bytes a millisecond, and count time by 8 kHz: G722 too, although its
sound has 16 (RFC 3551 section 4.5.2).
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Final, Literal

from av import AudioCodecContext, CodecContext, Packet

from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ
from callpoint.audio.resample import Resampler, framed, samples_in
from callpoint.audio.substitution import Substitute
from callpoint.errors import DeviceError

_CLOCK_RATE_HZ: Final = 8_000
_SAMPLES_A_BYTE: Final = SAMPLE_RATE_HZ // _CLOCK_RATE_HZ
_LONGEST_BYTES: Final = _CLOCK_RATE_HZ * 120 // 1000


@dataclass(frozen=True)
class TelephoneCodec:
    """One of them."""

    name: str
    """libav's."""
    rate_hz: int
    """Of its sound."""


G722: Final = TelephoneCodec("g722", 16_000)
PCMU: Final = TelephoneCodec("pcm_mulaw", 8_000)
PCMA: Final = TelephoneCodec("pcm_alaw", 8_000)
NAMED: Final = {"g722": G722, "pcmu": PCMU, "pcma": PCMA}
"""By their name in an SDP, in small letters."""


class Encoder:
    """48 kHz mono speech to 160 bytes a frame of 20 ms, and 1 to 2 ms late."""

    def __init__(self, codec: TelephoneCodec) -> None:
        self._rate_hz = codec.rate_hz
        self._context = _context(codec, "w")
        self._resampler = Resampler(SAMPLE_RATE_HZ, codec.rate_hz)

    def encode(self, pcm: bytes) -> bytes:
        frame = framed(self._resampler.convert(pcm), self._rate_hz)
        return b"".join(map(bytes, self._context.encode(frame)))

    def expect_loss(self, percent: int) -> None:
        """These codecs have nothing to spare for it."""


class Decoder:
    """To 48 kHz mono, 1 to 2 ms late; what was lost is made up from what was heard."""

    def __init__(self, codec: TelephoneCodec) -> None:
        self._rate_hz = codec.rate_hz
        self._context = _context(codec, "r")
        self._substitute = Substitute(codec.rate_hz)
        self._resampler = Resampler(codec.rate_hz, SAMPLE_RATE_HZ)

    def decode(self, payload: bytes) -> bytes:
        """The samples of a packet; DeviceError for one that no far end would send."""
        return self.resume(payload, self.duration_samples(payload))

    def conceal(self, samples: int) -> bytes:
        """What most likely follows: 2.5 ms or a multiple. Silence after 80 ms."""
        return self._resampler.convert(self._substitute.make(self._own(samples)))

    def recover(self, next_payload: bytes, samples: int) -> bytes | None:
        """There is no copy in a packet of these."""
        return None

    def resume(self, payload: bytes, samples: int) -> bytes:
        """The last `samples` of a packet that came while its place was concealed."""
        if not self.duration_samples(payload):
            raise DeviceError(self._context.name, "cannot decode an empty packet")
        frames = self._context.decode(Packet(payload))
        pcm = b"".join(map(samples_in, frames))[-self._own(samples) * SAMPLE_BYTES :]
        return self._resampler.convert(self._substitute.hear(pcm))

    def duration_samples(self, payload: bytes) -> int:
        """How long a packet is at 48 kHz; 0 for one that is empty or over 120 ms."""
        size = len(payload)
        return size * _SAMPLES_A_BYTE if size <= _LONGEST_BYTES else 0

    def _own(self, samples: int) -> int:
        return samples * self._rate_hz // SAMPLE_RATE_HZ


def _context(codec: TelephoneCodec, mode: Literal["r", "w"]) -> AudioCodecContext:
    context = CodecContext.create(codec.name, mode)
    assert isinstance(context, AudioCodecContext)
    context.sample_rate = codec.rate_hz
    context.format = "s16"
    context.layout = "mono"
    if mode == "w":
        context.time_base = Fraction(1, codec.rate_hz)
    return context
