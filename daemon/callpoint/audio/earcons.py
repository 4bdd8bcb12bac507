"""PURE: the short sounds that tell something, made and not recorded.

They differ in what survives traffic noise and a small speaker, the contour: how many
notes, high or low, level or falling. All stand above 300 Hz, which small speakers lose,
with overtones up to 3 kHz, where the ear is keenest.
"""

from array import array
from functools import cache
from math import cos, pi, sin
from sys import byteorder
from typing import Final, NamedTuple

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.station.events import Earcon


class Note(NamedTuple):
    """A tone, then a pause. The frequency divides 48 kHz: one period is computed, and
    repeating it costs next to nothing even on the slowest board."""

    frequency_hz: int
    tone_ms: int
    pause_ms: int


NOTES: Final[dict[Earcon, tuple[Note, ...]]] = {
    # Three low pulses, as a busy line.
    Earcon.NO_CONNECTION: (Note(400, 100, 50), Note(400, 100, 50), Note(400, 100, 60)),
    # It falls, and falls again.
    Earcon.CALL_FAILED: (Note(960, 120, 0), Note(640, 120, 0), Note(400, 200, 20)),
    # Two high pips, as a handset that was put down.
    Earcon.CALL_ENDED: (Note(960, 80, 60), Note(960, 80, 20)),
}

_PEAK: Final = 16_000
"""Of 32 767: about 6 dB below full scale, as loud as speech is at its peaks."""
_ATTACK_MS: Final = 5
_RELEASE_MS: Final = 25
_OVERTONES: Final = ((1, 1.0), (2, 0.4), (3, 0.25))


@cache
def earcon(which: Earcon) -> bytes:
    """The sound, as 48 kHz mono s16le in whole frames, shorter than half a second.

    All three together take 5 ms to make on a PC; each is made once.
    """
    samples = array("h")
    for note in NOTES[which]:
        samples.extend(_tone(note))
        samples.extend(array("h", bytes(2 * _samples(note.pause_ms))))
    if byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _samples(duration_ms: int) -> int:
    return SAMPLE_RATE_HZ * duration_ms // 1000


def _tone(note: Note) -> "array[int]":
    period = _period(note.frequency_hz)
    count = _samples(note.tone_ms)
    tone = (period * (count // len(period) + 1))[:count]
    _fade(tone, range(_samples(_ATTACK_MS)))
    _fade(tone, range(count - 1, count - 1 - _samples(_RELEASE_MS), -1))
    return tone


def _fade(tone: "array[int]", indices: range) -> None:
    """Raise a tone softly from silence along `indices`: a hard edge is a click."""
    for step, index in enumerate(indices):
        tone[index] = round(tone[index] * (1 - cos(pi * step / len(indices))) / 2)


def _period(frequency_hz: int) -> "array[int]":
    count = SAMPLE_RATE_HZ // frequency_hz
    wave = [
        sum(gain * sin(2 * pi * n * order / count) for order, gain in _OVERTONES)
        for n in range(count)
    ]
    scale = _PEAK / max(map(abs, wave))
    return array("h", (round(scale * value) for value in wave))
