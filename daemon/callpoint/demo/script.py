"""PURE: the scripted conversation as a timeline: who speaks when, and who presses.

The microphone is a recording whose clock starts at the first press, so a turn cannot
wait for the assistant: the pauses give it time to say what it has to say. Times are
seconds since the first press.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FIRST_PRESS_S: Final = 0.4
"""A short press, to be connected; the assistant greets first."""
GREETING_S: Final = 5.2
"""Until the first turn: the greeting, and a moment to take it in."""
ANSWER_S: Final = 3.6
"""Between two turns: the assistant notices the end, thinks, and answers."""
FAREWELL_S: Final = 6.0
"""After the last turn, until the far end must have hung up."""

_BEFORE_SPEECH_S: Final = 0.25
_AFTER_SPEECH_S: Final = 0.2


@dataclass(frozen=True)
class Utterance:
    """A recording of somebody who says `text`."""

    name: str
    """Of its file, without the ending."""
    length_s: float

    @property
    def text(self) -> str:
        """`Front_Left` is "front left"."""
        return self.name.replace("_", " ").lower()


@dataclass(frozen=True)
class Turn:
    """The button is held while `utterance` is spoken."""

    utterance: Utterance
    press_s: float
    speak_s: float
    release_s: float


@dataclass(frozen=True)
class Script:
    """A short press first, then the turns."""

    first_release_s: float
    turns: tuple[Turn, ...]
    until_s: float
    """When the call must be over."""

    def next_turn(self, now_s: float) -> Turn | None:
        """The turn that goes on or comes next."""
        return next((turn for turn in self.turns if turn.release_s > now_s), None)


def lay_out(utterances: Sequence[Utterance], greeting_s: float = GREETING_S) -> Script:
    """Give each utterance a turn, with time for the assistant before each."""
    turns: list[Turn] = []
    press_s = greeting_s
    for utterance in utterances:
        speak_s = press_s + _BEFORE_SPEECH_S
        release_s = speak_s + utterance.length_s + _AFTER_SPEECH_S
        turns.append(Turn(utterance, press_s, speak_s, release_s))
        press_s = release_s + ANSWER_S
    last_s = turns[-1].release_s if turns else greeting_s
    return Script(FIRST_PRESS_S, tuple(turns), last_s + FAREWELL_S)
