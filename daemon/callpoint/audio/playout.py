"""The playout thread: jitter buffer to decoder to speaker, at the card's pace.

It works in parts of 10 ms, half a packet, so that the first word waits no longer than
that for its turn. Earcons sound here too, over the call or without one.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from callpoint.audio.devices import PlayoutDevice
from callpoint.audio.frames import FRAME_BYTES, FRAME_SAMPLES, SAMPLE_BYTES, level
from callpoint.audio.jitter import Conceal, Hold, JitterBuffer, Play, Recover, Verdict
from callpoint.audio.opus import Decoder
from callpoint.audio.pace import Pace
from callpoint.audio.repair import Repair
from callpoint.audio.rtp import RtpPacket
from callpoint.errors import DeviceError

_PART_BYTES: Final = FRAME_BYTES // 2
_PART_S: Final = 0.01
_TAIL_PARTS: Final = 6
"""Silence after an earcon, so that its end is out of the buffer before a stop."""
_LOOK_FOR_DEVICE_S: Final = 2.0


class Playout:
    """Owns the speaker and its thread.

    `heard` is told the loudness of every frame of a call, and when it will be heard.
    """

    def __init__(
        self, device: Repair[PlayoutDevice], heard: Callable[[float, float], None]
    ) -> None:
        self.device = device
        self.level = 0.0
        self.jitter = JitterBuffer()
        self._heard = heard
        self._decoder = Decoder()
        self._packet_samples = FRAME_SAMPLES
        self._lock = threading.Lock()
        self._pending = b""
        self._earcon = b""
        self._pace = Pace()
        self._running = False
        self._wake = threading.Event()
        self._closing = False
        self._thread = threading.Thread(target=self._run, name="playout", daemon=True)

    def start(self) -> None:
        """Start the thread; the device is opened, and silent."""
        self._thread.start()

    def begin(self) -> None:
        """A call begins: the speaker runs, with silence at first."""
        with self._lock:
            self.jitter = JitterBuffer()
            self._decoder = Decoder()
            self._pending = b""
            self._running = True
        self._wake.set()

    def receive(self, packet: RtpPacket) -> None:
        """Take a packet of the call; from any thread."""
        with self._lock:
            self.jitter.push(packet)

    def play(self, pcm: bytes) -> None:
        """Sound an earcon over whatever is heard."""
        with self._lock:
            self._earcon = pcm + bytes(_PART_BYTES * _TAIL_PARTS)
        self._wake.set()

    def end(self) -> None:
        """The call is over; an earcon may still sound."""
        with self._lock:
            self._running = False
            self._pending = b""
        self.level = 0.0

    def close(self) -> None:
        """End the thread and close the device."""
        self._closing = True
        self._wake.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._closing:
            self.device.prepare()
            self._wake.wait(None if self.device.ready else _LOOK_FOR_DEVICE_S)
            self._wake.clear()
            if self._running or self._earcon:
                self._sound()
        self.device.close()

    def _sound(self) -> None:
        while (self._running or self._earcon) and not self._closing:
            self._write(self._part())
        self.device.use(lambda device: device.stop())
        self._pace.reset()

    def _write(self, part: bytes) -> None:
        self.device.use(lambda device: device.write(part))
        if not self.device.ready:
            self._pace.wait(_PART_S)

    def _part(self) -> bytes:
        with self._lock:
            if self._running and len(self._pending) < _PART_BYTES:
                self._pending += self._next(self.jitter.pop(time.monotonic()))
            part = self._pending[:_PART_BYTES].ljust(_PART_BYTES, b"\0")
            self._pending = self._pending[_PART_BYTES:]
            earcon = self._earcon[:_PART_BYTES]
            self._earcon = self._earcon[_PART_BYTES:]
        return _mixed(part, earcon) if any(earcon) else part

    def _next(self, verdict: Verdict) -> bytes:
        pcm = self._decoded(verdict)
        self.level = level(pcm)
        if self.level:
            wait_s = self.device.use(lambda device: device.delay_s()) or 0.0
            self._heard(self.level, time.monotonic() + wait_s)
        return pcm

    def _decoded(self, verdict: Verdict) -> bytes:
        match verdict:
            case Hold():
                return b""
            case Play(payload):
                try:
                    pcm = self._decoder.decode(payload)
                except DeviceError:
                    return self._decoder.conceal(self._packet_samples)
                self._packet_samples = len(pcm) // SAMPLE_BYTES
                return pcm
            case Recover(next_payload):
                return self._decoder.recover(next_payload, self._packet_samples)
            case Conceal():
                return self._decoder.conceal(self._packet_samples)


def _mixed(one: bytes, other: bytes) -> bytes:
    """The sum of both, clipped; `other` may be shorter."""
    total = memoryview(bytearray(one)).cast("h")
    for index, sample in enumerate(memoryview(other).cast("h")):
        total[index] = max(-32768, min(32767, total[index] + sample))
    return total.tobytes()
