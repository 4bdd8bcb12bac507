"""The capture thread: microphone to encoder to whoever sends, 50 times a second.

It keeps time whatever happens to the card: while the device is missing or the
microphone closed, silence goes out, because far ends give up on missing media.
"""

import threading
from collections.abc import Callable
from typing import Final

from callpoint.audio.devices import CaptureDevice
from callpoint.audio.frames import FRAME_S, FRAME_SAMPLES, SILENCE, level
from callpoint.audio.opus import Encoder
from callpoint.audio.pace import Pace
from callpoint.audio.repair import Repair

Send = Callable[[bytes, int], None]
"""Takes a payload and its RTP timestamp; called on the capture thread."""

_LOOK_FOR_DEVICE_S: Final = 2.0


class Capture:
    """Owns the microphone and its thread.

    `heard` is told the loudness of every frame that the open microphone let through.
    """

    def __init__(
        self, device: Repair[CaptureDevice], heard: Callable[[float], None]
    ) -> None:
        self.device = device
        self.level = 0.0
        self.microphone_open = False
        self._heard = heard
        self._encoder: Encoder | None = None
        self._send: Send | None = None
        self._timestamp = 0
        self._pace = Pace()
        self._running = threading.Event()
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="capture", daemon=True)

    def start(self) -> None:
        """Start the thread; the device is opened and prepared, not running."""
        self._thread.start()

    def begin(self) -> None:
        """A call begins: the microphone runs."""
        self._running.set()
        self._wake.set()

    def connect(self, send: Send) -> None:
        """From now on every frame goes to `send`."""
        self._encoder = Encoder()
        self._send = send

    def end(self) -> None:
        """The call is over: the microphone stops."""
        self._send = None
        self.microphone_open = False
        self._running.clear()

    def close(self) -> None:
        """End the thread and close the device."""
        self._closing = True
        self._running.clear()
        self._wake.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._closing:
            self.device.prepare()
            self._wake.wait(None if self.device.ready else _LOOK_FOR_DEVICE_S)
            self._wake.clear()
            if self._running.is_set():
                self._run_call()
        self.device.close()

    def _run_call(self) -> None:
        while self._running.is_set():
            self._frame()
        self.device.use(lambda device: device.stop())
        self._pace.reset()
        self.level = 0.0

    def _frame(self) -> None:
        pcm = self.device.use(lambda device: device.read())
        if pcm is None:
            self._pace.wait(FRAME_S)
        if pcm is None or not self.microphone_open:
            pcm = SILENCE
            self.level = 0.0
        else:
            self.level = level(pcm)
            self._heard(self.level)
        self._timestamp = (self._timestamp + FRAME_SAMPLES) % 2**32
        send, encoder = self._send, self._encoder
        if send is not None and encoder is not None:
            send(encoder.encode(pcm), self._timestamp)
