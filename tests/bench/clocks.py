"""Half an hour with a far end whose clock is another, played in a moment.

The receiver's own arithmetic on a clock of numbers, and exact sound: a click would be a
step that is steeper than the sine's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import numpy as np

from tests.unit.audio.streams import SINE, Card, FarEnd, Heard, receiver

PPM = 200.0
WAY_S = 0.03
JITTER_S = 0.005
"""A little: a network without any is kinder than there is."""
PIECE_S = 10.0
SETTLED_S = 20.0
CLICK = 1.05


@dataclass(frozen=True)
class Endured:
    """What half an hour came to."""

    clicks: int
    """Steps between two samples that the sine does not have."""
    level_ms: float
    """How far the delay went from its median, at most, once it had settled."""


def endured(ppm: float = PPM, seconds: float = 1800.0) -> Endured:
    """Listen for that long."""
    sine_step = _steepest(np.frombuffer(SINE, np.int16))
    clicks, delays_s, last = 0, [], 0
    for heard in _pieces(ppm, seconds):
        sound = np.frombuffer(b"".join(part.pcm for part in heard), np.int16)
        steps = np.abs(np.diff(sound.astype(int), prepend=last))
        clicks += int(np.count_nonzero(steps > CLICK * sine_step))
        last = int(sound[-1])
        delays_s += [part.delay_s for part in heard if part.at_s > 100 + SETTLED_S]
    middle_s = float(np.median(delays_s))
    off_s = max(abs(delay_s - middle_s) for delay_s in delays_s)
    return Endured(clicks, 1000 * off_s)


def _pieces(ppm: float, seconds: float) -> Iterator[list[Heard]]:
    """From the first sound on; before it there is silence."""
    far, dice = FarEnd(ppm=ppm), Random(1)
    card = Card(receiver())
    number = 0
    begun = False
    while card.now_s < far.begins_s + seconds:
        count = round(PIECE_S / far.packet_s) + 1
        delays_s = (WAY_S + dice.uniform(0, JITTER_S) for _ in range(count))
        packets = far.packets(delays_s, number)
        number += count
        heard = card.hear(packets, packets[-1].arrived_s - far.packet_s)
        if not begun:
            first = next(n for n, part in enumerate(heard) if any(part.pcm))
            heard, begun = heard[first:], True
        yield heard


def _steepest(sound: np.ndarray[tuple[int], np.dtype[np.int16]]) -> int:
    return int(np.abs(np.diff(sound.astype(int))).max())
