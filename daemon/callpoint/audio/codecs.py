"""Which codec speaks and hears which name of an SDP."""

from functools import cache
from pathlib import Path
from typing import Final, Protocol

from callpoint.audio import opus
from callpoint.audio.boards import Effort, effort
from callpoint.audio.rtp import SPOKEN, Codec
from callpoint.errors import LocalProtocolError

_MODEL: Final = Path("/proc/device-tree/model")


class SpeechEncoder(Protocol):
    """48 kHz mono s16le to payloads."""

    def encode(self, pcm: bytes) -> bytes:
        """The payload of one frame of 20 ms (`frames.FRAME_BYTES`)."""
        ...

    def expect_loss(self, percent: int) -> None:
        """How many of our packets are lost on their way, 0 to 100."""
        ...


class SpeechDecoder(Protocol):
    """Payloads to 48 kHz mono s16le; lengths are in samples at 48 kHz.

    Every packet is given to `decode`, `resume` or, as the one after a loss, to
    `recover` and then to `decode`.
    """

    def decode(self, payload: bytes) -> bytes:
        """The sound of a packet; DeviceError for one that cannot be decoded."""
        ...

    def conceal(self, samples: int) -> bytes:
        """What most likely follows; consecutive calls fade. A multiple of 2.5 ms."""
        ...

    def recover(self, next_payload: bytes, samples: int) -> bytes | None:
        """The last `samples` before a packet, if that holds a copy of them.

        The beginning of a lost packet may have been concealed before.
        """
        ...

    def resume(self, payload: bytes, samples: int) -> bytes:
        """The last `samples` of a packet that came while its place was concealed.

        It follows what was decoded last, with nothing lost between them. All of its
        samples may be asked for: then what was concealed was heard in addition.
        DeviceError for one that cannot be decoded.
        """
        ...

    def duration_samples(self, payload: bytes) -> int:
        """How long a packet is; 0 for one that cannot be decoded. Costs nothing."""
        ...


def is_known(name: str) -> bool:
    """Whether we speak the codec of that name."""
    return name.lower() in map(str.lower, SPOKEN)


def make_encoder(codec: Codec) -> SpeechEncoder:
    """Raises LocalProtocolError for a codec that we do not speak."""
    if codec.name.lower() == "opus":
        return opus.Encoder(complexity=effort_of().encoder)
    # It brings libav, which a call in Opus does not need.
    from callpoint.audio import telephony

    return telephony.Encoder(telephony.NAMED[_known(codec)])


def make_decoder(codec: Codec) -> SpeechDecoder:
    """Raises LocalProtocolError for a codec that we do not speak."""
    if codec.name.lower() == "opus":
        return opus.Decoder(complexity=effort_of().decoder)
    from callpoint.audio import telephony

    return telephony.Decoder(telephony.NAMED[_known(codec)])


def _known(codec: Codec) -> str:
    if not is_known(codec.name):
        raise LocalProtocolError(
            f"the far end chose {codec.name}, which was not offered"
        )
    return codec.name.lower()


@cache
def effort_of(model: Path = _MODEL) -> Effort:
    """What this board may spend on Opus; a PC has no device tree."""
    try:
        return effort(model.read_text())
    except OSError:
        return effort("")
