"""`callpoint devices`: the sound cards, and what to write to use them."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from callpoint.audio.cards import PART, Abilities
from callpoint.audio.inventory import Inventory
from callpoint.audio.survey import ENDS, CardReport, EndReport, survey
from callpoint.errors import EXIT_FAILURE

_ROOT = Path("/")
_MANY = 4
_WIDTH = 12


@click.command(
    epilog="""\b
Examples:
  callpoint devices
  sudo callpoint devices
  callpoint devices --json | jq '.cards[].names[0]'

\b
Exit codes: 0 there is a sound card, 1 there is none.
"""
)
@click.option("--json", "as_json", is_flag=True, help="For programs: a JSON object.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=_ROOT,
    metavar="DIR",
    help="Read proc, sys and dev below DIR: what was copied from another machine.",
)
def devices(as_json: bool, root: Path) -> int:
    """List the sound cards: names that stay, what they can do, who holds them.

    Nothing that somebody uses is opened. Where other users' programs are hidden, only
    root sees their names.
    """
    inventory = Inventory(root)
    cards = survey(inventory, is_live=root == _ROOT)
    if as_json:
        found = {"cards": [_as_json(report) for report in cards]}
        click.echo(json.dumps(found, indent=2, ensure_ascii=False).encode())
    elif cards:
        click.echo("\n\n".join("\n".join(_lines(report)) for report in cards))
    else:
        click.echo(_nothing(inventory))
    return 0 if cards else EXIT_FAILURE


def _nothing(inventory: Inventory) -> str:
    if not inventory.has_driver:
        return (
            "No sound card: this kernel has no sound driver loaded (/proc/asound is "
            "not there).\nPlug a USB card in, or enable the card of the board in "
            "/boot/firmware/config.txt and reboot: docs/sound.md has the lines."
        )
    return (
        "No sound card: none is plugged in, or its driver does not know it.\nSee what "
        "the kernel said of it: sudo dmesg | grep -i -e snd -e audio -e asoc"
    )


def _lines(report: CardReport) -> Iterator[str]:
    card = report.card
    yield f"{card.name} ({card.id})"
    if card.place != card.name:
        yield _row("", card.place)
    yield _row("names", ", ".join(f'"{name}"' for name in report.names))
    for end in ENDS:
        told = report.ends.get(end)
        yield _row(PART[end], _end(told) if told else "none")
    faults = [fault for told in report.ends.values() for fault in told.mixer]
    for fault in faults:
        yield _row("mixer", fault)
    if report.profile:
        yield _row("profile", report.profile)
    if card.kind == "hdmi":
        yield _row("note", "it is silent where the screen has no loudspeaker")
    for number, end in enumerate(report.ends):
        yield _row("" if number else "to paste", f'{end} = "{report.names[0]}"')


def _row(title: str, text: str) -> str:
    return f"  {title:{_WIDTH}}{text}"


def _end(told: EndReport) -> str:
    parts = [_abilities(told.abilities)] if told.abilities else []
    if told.holder_pid is not None:
        who = f"{told.holder}, " if told.holder else ""
        at = f" at {_abilities(told.running)}" if told.running else ""
        parts.append(f"held by {who}process {told.holder_pid}{at}")
    if told.fault:
        parts.append(told.fault)
    return "; ".join(parts) or "there"


def _abilities(found: Abilities) -> str:
    channels = _listed(found.channels)
    rates = " to ".join(map(str, found.rates_hz)) if found.is_range else ""
    plural = "" if channels == "1" else "s"
    formats = ", ".join(found.formats[:_MANY])
    return (
        f"{rates or _listed(found.rates_hz)} Hz, {channels} channel{plural}, {formats}"
    )


def _listed(numbers: Sequence[int]) -> str:
    if len(numbers) > _MANY:
        return f"{numbers[0]} to {numbers[-1]}"
    return ", ".join(map(str, numbers))


def _as_json(report: CardReport) -> dict[str, object]:
    card = report.card
    return {
        "id": card.id,
        "name": card.name,
        "place": card.place,
        "number": card.number,
        "kind": card.kind,
        "usb_id": card.usb_id or None,
        "usb_port": card.usb_port or None,
        "names": list(report.names),
        "profile": report.profile,
        **{end: _end_json(report.ends.get(end)) for end in ENDS},
    }


def _end_json(told: EndReport | None) -> dict[str, object] | None:
    if told is None:
        return None
    return {
        "abilities": _abilities_json(told.abilities),
        "running": _abilities_json(told.running),
        "holder_pid": told.holder_pid,
        "holder": told.holder,
        "fault": told.fault,
        "mixer": list(told.mixer),
    }


def _abilities_json(found: Abilities | None) -> dict[str, object] | None:
    if found is None:
        return None
    return {
        "rates_hz": list(found.rates_hz),
        "is_range": found.is_range,
        "channels": list(found.channels),
        "formats": list(found.formats),
    }
