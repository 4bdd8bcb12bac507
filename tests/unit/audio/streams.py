"""A far end, a network and a card, on clocks made of arithmetic.

Sound is a tape that both ends have: a packet names its place on it. So what is decoded
is exact, and every sample that is heard tells which packet it came from.
"""

import math
import struct
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ
from callpoint.audio.receiver import Receiver, Waiting
from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.errors import DeviceError

_PLACE = struct.Struct("<qH?")
DTX = b"\0"
"""What an encoder sends when it announces a pause."""
DAMAGED = b"damaged"


def tone(frequency_hz: int, level: float = 0.5) -> bytes:
    """A second of a sine, which ends where it begins."""
    step = 2 * math.pi * frequency_hz / SAMPLE_RATE_HZ
    size = level * 32767
    return array(
        "h", (round(size * math.sin(step * n)) for n in range(SAMPLE_RATE_HZ))
    ).tobytes()


SINE = tone(440)


@dataclass
class TapeDecoder:
    """A SpeechDecoder of exact sound: the tape goes round and round."""

    tape: bytes = SINE
    acts: list[tuple[str, int]] = field(default_factory=list)
    """What was asked for, and how many samples of it."""
    _place: int = 0

    def decode(self, payload: bytes) -> bytes:
        return self._said("decode", payload, self.duration_samples(payload))

    def resume(self, payload: bytes, samples: int) -> bytes:
        return self._said("resume", payload, samples)

    def conceal(self, samples: int) -> bytes:
        """It guesses right, and goes on with the tape."""
        self.acts.append(("conceal", samples))
        self._place += samples
        return self._sound(self._place - samples, samples)

    def recover(self, next_payload: bytes, samples: int) -> bytes | None:
        if len(next_payload) != _PLACE.size:
            return None
        first, _, has_copy = _PLACE.unpack(next_payload)
        if not has_copy:
            return None
        self.acts.append(("recover", samples))
        self._place = first
        return self._sound(first - samples, samples)

    def duration_samples(self, payload: bytes) -> int:
        if payload == DTX:
            return SAMPLE_RATE_HZ // 50
        return _PLACE.unpack(payload)[1] if len(payload) == _PLACE.size else 0

    def _said(self, act: str, payload: bytes, samples: int) -> bytes:
        self.acts.append((act, samples))
        if payload == DTX:
            return bytes(samples * SAMPLE_BYTES)
        if len(payload) != _PLACE.size:
            raise DeviceError("tape", "cannot decode")
        first, length, _ = _PLACE.unpack(payload)
        self._place = first + length
        return self._sound(self._place - samples, samples)

    def _sound(self, first: int, samples: int) -> bytes:
        begin = first * SAMPLE_BYTES % len(self.tape)
        size = samples * SAMPLE_BYTES
        sound = self.tape[begin : begin + size]
        while len(sound) < size:
            sound += self.tape[: size - len(sound)]
        return sound


@dataclass
class FarEnd:
    """Sends a packet of the tape every `packet_s`; numbers and clock begin anywhere.

    Its clock is `ppm` quicker than ours.
    """

    packet_s: float = 0.02
    first_number: int = 1000
    first_timestamp: int = 5000
    ssrc: int = 1
    clock_rate_hz: int = SAMPLE_RATE_HZ
    ppm: float = 0.0
    has_copies: bool = False
    begins_s: float = 100.0
    """On our clock; the first packet is sent when it is full."""

    def packet(
        self, number: int, delay_s: float = 0.0, payload: bytes | None = None
    ) -> RtpPacket:
        """Its packet of that number, from 0; `delay_s` on its way."""
        sent_s = (number + 1) * self.packet_s / (1 + self.ppm * 1e-6)
        ticks = round(self.packet_s * self.clock_rate_hz)
        return RtpPacket(
            sequence_number=(self.first_number + number) % 2**16,
            timestamp=(self.first_timestamp + number * ticks) % 2**32,
            payload_type=96,
            payload=self.said(number) if payload is None else payload,
            ssrc=self.ssrc,
            arrived_s=self.begins_s + sent_s + delay_s,
        )

    def said(self, number: int) -> bytes:
        samples = round(self.packet_s * SAMPLE_RATE_HZ)
        return _PLACE.pack(number * samples, samples, self.has_copies)

    def packets(
        self, delays_s: Iterable[float | None], first: int = 0
    ) -> list[RtpPacket]:
        """A packet for each delay; None is a lost one."""
        return [
            self.packet(number, delay_s)
            for number, delay_s in zip(count(first), delays_s, strict=False)
            if delay_s is not None
        ]

    def stalled(self, numbers: range, delay_s: float = 0.0) -> list[RtpPacket]:
        """They are held up on their way, and all come with the last one."""
        last_s = self.packet(numbers[-1], delay_s).arrived_s
        return [
            replace(self.packet(number), arrived_s=last_s + place * 1e-5)
            for place, number in enumerate(numbers)
        ]


@dataclass(frozen=True)
class Heard:
    """A part that was handed to the card."""

    at_s: float
    pcm: bytes
    delay_s: float
    """What the regulator made of it."""


@dataclass
class Card:
    """Asks a receiver for sound at its own pace, and never too early."""

    receiver: Receiver
    now_s: float = 100.0
    coming: list[RtpPacket] = field(default_factory=list)

    def hear(self, packets: Iterable[RtpPacket], until_s: float) -> list[Heard]:
        """All that sounds until then, while these arrive in the order of their time."""
        self.coming += packets
        self.coming.sort(key=lambda packet: -packet.arrived_s)
        heard = []
        while self.now_s < until_s:
            while self.coming and self.coming[-1].arrived_s <= self.now_s:
                self.receiver.push(self.coming.pop())
            pcm = self.receiver.part(self.now_s)
            heard.append(Heard(self.now_s, pcm, self._delay_s()))
            self.now_s += len(pcm) / SAMPLE_BYTES / SAMPLE_RATE_HZ
        return heard

    def _delay_s(self) -> float:
        lag_s = self.receiver.regulator.lag_s
        return lag_s - self.receiver.jitter.arrivals.base_s


def receiver(
    decoder: TapeDecoder | None = None, clock_rate_hz: int = 48_000
) -> Receiver:
    return Receiver(
        Codec("tape", 96, clock_rate_hz), decoder or TapeDecoder(), Waiting()
    )
