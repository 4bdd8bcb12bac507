"""The voice engine: both media ends of a call, outside of any event loop.

Media never passes the control plane: packets come in by `receive`, go out by the
`send` given to `connect`, and the station only begins, gates and ends.
"""

import time
from collections.abc import Callable
from typing import Any, Final

from callpoint.audio.capture import Capture, Send
from callpoint.audio.devices import CaptureDevice, PlayoutDevice
from callpoint.audio.events import AudioEvent, FirstSoundPlayed
from callpoint.audio.frames import FRAME_MS
from callpoint.audio.playout import Playout
from callpoint.audio.receiver import Waiting
from callpoint.audio.repair import Repair, Source
from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.errors import DeviceError
from callpoint.station.events import Spoke
from callpoint.system.turning import Turn

_SPEECH_LEVEL: Final = 0.01
"""-40 dB of full scale: above a quiet room, below anybody who wants to be heard."""
_WAITING: Final = Waiting()
_SPOKE_EVERY_S: Final = 0.5


class VoiceEngine:
    """One microphone, one speaker, at most one call.

    `emit` is called on the audio threads. The devices are opened in `start`, and stay
    open between calls with `keep_open`; the microphone runs only between `begin` and
    `end`. What it hears before `speak` is kept, `preroll_s` of it at most.
    """

    def __init__(
        self,
        capture: Source[CaptureDevice],
        playout: Source[PlayoutDevice],
        emit: Callable[[AudioEvent], None],
        *,
        keep_open: bool = True,
        preroll_s: float = 5.0,
        capture_gain_db: float = 0.0,
        waiting: Waiting = _WAITING,
    ) -> None:
        self._emit = emit
        microphone = Repair(capture, emit, keep_open)
        speaker = Repair(playout, emit, keep_open)
        gain = 10 ** (capture_gain_db / 20)
        self._capture = Capture(microphone, self._caller_heard, preroll_s, gain)
        self._playout = Playout(speaker, self._assistant_heard, waiting)
        self._caller_spoke_s = 0.0
        self._assistant_spoke_s = 0.0
        self._first_sound = False
        self._capture_xruns = 0
        self._playout_xruns = 0

    def start(self) -> None:
        self._capture.start()
        self._playout.start()

    def cards_changed(self) -> None:
        """A sound card came or went: see whether the devices are still the best."""
        self._capture.look()
        self._playout.look()

    def close(self) -> None:
        self._capture.close()
        self._playout.close()

    def begin(self) -> None:
        """A call begins: both devices run."""
        self._first_sound = False
        self._capture_xruns = self._capture.device.xruns
        self._playout_xruns = self._playout.device.xruns
        self._playout.begin()
        self._capture.begin()

    def connect(self, codec: Codec, send: Send) -> None:
        """Media flows: from now on `send` gets 50 payloads a second, silence at first.

        Raises LocalProtocolError for a codec that was not offered.
        """
        self._playout.connect(codec)
        self._capture.connect(codec, send)

    def speak(self) -> None:
        """Somebody listens: send what the microphone heard since `begin`, and hears."""
        self._capture.speak()

    def tell_loss(self, lost_percent: float) -> None:
        """How many of our packets the far end missed of late, 0 to 100."""
        self._capture.tell_loss(lost_percent)

    def receive(self, packet: RtpPacket) -> None:
        self._playout.receive(packet)

    def end(self) -> None:
        """The call is over: the microphone stops, and the speaker after its earcon."""
        self._capture.end()
        self._playout.end()

    def open_microphone(self) -> None:
        self._capture.microphone_open = True

    def close_microphone(self) -> None:
        self._capture.microphone_open = False

    @property
    def microphone_open(self) -> bool:
        return self._capture.microphone_open

    def play(self, pcm: bytes) -> None:
        """Sound an earcon, with or without a call."""
        self._playout.play(pcm)

    @property
    def worked(self) -> bool:
        """Whether both devices could be opened, be it once."""
        return self._capture.device.worked and self._playout.device.worked

    def turns(self) -> dict[str, Turn]:
        """What each thread does."""
        return {
            "the capture thread": self._capture.turn,
            "the playout thread": self._playout.turn,
        }

    def levels(self) -> tuple[float, float]:
        """Loudness of the last frame of microphone and speaker, 0 to 1."""
        return self._capture.level, self._playout.level

    def faults(self) -> dict[str, DeviceError | None]:
        """What is wrong with each device, or None."""
        return {
            "capture": self._capture.device.fault,
            "playout": self._playout.device.fault,
        }

    def in_use(self) -> dict[str, str | None]:
        """Which of several devices each end is bound to, where its name tells less."""
        return {
            "capture": self._capture.device.in_use,
            "playout": self._playout.device.in_use,
        }

    def warnings(self) -> dict[str, str | None]:
        """What should be mended although each device works, or None."""
        return {
            "capture": self._capture.device.warning,
            "playout": self._playout.device.warning,
        }

    def counters(self) -> dict[str, Any]:
        """The fate of every packet received in this call, and what devices lost.

        Levels and targets are those of the moment.
        """
        receiver, preroll = self._playout.receiver, self._capture.preroll
        return {
            **(receiver.counters() if receiver is not None else {}),
            "preroll_ms": round(1000 * preroll.behind_s),
            "longest_preroll_ms": round(1000 * preroll.longest_s),
            "preroll_dropped_ms": FRAME_MS * preroll.dropped_frames,
            "capture_xruns": self._capture.device.xruns - self._capture_xruns,
            "playout_xruns": self._playout.device.xruns - self._playout_xruns,
        }

    def _caller_heard(self, loudness: float) -> None:
        if loudness <= _SPEECH_LEVEL:
            return
        now_s = time.monotonic()
        if now_s - self._caller_spoke_s >= _SPOKE_EVERY_S:
            self._caller_spoke_s = now_s
            self._emit(Spoke(now_s, "caller"))

    def _assistant_heard(self, loudness: float, heard_s: Callable[[], float]) -> None:
        if loudness <= _SPEECH_LEVEL:
            return
        is_due = time.monotonic() - self._assistant_spoke_s >= _SPOKE_EVERY_S
        if self._first_sound and not is_due:
            return
        at_s = heard_s()
        if not self._first_sound:
            self._first_sound = True
            self._emit(FirstSoundPlayed(at_s))
        if is_due:
            self._assistant_spoke_s = at_s
            self._emit(Spoke(at_s, "assistant"))
