"""Everything about every sound card of a machine, for people and for programs."""

from dataclasses import dataclass, field

from callpoint.audio.cards import Abilities, Card, End
from callpoint.audio.choice import choice, stable_names
from callpoint.audio.inventory import Inventory
from callpoint.audio.profiles import profile
from callpoint.errors import DeviceError

ENDS: tuple[End, ...] = ("capture", "playout")


@dataclass(frozen=True)
class EndReport:
    """One end of a card; `running` is what whoever holds it has set it to."""

    abilities: Abilities | None = None
    running: Abilities | None = None
    holder_pid: int | None = None
    holder: str | None = None
    fault: str | None = None
    """Why it cannot be opened, though nobody holds it."""
    mixer: tuple[str, ...] = ()
    """What is shut in the mixer, with the commands that cure it."""


@dataclass(frozen=True)
class CardReport:
    """A card, and what the configuration may call it: the name to prefer first."""

    card: Card
    names: tuple[str, ...]
    ends: dict[End, EndReport] = field(default_factory=dict)
    profile: str | None = None


def survey(inventory: Inventory, is_live: bool) -> list[CardReport]:
    """All cards; of a machine that is not live, only what its files tell.

    A device that is not held is opened for a moment where the kernel tells no other way
    what it can do.
    """
    cards = inventory.cards()
    return [_report(card, cards, inventory, is_live) for card in cards]


def _report(
    card: Card, cards: tuple[Card, ...], inventory: Inventory, is_live: bool
) -> CardReport:
    ends = {
        end: _end_report(card, pcm.device, end, inventory, is_live)
        for end in ENDS
        if (pcm := card.pcm(end)) is not None
    }
    fitting = _profile(card) if is_live else None
    return CardReport(card, stable_names(card, cards), ends, fitting)


def _profile(card: Card) -> str | None:
    from callpoint.audio import mixer

    found = profile("auto", card, mixer.names(card))
    return found.name if found else None


def _end_report(
    card: Card, device: int, end: End, inventory: Inventory, is_live: bool
) -> EndReport:
    holders = inventory.holders(card, device, end)
    program = inventory.program(holders[0]) if holders else None
    pid, command = program or (holders[0] if holders else None, None)
    abilities = inventory.usb_abilities(card, device, end)
    fault = None
    if abilities is None and is_live and not holders:
        abilities, fault = _opened(card, end)
    return EndReport(
        abilities,
        inventory.running_at(card, device, end),
        pid,
        command or None,
        fault,
        _mixer_faults(card, end) if is_live else (),
    )


def _opened(card: Card, end: End) -> tuple[Abilities | None, str | None]:
    from callpoint.audio import alsa

    try:
        return alsa.abilities(choice(card.id, [card], end).names[0], end), None
    except DeviceError as error:
        return None, error.cause


def _mixer_faults(card: Card, end: End) -> tuple[str, ...]:
    from callpoint.audio.mixer import CardMixer

    return tuple(CardMixer("off").faults(card, end))
