"""The playout thread: jitter buffer to decoder to speaker, at the card's pace.

It works in parts of 10 ms, half a packet, so that the first word waits no longer than
that for its turn. Earcons sound here too, over the call or without one.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from callpoint.audio.codecs import make_decoder
from callpoint.audio.devices import PlayoutDevice
from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ
from callpoint.audio.pace import Pace
from callpoint.audio.receiver import PART_BYTES, Receiver, Waiting
from callpoint.audio.repair import Repair
from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.audio.shift import Shift
from callpoint.system.turning import Turn

_QUIET_PART: Final = bytes(PART_BYTES)
_TAIL_PARTS: Final = 6
"""Silence after an earcon, so that its end is out of the buffer before a stop."""
_MOST_PACKETS: Final = 100
_WAITING: Final = Waiting()


class Playout:
    """Owns the speaker and its thread.

    `heard` is told the loudness of every part of a call, and whom to ask when it will
    be heard: the device, which is not asked in vain.
    """

    def __init__(
        self,
        device: Repair[PlayoutDevice],
        heard: Callable[[float, Callable[[], float]], None],
        waiting: Waiting = _WAITING,
    ) -> None:
        self.device = device
        self.level = 0.0
        self.receiver: Receiver | None = None
        self._codec: Codec | None = None
        self._heard = heard
        self._waiting = waiting
        self._arrived: deque[RtpPacket] = deque(maxlen=_MOST_PACKETS)
        """On their way to this thread, which may be busy decoding."""
        self._lock = threading.Lock()
        self._earcon = b""
        self._pace = Pace()
        self._running = False
        self._shift = Shift("playout", "speaker", "sound", device, self._sound)

    @property
    def turn(self) -> Turn:
        """What the thread does."""
        return self._shift.turn

    def start(self) -> None:
        """Start the thread; the device is opened, and silent."""
        self._shift.start()

    def begin(self) -> None:
        """A call begins: the speaker runs, with silence at first."""
        self.receiver = self._codec = None
        self._arrived.clear()
        self._running = True
        self._shift.wake()

    def connect(self, codec: Codec) -> None:
        """What comes is of that codec; the same one goes on where it was.

        Raises LocalProtocolError for a codec that we do not speak.
        """
        if codec != self._codec:
            self.receiver = Receiver(codec, make_decoder(codec), self._waiting)
            self._codec = codec

    def receive(self, packet: RtpPacket) -> None:
        """Take a packet of the call; from any thread."""
        self._arrived.append(packet)

    def play(self, pcm: bytes) -> None:
        """Sound an earcon over whatever is heard."""
        with self._lock:
            self._earcon = pcm + _QUIET_PART * _TAIL_PARTS
        self._shift.wake()

    def end(self) -> None:
        """The call is over; an earcon may still sound."""
        self._running = False
        self.level = 0.0

    def look(self) -> None:
        """Cards came or went: see to the device, after the call if there is one."""
        self._shift.look()

    def close(self) -> None:
        """End the thread and close the device."""
        self._shift.close()

    def _sound(self) -> None:
        if not (self._running or self._earcon):
            return
        while (self._running or self._earcon) and not self._shift.is_closing:
            self._shift.begin_turn("playing")
            self._write(self._part())
        self._shift.begin_turn("stopping the speaker")
        self.device.use(lambda device: device.stop())
        self._pace.reset()

    def _write(self, part: bytes) -> None:
        self.device.use(lambda device: device.write(part))
        if not self.device.ready:
            self._pace.wait(len(part) / SAMPLE_BYTES / SAMPLE_RATE_HZ)

    def _part(self) -> bytes:
        now_s = time.monotonic()
        receiver = self.receiver if self._running else None
        part = self._received(receiver, now_s) if receiver else _QUIET_PART
        self.level = receiver.loudness if receiver else 0.0
        self._heard(self.level, self._heard_s)
        return self._with_earcon(part) if self._earcon else part

    def _with_earcon(self, part: bytes) -> bytes:
        with self._lock:
            earcon = self._earcon[: len(part)]
            self._earcon = self._earcon[len(part) :]
        return _mixed(part, earcon) if any(earcon) else part

    def _received(self, receiver: Receiver, now_s: float) -> bytes:
        while self._arrived:
            receiver.push(self._arrived.popleft())
        return receiver.part(now_s)

    def _heard_s(self) -> float:
        """When a part that is written now will be heard."""
        wait_s = self.device.use(lambda device: device.delay_s()) or 0.0
        return time.monotonic() + wait_s


def _mixed(one: bytes, other: bytes) -> bytes:
    """The sum of both, clipped; `other` may be shorter."""
    total = memoryview(bytearray(one)).cast("h")
    for index, sample in enumerate(memoryview(other).cast("h")):
        total[index] = max(-32768, min(32767, total[index] + sample))
    return total.tobytes()
