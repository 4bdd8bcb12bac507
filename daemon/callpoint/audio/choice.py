"""PURE: which card the configuration means, and what ALSA calls it at this moment.

A name is a card's id (`Device`), its USB id (`usb:0d8c:0014`), the USB port that it is
plugged into (`usb-port:1-1.2`), a role (`usb`, `hat`, `headphones`), or whatever ALSA
takes. Cards come and go, so a name is looked up whenever a device is opened.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from callpoint.audio.cards import PART, Card, End, Kind
from callpoint.errors import DeviceError

ROLES: Final[dict[str, Kind]] = {"usb": "usb", "hat": "hat", "headphones": "headphones"}

_USB_ID: Final = re.compile(r"usb:[0-9a-f]{4}:[0-9a-f]{4}")
_USB_PORT: Final = re.compile(r"usb-port:\d+-\d+(\.\d+)*")
_NUMBER: Final = re.compile(r"\d+")
_IN_ALSA_NAME: Final = re.compile(
    r"\b(hw|plughw|default|sysdefault|front|hdmi|iec958|dmix|dsnoop)"
    r":(?:CARD=)?([\w-]+)(?:,(?:DEV=)?(\d+))?"
)


@dataclass(frozen=True)
class Choice:
    """What to open: the first of `names` that opens; `card` is the one behind them."""

    names: tuple[str, ...]
    card: Card | None = None
    device: int = 0
    warning: str = ""


def is_name(text: str) -> bool:
    """Whether a name that begins like one of ours goes on like it."""
    if text.startswith("usb:"):
        return bool(_USB_ID.fullmatch(text))
    return not text.startswith("usb-port:") or bool(_USB_PORT.fullmatch(text))


def choice(name: str, cards: Sequence[Card], end: End) -> Choice:
    """What to open for a name, of the cards that are there.

    Raises DeviceError where the name is one of ours, and no card has it.
    """
    if name in ROLES:
        return _of_ours(name, cards, end, lambda card: card.kind == ROLES[name])
    if _USB_ID.fullmatch(name):
        return _of_ours(name, cards, end, lambda card: f"usb:{card.usb_id}" == name)
    if _USB_PORT.fullmatch(name):
        port = name.removeprefix("usb-port:")
        return _of_ours(name, cards, end, lambda card: card.usb_port == port)
    if any(card.id == name for card in cards):
        return _of_ours(name, cards, end, lambda card: card.id == name)
    if _NUMBER.fullmatch(name):
        return _of_alsa(f"hw:{name}", name, cards)
    return _of_alsa(name, name, cards)


def _of_ours(
    name: str, cards: Sequence[Card], end: End, is_meant: Callable[[Card], bool]
) -> Choice:
    meant = sorted(filter(is_meant, cards), key=_place)
    for card in meant:
        if (pcm := card.pcm(end)) is not None:
            return Choice(_alsa_names(card, pcm.device), card, pcm.device)
    if meant:
        raise DeviceError(
            name,
            f"the card {meant[0].id} has no {PART[end]}",
            "callpoint devices tells what each card has",
        )
    raise DeviceError(
        name,
        "no such card is there",
        "plug it in, or choose another: callpoint devices lists them",
    )


def _place(card: Card) -> tuple[list[int], int]:
    """Of cards that are alike the same one is taken, whichever came up first."""
    return [int(step) for step in re.findall(r"\d+", card.usb_port)], card.number


def _alsa_names(card: Card, device: int) -> tuple[str, ...]:
    """The card itself first: what it lacks is converted here, better than by ALSA."""
    if card.kind == "hdmi":
        # Its samples are IEC 60958 subframes, which ALSA's own settings pack.
        return (f"default:CARD={card.id}",)
    of = f"CARD={card.id},DEV={device}"
    return f"hw:{of}", f"plughw:{of}"


def _of_alsa(name: str, written: str, cards: Sequence[Card]) -> Choice:
    found = _IN_ALSA_NAME.search(name)
    if not found:
        return Choice((name,))
    kind, named, device = found[1], found[2], found[3]
    card = next((c for c in cards if named in (c.id, str(c.number))), None)
    is_number = bool(_NUMBER.fullmatch(named)) and not (card and card.id == named)
    warning = ""
    if is_number:
        stable = ""
        if card is not None:
            by_id = f"{kind}:CARD={card.id}" + (f",DEV={device}" if device else "")
            stable = name.replace(found[0], by_id)
        warning = _numbered(written, stable)
    return Choice((name,), card, int(device or 0), warning)


def _numbered(written: str, stable: str) -> str:
    advice = f'write "{stable}"' if stable else "callpoint devices lists stable names"
    return f'"{written}" names a card by its number, which may change: {advice}'


def stable_names(card: Card, cards: Sequence[Card]) -> tuple[str, ...]:
    """Names of a card that the configuration may use, the one to prefer first.

    A USB card's id depends on which of two alike came first, its USB id does not; of
    cards that share a USB id the port tells which is which.
    """
    if card.usb_id:
        names = [f"usb:{card.usb_id}", f"usb-port:{card.usb_port}", card.id]
        if sum(other.usb_id == card.usb_id for other in cards) > 1:
            names = [names[1], card.id]
    else:
        names = [card.id]
    names = [name for name in names if not name.endswith(":")]
    return (*names, *(role for role, kind in ROLES.items() if kind == card.kind))
