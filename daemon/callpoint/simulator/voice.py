"""The far end's voice: a thread from the mouth to whoever sends, 50 times a second.

It is not the daemon's: what the far end sends is the same whatever becomes of that, and
does not follow what the caller reports.
"""

import threading
from collections.abc import Callable
from typing import Final, Protocol

from callpoint.audio.frames import FRAME_SAMPLES
from callpoint.audio.opus import Encoder

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
        self._out: tuple[Encoder, Send] | None = None
        self._timestamp = 0
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="voice", daemon=True)
        self._thread.start()

    def connect(self, send: Send) -> None:
        """From now on every frame goes to `send`."""
        encoder = Encoder(_BITRATE_BPS, _COMPLEXITY, self._expected_loss_percent)
        self._out = encoder, send

    def close(self) -> None:
        """End the thread."""
        self._out = None
        self._closing = True
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._closing:
            pcm = self._source.read()
            self._timestamp = (self._timestamp + FRAME_SAMPLES) % 2**32
            if out := self._out:
                encoder, send = out
                send(encoder.encode(pcm), self._timestamp)
