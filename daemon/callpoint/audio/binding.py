"""Which of its names a device is opened by, of those that the configuration lists.

The names are looked up anew at every opening: what was `card1` may be `card2` by now.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from callpoint.audio.cards import Card, End
from callpoint.audio.choice import Choice, choice
from callpoint.audio.devices import BUSY
from callpoint.audio.inventory import Inventory
from callpoint.errors import DeviceError

D = TypeVar("D")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Bound:
    """What is open: the rank of its name in the list, and ALSA's name of it."""

    rank: int
    alsa_name: str
    card: Card | None = None


class Mixer(Protocol):
    """The part of `mixer.CardMixer` that a binding needs."""

    def prepare(self, card: Card, end: End) -> None: ...

    def faults(self, card: Card, end: End) -> list[str]: ...


class Binding(Generic[D]):
    """The first device of a list of names that is there; used by one thread.

    `open_named` opens a device by a name of ALSA's or a synthetic one. `forget` is
    called before an opening when cards came or went since the last one. `mixer` gives
    what sets the mixer of a card whenever it appears.
    """

    def __init__(
        self,
        names: Sequence[str],
        end: End,
        open_named: Callable[[str], D],
        inventory: Inventory | None = None,
        forget: Callable[[], None] = lambda: None,
        mixer: Callable[[], Mixer] | None = None,
    ) -> None:
        self.names = tuple(names)
        self.name = ", ".join(names)
        self.bound: Bound | None = None
        self._end = end
        self._open_named = open_named
        self._inventory = inventory or Inventory()
        self._forget = forget
        self._make_mixer = mixer
        self._numbered = ""
        self._prepared: object = None
        self._listing: str | None = None

    @property
    def in_use(self) -> str | None:
        """The card that was opened last, or ALSA's name where no card is known."""
        if (bound := self.bound) is None:
            return None
        if bound.card is None:
            return bound.alsa_name if bound.alsa_name != self.name else None
        return f"{bound.alsa_name} ({bound.card.name})"

    @property
    def warning(self) -> str | None:
        """What should be mended although it works; looks at the mixer as it is."""
        warnings = [self._numbered] if self._numbered else []
        bound = self.bound
        if bound is not None and bound.card is not None and self._make_mixer:
            warnings += self._make_mixer().faults(bound.card, self._end)
        return "; ".join(warnings) or None

    def open(self) -> D:
        """The device of the first name that opens.

        Raises DeviceError, which tells what is wrong with each of them.
        """
        return self._open_first(len(self.names))

    def better(self) -> D | None:
        """The device of an earlier name than the one in use, now that it is there."""
        if self.bound is None or self.bound.rank == 0:
            return None
        try:
            return self._open_first(self.bound.rank)
        except DeviceError:
            return None

    def _open_first(self, ranks: int) -> D:
        self._notice_changes()
        cards = self._inventory.cards()
        errors = []
        for rank, name in enumerate(self.names[:ranks]):
            try:
                chosen = choice(name, cards, self._end)
                device, alsa_name = self._open_chosen(name, chosen)
            except DeviceError as error:
                errors.append(error)
            else:
                self._bind(Bound(rank, alsa_name, chosen.card), chosen.warning)
                return device
        raise self._together(errors)

    def _notice_changes(self) -> None:
        listing = self._inventory.listing()
        if self._listing not in (None, listing):
            self._forget()
        self._listing = listing

    def _open_chosen(self, name: str, chosen: Choice) -> tuple[D, str]:
        errors = []
        for alsa_name in chosen.names:
            try:
                return self._open_named(alsa_name), alsa_name
            except DeviceError as error:
                errors.append(error)
        last = errors[-1]
        if last.cause == BUSY and chosen.card is not None:
            raise self._busy(name, chosen) from last
        raise last

    def _busy(self, name: str, chosen: Choice) -> DeviceError:
        """Who has it; the names of other users' programs are hidden from a service."""
        assert chosen.card is not None
        threads = self._inventory.holders(chosen.card, chosen.device, self._end)
        if not threads:
            return DeviceError(name, BUSY, "callpoint devices tells who holds it")
        program = self._inventory.program(threads[0])
        pid, command = program or (threads[0], "")
        if not command:
            advice = "see which program that is with: sudo callpoint devices"
            return DeviceError(name, f"busy: process {pid} holds it", advice)
        return DeviceError(
            name,
            f"busy: process {pid} ({command}) holds it",
            "end that program, or see docs/sound.md for a card that PipeWire holds",
        )

    def _bind(self, bound: Bound, warning: str) -> None:
        before, self.bound = self.bound, bound
        if warning and warning != self._numbered:
            log.warning("%s", warning)
        self._numbered = warning
        if bound.card is not None:
            self._set_mixer(bound.card)
        if bound.rank and (before is None or before.rank != bound.rank):
            log.info(
                "%s is used, because %s cannot be had",
                self.names[bound.rank],
                ", ".join(self.names[: bound.rank]),
            )

    def _set_mixer(self, card: Card) -> None:
        """Once for each time that the card was plugged in."""
        appeared = card.id, self._inventory.appearance(card)
        if self._make_mixer is None or appeared == self._prepared:
            return
        self._prepared = appeared
        mixer = self._make_mixer()
        mixer.prepare(card, self._end)
        for fault in mixer.faults(card, self._end):
            log.warning("%s", fault)

    def _together(self, errors: Sequence[DeviceError]) -> DeviceError:
        if len(errors) == 1:
            return errors[0]
        causes = "; ".join(str(error) for error in errors)
        return DeviceError(self.name, causes, errors[0].advice)
