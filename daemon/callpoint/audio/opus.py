"""Opus by libopus: an encoder with in-band FEC, a decoder that conceals losses.

FFmpeg's wrapper around it cannot conceal: it gives nothing for a lost packet.
"""

import ctypes
from typing import Final

from callpoint.audio import opus_packet
from callpoint.audio.frames import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    SAMPLE_BYTES,
    SAMPLE_RATE_HZ,
)
from callpoint.audio.libopus import SET_COMPLEXITY, library
from callpoint.audio.splice import spliced
from callpoint.errors import DeviceError

_APPLICATION_VOIP: Final = 2048
_SET_BITRATE: Final = 4002
_SET_INBAND_FEC: Final = 4012
_SET_PACKET_LOSS_PERC: Final = 4014
_MAX_PACKET_BYTES: Final = 1276
_MAX_FRAME_SAMPLES: Final = SAMPLE_RATE_HZ * 120 // 1000
_CONCEALED_AT_ONCE_SAMPLES: Final = SAMPLE_RATE_HZ * 10 // 1000
_SPLICE_SAMPLES: Final = SAMPLE_RATE_HZ * 5 // 1000
_REMEMBERED_GAP_SAMPLES: Final = SAMPLE_RATE_HZ * 120 // 1000
"""To conceal all of a longer one again, before its copy, costs too much at once."""


def _checked(result: int, act: str) -> int:
    if result < 0:
        reason: bytes = library().functions.opus_strerror(result)
        raise DeviceError("libopus", f"cannot {act}: {reason.decode()}")
    return result


class Encoder:
    """48 kHz mono speech to Opus, one packet a frame of 20 ms.

    `complexity` is 0 to 10: what it costs in CPU time.
    """

    def __init__(
        self,
        bitrate_bps: int = 28_000,
        complexity: int = 5,
        expected_loss_percent: int = 10,
    ) -> None:
        error = ctypes.c_int(0)
        self._library = library().functions
        self._state = ctypes.c_void_p(
            self._library.opus_encoder_create(
                SAMPLE_RATE_HZ, 1, _APPLICATION_VOIP, ctypes.byref(error)
            )
        )
        _checked(error.value, "make an encoder")
        self._packet = ctypes.create_string_buffer(_MAX_PACKET_BYTES)
        self._set(_SET_BITRATE, bitrate_bps)
        self._set(SET_COMPLEXITY, complexity)
        self.expect_loss(expected_loss_percent)

    def encode(self, pcm: bytes) -> bytes:
        """The packet of one frame (`frames.FRAME_BYTES` of PCM)."""
        if len(pcm) != FRAME_BYTES:
            raise ValueError(f"a frame has {FRAME_BYTES} bytes, not {len(pcm)}")
        size = _checked(
            self._library.opus_encode(
                self._state, pcm, FRAME_SAMPLES, self._packet, _MAX_PACKET_BYTES
            ),
            "encode",
        )
        return ctypes.string_at(self._packet, size)

    def expect_loss(self, percent: int) -> None:
        """How many of our packets are lost on their way, 0 to 100.

        It decides how much of each packet repeats the one before; 0 turns that off,
        and all of the bit rate goes to the sound.
        """
        self._set(_SET_INBAND_FEC, int(percent > 0))
        self._set(_SET_PACKET_LOSS_PERC, percent)

    def _set(self, request: int, value: int) -> None:
        _checked(
            self._library.opus_encoder_ctl(self._state, request, ctypes.c_int(value)),
            f"set option {request} to {value}",
        )

    def __del__(self) -> None:
        if state := getattr(self, "_state", None):
            self._library.opus_encoder_destroy(state)


