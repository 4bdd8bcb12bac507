"""The capture thread: microphone to pre-roll to encoder to whoever sends, 50 a second.

It keeps time whatever happens to the card: while the device is missing or the
microphone closed, silence goes out, because far ends give up on missing media.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from callpoint.audio.codecs import SpeechEncoder, make_encoder
from callpoint.audio.devices import CaptureDevice
from callpoint.audio.frames import FRAME_S, SILENCE, amplified, level
from callpoint.audio.losses import CLEAN_PERCENT, ReportedLosses
from callpoint.audio.pace import Pace
from callpoint.audio.preroll import PreRoll
from callpoint.audio.repair import Repair
from callpoint.audio.rtp import Codec
from callpoint.audio.shift import Shift
from callpoint.system.turning import Turn

Send = Callable[[bytes, int], None]
"""Takes a payload and its RTP timestamp; called on the capture thread."""

_SILENCES: Final = (SILENCE, 0.0)


class Capture:
    """Owns the microphone and its thread.

    `heard` is told the loudness of every frame that the open microphone let through.
    """

    def __init__(
        self,
        device: Repair[CaptureDevice],
        heard: Callable[[float], None],
        longest_preroll_s: float,
        gain: float = 1.0,
    ) -> None:
        self.device = device
        self.level = 0.0
        self.microphone_open = False
        self.preroll = PreRoll(longest_preroll_s)
        self._longest_preroll_s = longest_preroll_s
        self._gain = gain
        self._heard = heard
        self._is_listened_to = False
        self._losses = ReportedLosses()
        self._encoder: SpeechEncoder | None = None
        self._send: Send | None = None
        self._timestamp = 0
        self._frame_ticks = 0
        self._xruns = 0
        self._last_frame_s = 0.0
        self._pace = Pace()
        self._running = threading.Event()
        self._shift = Shift("capture", "microphone", "a call", device, self._run_call)

    @property
    def turn(self) -> Turn:
        """What the thread does."""
        return self._shift.turn

    def start(self) -> None:
        """Start the thread; the device is opened and prepared, not running."""
        self._shift.start()

    def begin(self) -> None:
        """A call begins: the microphone runs, and what it hears is kept."""
        self.preroll = PreRoll(self._longest_preroll_s)
        self._losses = ReportedLosses()
        self._is_listened_to = False
        self._running.set()
        self._shift.wake()

    def connect(self, codec: Codec, send: Send) -> None:
        """From now on `send` gets a payload every 20 ms: silence at first.

        Raises LocalProtocolError for a codec that we do not speak.
        """
        encoder = make_encoder(codec)
        encoder.expect_loss(CLEAN_PERCENT)
        self._encoder = encoder
        self._frame_ticks = round(codec.clock_rate_hz * FRAME_S)
        self._send = send

    def speak(self) -> None:
        """The far end listens: from now on it gets what was kept, and what follows."""
        self._is_listened_to = True

    def tell_loss(self, lost_percent: float) -> None:
        """How many of our packets were lost on their way of late."""
        expected = self._losses.expect(lost_percent)
        if (encoder := self._encoder) is not None:
            encoder.expect_loss(expected)

    def end(self) -> None:
        """The call is over: the microphone stops, and nothing is kept."""
        self._send = None
        self.microphone_open = False
        self._running.clear()

    def look(self) -> None:
        """Cards came or went: see to the device, after the call if there is one."""
        self._shift.look()

    def close(self) -> None:
        """End the thread and close the device."""
        self._running.clear()
        self._shift.close()

    def _run_call(self) -> None:
        if not self._running.is_set():
            return
        while self._running.is_set():
            self._shift.begin_turn("recording")
            self._frame()
        self._shift.begin_turn("stopping the microphone")
        self.device.use(lambda device: device.stop())
        self.preroll.clear()
        self._pace.reset()
        self.level = 0.0

    def _frame(self) -> None:
        pcm, self.level = self._listen()
        self.preroll.keep(pcm, self.level)
        send, encoder = self._send, self._encoder
        if send is None or encoder is None:
            return
        self._timestamp = (self._timestamp + self._ticks_passed()) % 2**32
        sound = self.preroll.take() if self._is_listened_to else SILENCE
        send(encoder.encode(sound), self._timestamp)

    def _listen(self) -> tuple[bytes, float]:
        """The next 20 ms of what is let through, and their loudness."""
        pcm = self.device.use(lambda device: device.read())
        if pcm is None:
            self._pace.wait(FRAME_S)
        if pcm is None or not self.microphone_open:
            return _SILENCES
        if self._gain != 1.0:
            pcm = amplified(pcm, self._gain)
        loudness = level(pcm)
        self._heard(loudness)
        return pcm, loudness

    def _ticks_passed(self) -> int:
        """Timestamps follow the wall clock: what an overrun lost, they skip."""
        now_s = time.monotonic()
        frames = 1
        if self.device.xruns > self._xruns:
            frames = max(1, round((now_s - self._last_frame_s) / FRAME_S))
        self._xruns = self.device.xruns
        self._last_frame_s = now_s
        return frames * self._frame_ticks
