"""From packets to the sound of the speaker, part by part: no thread, no device.

It joins the jitter buffer, the decoder, and the regulator that keeps their time line.
The same arithmetic runs behind a card and in a test with a clock of its own.
"""

from array import array
from dataclasses import asdict, dataclass
from typing import Final

from callpoint.audio import stretch
from callpoint.audio.codecs import SpeechDecoder
from callpoint.audio.drift import Correction, Cut, Lengthen, Nudge, Regulator
from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ, level
from callpoint.audio.jitter import (
    LEAST_S,
    PART_S,
    Conceal,
    Hold,
    JitterBuffer,
    Play,
    Recover,
    Verdict,
)
from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.errors import DeviceError

PART_BYTES: Final = round(SAMPLE_RATE_HZ * PART_S) * SAMPLE_BYTES
_QUIET: Final = 0.004
"""-48 dB of full scale: a pause, also in a far end that sends the noise of its room."""
_ALIKE: Final = 0.6
"""Below that a splice in speech would be heard."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How packets wait for their turn."""

    least_s: float = LEAST_S
    follows: bool = True
    """Follow the network and the far end's clock; False keeps the first time line."""


class Receiver:
    """The receiving end of one stream of speech."""

    def __init__(self, codec: Codec, decoder: SpeechDecoder, waiting: Waiting) -> None:
        self.jitter = JitterBuffer(
            lambda payload: decoder.duration_samples(payload) / SAMPLE_RATE_HZ,
            codec.clock_rate_hz,
            waiting.least_s,
        )
        self.regulator = Regulator()
        self.loudness = 0.0
        """Of what was decoded last."""
        self.lengthened_samples = 0
        self.shortened_samples = 0
        self._decoder = decoder
        self._follows = waiting.follows
        self._ready = b""
        self._made_up_s = 0.0

    def push(self, packet: RtpPacket) -> None:
        self.jitter.push(packet)

    def part(self, at_s: float) -> bytes:
        """What is handed to the card at `at_s`: some 10 ms, 15 at most.

        A packet is taken out when its first sample is wanted, and not before: no part
        holds the end of one packet and the beginning of another.
        """
        while not self._ready:
            self._ready = self._sound(self.jitter.pop(at_s))
        size = PART_BYTES if len(self._ready) > PART_BYTES * 3 // 2 else None
        part, self._ready = self._ready[:size], self._ready[size:] if size else b""
        return part

    def counters(self) -> dict[str, int]:
        """The fate of every packet, and the time line at this moment."""
        return {
            **asdict(self.jitter.counters),
            "lengthened_ms": _ms(self.lengthened_samples / SAMPLE_RATE_HZ),
            "shortened_ms": _ms(self.shortened_samples / SAMPLE_RATE_HZ),
            "buffer_ms": _ms(self.jitter.level_s),
            "target_ms": _ms(self.jitter.target_s),
            "delay_ms": _ms(self.regulator.lag_s - self.jitter.arrivals.base_s),
        }

    def _sound(self, verdict: Verdict) -> bytes:
        match verdict:
            case Hold(duration_s):
                self.regulator.restart()
                self.loudness = 0.0
                return bytes(SAMPLE_BYTES * max(1, round(duration_s * SAMPLE_RATE_HZ)))
            case Play():
                return self._played(verdict)
            case Recover(next_payload, duration_s):
                return self._recovered(next_payload, duration_s)
            case Conceal(duration_s):
                return self._concealed(duration_s)

    def _played(self, play: Play) -> bytes:
        came_late = play.follows and self._made_up_s > 0
        self._made_up_s = 0.0
        try:
            if came_late:
                samples = self._decoder.duration_samples(play.payload)
                pcm = self._decoder.resume(play.payload, samples)
            else:
                pcm = self._decoder.decode(play.payload)
        except DeviceError:
            return self._concealed(play.duration_s)
        self.loudness = level(pcm)
        correction = self.regulator.steer(
            play.lag_s, self.jitter.wanted_lag_s, quiet=self.loudness < _QUIET
        )
        if correction is None or not self._follows:
            return pcm
        return self._corrected(pcm, correction)

    def _recovered(self, next_payload: bytes, duration_s: float) -> bytes:
        samples = round(duration_s * SAMPLE_RATE_HZ)
        pcm = self._decoder.recover(next_payload, samples)
        self.jitter.repaired(pcm is not None)
        return pcm if pcm is not None else self._concealed(duration_s)

    def _concealed(self, duration_s: float) -> bytes:
        self._made_up_s += duration_s
        return self._decoder.conceal(round(duration_s * SAMPLE_RATE_HZ))

    def _corrected(self, pcm: bytes, correction: Correction) -> bytes:
        sound = array("h", pcm)
        result = _apply(sound, correction)
        change = len(result) - len(sound)
        self.regulator.corrected(change)
        if change > 0:
            self.lengthened_samples += change
        else:
            self.shortened_samples -= change
        return result.tobytes()


def _apply(sound: "array[int]", correction: Correction) -> "array[int]":
    match correction:
        case Nudge(samples):
            return stretch.nudge(sound, samples)
        case Cut(samples, in_pause):
            lag = _lag(sound, samples, in_pause)
            return stretch.cut(sound, lag) if lag else sound
        case Lengthen(samples, in_pause):
            lag = _lag(sound, samples, in_pause)
            return stretch.lengthen(sound, lag) if lag else sound
    return sound


def _lag(sound: "array[int]", samples: int, in_pause: bool) -> int:
    """Where a splice is not heard; 0 where there is no such place."""
    longest = min(samples, len(sound) - stretch.FADE)
    if in_pause or longest < stretch.SHORTEST_LAG:
        return max(longest, 0) if in_pause else 0
    lag, likeness = stretch.best_lag(sound, longest)
    return lag if likeness >= _ALIKE else 0


def _ms(duration_s: float) -> int:
    return round(1000 * duration_s)
