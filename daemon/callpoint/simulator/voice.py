"""The far end's voice: a thread from the mouth to whoever sends, 50 times a second.

It is not the daemon's: what the far end sends is the same whatever becomes of that, and
does not follow what the caller reports.
"""

import threading
from collections.abc import Callable
from itertools import count
from typing import Final, Protocol

from callpoint.audio.codecs import SpeechEncoder, make_encoder
from callpoint.audio.frames import FRAME_S
from callpoint.audio.opus import Encoder
from callpoint.audio.rtp import Codec

_BITRATE_BPS: Final = 32_000
_COMPLEXITY: Final = 9
_EXPECTED_LOSS_PERCENT: Final = 10

Send = Callable[[bytes, int], None]
"""Takes a payload and its RTP timestamp; called on the voice's thread."""


class Source(Protocol):
    """Something that is read a frame at a time, and keeps time."""

    def read(self) -> bytes: ...


class Voice:
    """Reads its source from the beginning; sends from `connect` on."""

    def __init__(self, source: Source, fec: bool) -> None:
        self._source = source
        self._expected_loss_percent = _EXPECTED_LOSS_PERCENT if fec else 0
        self._out: tuple[SpeechEncoder, int, Send] | None = None
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def connect(self, codec: Codec, send: Send) -> None:
        """From now on every frame goes to `send`.

        Raises LocalProtocolError for a codec that we do not speak.
        """
        self._out = self._encoder(codec), round(codec.clock_rate_hz * FRAME_S), send

    def _encoder(self, codec: Codec) -> SpeechEncoder:
        if codec.name.lower() == "opus":
            return Encoder(_BITRATE_BPS, _COMPLEXITY, self._expected_loss_percent)
        return make_encoder(codec)

    def hush(self) -> None:
        """Nothing is sent until the next `connect`."""
        self._out = None

    def close(self) -> None:
        """End the thread."""
        self._out = None
        self._closing = True
        self._thread.join(timeout=1)

    def _run(self) -> None:
        for number in count():
            if self._closing:
                return
            pcm = self._source.read()
            if out := self._out:
                encoder, frame_ticks, send = out
                send(encoder.encode(pcm), number * frame_ticks % 2**32)
