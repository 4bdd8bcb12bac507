"""PURE: how much of its time a board may spend on Opus, by the name of the board.

On a PC at 2.6 GHz (libopus 1.5.2, FEC on) a second of speech costs the encoder 3 ms at
complexity 0, 7 at 2, 8 at 5, 11 at 9. The decoder needs 2 ms at 0. From 5 on it
conceals with neural networks: the first 10 ms of a gap cost 0.7 ms, not 0.02, and
nothing is paid where nothing is lost. At 7 it enhances all that it plays: 6 ms.
"""

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Effort:
    """Complexities as libopus counts them, 0 to 10."""

    encoder: int
    decoder: int


# More than 5 is heard only in a recording (PESQ 0.15 higher), and costs 0.2 s a minute.
_SLOW: Final = Effort(encoder=2, decoder=0)
_MIDDLE: Final = Effort(encoder=5, decoder=5)
_FAST: Final = Effort(encoder=5, decoder=7)

_RASPBERRY: Final = re.compile(r"Raspberry Pi (?:Compute Module )?(\d)?")


def effort(model: str) -> Effort:
    """What suits the board that calls itself `model`.

    That is what the device tree says, such as `Raspberry Pi 5 Model B Rev 1.0`. A PC
    has none, and is fast.
    """
    if not model:
        return _FAST
    raspberry = _RASPBERRY.match(model)
    if raspberry is None:
        return _MIDDLE
    # Those without a number are Zeros, also the Zero 2, and the first ones.
    generation = int(raspberry[1] or 0)
    if generation >= 5:
        return _FAST
    return _MIDDLE if generation == 4 else _SLOW
