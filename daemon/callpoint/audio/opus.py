"""libopus by ctypes: an encoder with in-band FEC, a decoder that conceals losses.

PyAV, which aiortc brings along, ships a libopus of its own; the distribution's one
stands in where that is missing. FFmpeg's wrapper around it cannot conceal: it gives
nothing for a lost packet. Constants are of opus_defines.h.
"""

import ctypes
import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from callpoint.audio.frames import (
    FRAME_BYTES,
    FRAME_SAMPLES,
    SAMPLE_BYTES,
    SAMPLE_RATE_HZ,
)
from callpoint.errors import DeviceError

_APPLICATION_VOIP: Final = 2048
_SET_BITRATE: Final = 4002
_SET_COMPLEXITY: Final = 4010
_SET_INBAND_FEC: Final = 4012
_SET_PACKET_LOSS_PERC: Final = 4014
_MAX_PACKET_BYTES: Final = 1276
_MAX_FRAME_SAMPLES: Final = SAMPLE_RATE_HZ * 120 // 1000


def _candidates() -> Iterator[str]:
    spec = importlib.util.find_spec("av")
    if spec is not None and spec.origin is not None:
        wheel_libraries = Path(spec.origin).parent.parent / "av.libs"
        yield from sorted(str(path) for path in wheel_libraries.glob("libopus*.so*"))
    yield "libopus.so.0"


@cache
def _library() -> ctypes.CDLL:
    for name in _candidates():
        try:
            library = ctypes.CDLL(name)
        except OSError:
            continue
        library.opus_encoder_create.restype = ctypes.c_void_p
        library.opus_decoder_create.restype = ctypes.c_void_p
        library.opus_strerror.restype = ctypes.c_char_p
        library.opus_get_version_string.restype = ctypes.c_char_p
        return library
    raise DeviceError(
        "libopus", "not found", "install PyAV from its wheel, or the package libopus0"
    )


def version() -> str:
    """The library's name of itself, such as `libopus 1.6.1`."""
    text: bytes = _library().opus_get_version_string()
    return text.decode("ascii", "replace")


def _checked(result: int, act: str) -> int:
    if result < 0:
        reason: bytes = _library().opus_strerror(result)
        raise DeviceError("libopus", f"cannot {act}: {reason.decode()}")
    return result


class Encoder:
    """48 kHz mono speech to Opus, one packet a frame of 20 ms.

    `expected_loss_percent` decides how much of each packet repeats the one before; 0
    turns that in-band FEC off. `complexity` is 0 to 10: what it costs in CPU time.
    """

    def __init__(
        self,
        bitrate_bps: int = 28_000,
        complexity: int = 5,
        expected_loss_percent: int = 10,
    ) -> None:
        error = ctypes.c_int(0)
        self._library = _library()
        self._state = ctypes.c_void_p(
            self._library.opus_encoder_create(
                SAMPLE_RATE_HZ, 1, _APPLICATION_VOIP, ctypes.byref(error)
            )
        )
        _checked(error.value, "make an encoder")
        self._packet = ctypes.create_string_buffer(_MAX_PACKET_BYTES)
        self._set(_SET_BITRATE, bitrate_bps)
        self._set(_SET_COMPLEXITY, complexity)
        self._set(_SET_INBAND_FEC, int(expected_loss_percent > 0))
        self._set(_SET_PACKET_LOSS_PERC, expected_loss_percent)

    def _set(self, request: int, value: int) -> None:
        _checked(
            self._library.opus_encoder_ctl(self._state, request, ctypes.c_int(value)),
            f"set option {request} to {value}",
        )

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
        return self._packet.raw[:size]

    def __del__(self) -> None:
        if state := getattr(self, "_state", None):
            self._library.opus_encoder_destroy(state)


class Decoder:
    """Opus to 48 kHz mono; conceals what was lost."""

    def __init__(self) -> None:
        error = ctypes.c_int(0)
        self._library = _library()
        self._state = ctypes.c_void_p(
            self._library.opus_decoder_create(SAMPLE_RATE_HZ, 1, ctypes.byref(error))
        )
        _checked(error.value, "make a decoder")
        self._pcm = ctypes.create_string_buffer(_MAX_FRAME_SAMPLES * SAMPLE_BYTES)

    def decode(self, payload: bytes) -> bytes:
        """The samples of a packet of 2.5 to 120 ms.

        A packet that libopus refuses raises DeviceError; the stream goes on.
        """
        return self._decode(payload, _MAX_FRAME_SAMPLES, fec=False)

    def conceal(self, samples: int = FRAME_SAMPLES) -> bytes:
        """What most likely stood in a lost packet, from what came before it."""
        return self._decode(None, samples, fec=False)

    def recover(self, next_payload: bytes, samples: int = FRAME_SAMPLES) -> bytes:
        """A lost packet from the copy in the one after it (else as `conceal`)."""
        return self._decode(next_payload, samples, fec=True)

    def _decode(self, payload: bytes | None, samples: int, *, fec: bool) -> bytes:
        count = _checked(
            self._library.opus_decode(
                self._state,
                payload,
                len(payload) if payload is not None else 0,
                self._pcm,
                samples,
                int(fec),
            ),
            "decode",
        )
        return self._pcm.raw[: count * SAMPLE_BYTES]

    def __del__(self) -> None:
        if state := getattr(self, "_state", None):
            self._library.opus_decoder_destroy(state)


def packet_samples(payload: bytes) -> int:
    """How many samples at 48 kHz a packet holds; 0 for one that is not Opus."""
    count: int = _library().opus_packet_get_nb_samples(
        payload, len(payload), SAMPLE_RATE_HZ
    )
    return max(count, 0)