class Decoder:
    """Opus to 48 kHz mono; conceals what was lost.

    `complexity` from 5 on conceals with neural networks, and 7 enhances all that is
    heard, where the library can (`libopus.Libopus.is_neural`).

    The state from before a gap is kept: a decoder that has concealed is out of step
    with its far end, and goes on from there when what is missing comes after all.
    """

    def __init__(self, complexity: int = 0) -> None:
        error = ctypes.c_int(0)
        self._library = library().functions
        self._state = ctypes.c_void_p(
            self._library.opus_decoder_create(SAMPLE_RATE_HZ, 1, ctypes.byref(error))
        )
        _checked(error.value, "make a decoder")
        # Before 1.5 a decoder knows no complexity, and says so: no harm.
        self._library.opus_decoder_ctl(
            self._state, SET_COMPLEXITY, ctypes.c_int(complexity)
        )
        self._pcm = ctypes.create_string_buffer(_MAX_FRAME_SAMPLES * SAMPLE_BYTES)
        self._before_gap = ctypes.create_string_buffer(
            self._library.opus_decoder_get_size(1)
        )
        self._concealed_samples = 0
        self._spare = b""
        self._was_celt = False

    def decode(self, payload: bytes) -> bytes:
        """The samples of a packet of 2.5 to 120 ms.

        A packet that libopus refuses raises DeviceError; the stream goes on.
        """
        # An empty one is refused by its length of 0: libopus would take it for lost.
        pcm = self._decode(payload, opus_packet.duration_samples(payload))
        self._heard(payload)
        return pcm

    def conceal(self, samples: int) -> bytes:
        """What most likely follows, from what came before: 2.5 ms or a multiple.

        It fades to faint noise within 60 ms, or 110 ms with neural networks.
        """
        if not self._concealed_samples:
            ctypes.memmove(self._before_gap, self._state, len(self._before_gap))
        self._concealed_samples += samples
        # Asked for less than 10 ms, libopus makes 10 and throws the rest away: the next
        # call would not go on where this one ended.
        while len(self._spare) < samples * SAMPLE_BYTES:
            self._spare += self._decode(None, _CONCEALED_AT_ONCE_SAMPLES)
        pcm = self._spare[: samples * SAMPLE_BYTES]
        self._spare = self._spare[samples * SAMPLE_BYTES :]
        return pcm

    def recover(self, next_payload: bytes, samples: int) -> bytes | None:
        """The last `samples` before a packet, from the copy in it; None without one.

        What the copy does not reach is concealed. Where it reaches further, into what
        was concealed already, only its end is heard.
        """
        if self._was_celt or not opus_packet.holds_copy(next_payload):
            # libopus would conceal, all of it at once.
            return None
        copied = opus_packet.frame_samples(next_payload)
        gap = self._concealed_samples + samples
        going_on = b""
        if copied > samples and gap <= _REMEMBERED_GAP_SAMPLES:
            going_on = self._rewind(samples)
        pcm = self.conceal(max(0, gap - self._concealed_samples - copied))
        try:
            pcm += self._decode(next_payload, copied, from_copy=True)
        except DeviceError:
            # A damaged packet: it is told when its own turn comes.
            return None
        self._heard(next_payload)
        return spliced(going_on, pcm[-samples * SAMPLE_BYTES :])

    def resume(self, payload: bytes, samples: int) -> bytes:
        """The last `samples` of a packet that came while its place was concealed.

        It follows what was decoded last, with nothing lost between them. All of its
        samples may be asked for: then what was concealed was heard in addition.
        """
        going_on = self._rewind(samples)
        pcm = self.decode(payload)
        return spliced(going_on, pcm[-samples * SAMPLE_BYTES :])

    def _rewind(self, samples: int) -> bytes:
        """Forget what was concealed; what would have come next is to be faded out."""
        if not self._concealed_samples:
            return b""
        going_on = self.conceal(min(samples, _SPLICE_SAMPLES))
        ctypes.memmove(self._state, self._before_gap, len(self._before_gap))
        self._concealed_samples = 0
        self._spare = b""
        return going_on

    def duration_samples(self, payload: bytes) -> int:
        """How long a packet is at 48 kHz; 0 for one that cannot be decoded."""
        return opus_packet.duration_samples(payload)

    def _heard(self, payload: bytes) -> None:
        self._was_celt = opus_packet.is_celt(payload)
        self._concealed_samples = 0
        self._spare = b""

    def _decode(
        self, payload: bytes | None, samples: int, *, from_copy: bool = False
    ) -> bytes:
        count = _checked(
            self._library.opus_decode(
                self._state,
                payload,
                len(payload) if payload is not None else 0,
                self._pcm,
                samples,
                int(from_copy),
            ),
            "decode",
        )
        return ctypes.string_at(self._pcm, count * SAMPLE_BYTES)

    def __del__(self) -> None:
        if state := getattr(self, "_state", None):
            self._library.opus_decoder_destroy(state)
