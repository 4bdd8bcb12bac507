"""What goes wrong in a run, and what the finger does: all of it thrown by one seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final

_CALM_S: Final = (0.5, 3.0)
_FAULT_S: Final = (2.0, 8.0)
_IMPATIENT: Final = 0.25
"""How many presses are too short for a call to be set up."""


class Blow(Enum):
    """What a network does to sockets."""

    CUT = "every socket cut without a close frame"
    SERVER_LEAVES = "every socket closed with 1001"
    SERVER_RESTARTS = "every socket closed with 1012"
    SILENT = "sockets open, and nothing passes"
    REFUSED = "connections refused with HTTP 503"
    HANGING = "connections taken, and no answer to the upgrade"
    MANGLED = "frames dropped, delayed, doubled and cut short"


@dataclass(frozen=True)
class Mangling:
    """What happens to frames, each way; chances from 0 to 1."""

    drop: float = 0.0
    delay: float = 0.0
    double: float = 0.0
    cut_short: float = 0.0
    longest_delay_s: float = 0.0


@dataclass(frozen=True)
class Phase:
    """One fault, and the calm before it."""

    calm_s: float
    blow: Blow
    lasts_s: float
    mangling: Mangling


def phases(dice: Random, least_s: float) -> Iterator[Phase]:
    """Faults until they fill `least_s`; every kind comes up before one comes twice."""
    filled_s = 0.0
    waiting: list[Blow] = []
    while filled_s < least_s:
        if not waiting:
            waiting = list(Blow)
            dice.shuffle(waiting)
        phase = Phase(
            dice.uniform(*_CALM_S),
            waiting.pop(),
            dice.uniform(*_FAULT_S),
            _mangling(dice),
        )
        filled_s += phase.calm_s + phase.lasts_s
        yield phase


def _mangling(dice: Random) -> Mangling:
    return Mangling(
        drop=dice.uniform(0, 0.3),
        delay=dice.uniform(0, 0.5),
        double=dice.uniform(0, 0.3),
        cut_short=dice.uniform(0, 0.2),
        longest_delay_s=dice.uniform(0.01, 2.0),
    )


@dataclass(frozen=True)
class Gesture:
    """One press: how long the finger waits before it, and how long it holds."""

    after_s: float
    holds_s: float
    hangs_up: bool


def gestures(dice: Random) -> Iterator[Gesture]:
    """For ever."""
    while True:
        short = dice.random() < _IMPATIENT
        yield Gesture(
            dice.uniform(0.2, 4.0),
            dice.uniform(0.05, 0.3) if short else dice.uniform(0.5, 5.0),
            dice.random() < 0.5,
        )
