"""PURE: what is to be changed in a mixer, and what is wrong with it.

A control is looked at for one end only: "Mic" may be a level of what is recorded, and
beside it a switch that plays the microphone on the speaker, off for a reason.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from callpoint.audio.cards import PART, Card, End
from callpoint.audio.profiles import Profile

STAGES: Final[dict[End, tuple[str, ...]]] = {
    "playout": ("Master", "PCM", "Playback", "Digital", "HP DAC"),
    "capture": ("Capture", "Mic", "ADC PCM", "PGA", "Headset"),
}
"""Sound passes each of these that a card has: none may be shut."""
OUTPUTS: Final = ("Speaker", "Headphone", "Headset", "HP", "Line", "Line Out")
"""Sound leaves by any of these that a card has: one has to be open."""
_CURED_PERCENT: Final = 80


@dataclass(frozen=True)
class Control:
    """One end of a simple control: its loudest channel, and whether it is on.

    None where it has no level, or no switch.
    """

    percent: int | None = None
    is_on: bool | None = None

    @property
    def is_shut(self) -> bool:
        return self.percent == 0 or self.is_on is False

    @property
    def state(self) -> str:
        return "muted" if self.is_on is False else f"at {self.percent} %"


@dataclass(frozen=True)
class Change:
    """A control is to be switched on, and set to a level unless that is None."""

    control: str
    percent: int | None = None


def of_interest(end: End) -> tuple[str, ...]:
    """The controls that `faults` looks at."""
    return STAGES[end] + (OUTPUTS if end == "playout" else ())


def changes(
    profile: Profile, end: End, controls: Mapping[str, Control]
) -> Iterator[Change]:
    """What the profile has to change; nothing where all is as it should be."""
    for name in profile.on[end]:
        if name in controls and controls[name].is_on is False:
            yield Change(name)
    for level in profile.levels[end]:
        percent = controls[level.control].percent if level.control in controls else None
        if percent is not None and percent < level.least:
            yield Change(level.control, level.percent)


def unknown(
    profile: Profile, end: End, controls: Mapping[str, Control]
) -> tuple[str, ...]:
    """Controls of the profile that the card should have, and has not."""
    if not profile.is_exact:
        return ()
    wanted = (*profile.on[end], *(level.control for level in profile.levels[end]))
    return tuple(dict.fromkeys(name for name in wanted if name not in controls))


def faults(card: Card, end: End, controls: Mapping[str, Control]) -> Iterator[str]:
    """Why nothing is heard, and the command that cures it; of what the card has."""
    for name in STAGES[end]:
        if name in controls and controls[name].is_shut:
            yield _fault(card, end, name, controls[name])
    outputs = {name: controls[name] for name in OUTPUTS if name in controls}
    if end == "playout" and outputs and all(c.is_shut for c in outputs.values()):
        name = next(iter(outputs))
        yield _fault(card, end, name, outputs[name])


def _fault(card: Card, end: End, name: str, control: Control) -> str:
    switch = "" if control.is_on is None else " unmute" if end == "playout" else " cap"
    level = (
        "" if control.percent is None else f" {max(control.percent, _CURED_PERCENT)}%"
    )
    return (
        f"the {PART[end]} is {control.state} in the mixer ({name}): "
        f"amixer -c {card.id} sset '{name}'{level}{switch}"
    )
