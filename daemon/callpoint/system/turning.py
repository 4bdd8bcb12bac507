"""PURE: whether all parts of the daemon turn: what each does, and until when it may.

Waiting is turning: for a card, for the network, for the end of a back-off. Each has an
end of its own, or none, and only what is past it is stuck.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

LONGEST_TURN_S: Final = 20.0
"""For what takes milliseconds, or some seconds where a card is opened."""


@dataclass(frozen=True)
class Turn:
    """What a part does."""

    doing: str
    """Such as "recording"."""
    due_s: float | None = None
    """When that is over at the latest, on CLOCK_MONOTONIC; None: it may last."""


ENDED: Turn = Turn("gone", float("-inf"))
"""Of a part that ended by itself, which none should."""


def stuck(turns: Mapping[str, Turn], now_s: float) -> list[str]:
    """What does not turn, in words; empty when all is well."""
    return [
        f"{part} is {turn.doing}{_late(turn.due_s, now_s)}"
        for part, turn in turns.items()
        if turn.due_s is not None and now_s > turn.due_s
    ]


def _late(due_s: float, now_s: float) -> str:
    late_s = now_s - due_s
    return "" if late_s == float("inf") else f", and {late_s:.0f} s late with it"
