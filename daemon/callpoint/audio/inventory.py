"""Looks at the sound cards of this machine, in /proc, /sys and /dev; opens none."""

from pathlib import Path
from typing import Final

from callpoint.audio import cards
from callpoint.audio.cards import Abilities, Card, End

_SUFFIX: Final[dict[End, str]] = {"capture": "c", "playout": "p"}


class Inventory:
    """The cards below `root`: a recorded tree is read like the machine itself."""

    def __init__(self, root: Path = Path("/")) -> None:
        self.root = root
        self._asound = root / "proc" / "asound"

    @property
    def has_driver(self) -> bool:
        """Whether this kernel has sound at all."""
        return self._asound.is_dir()

    def listing(self) -> str:
        """/proc/asound/cards as it is; it changes when a card comes or goes."""
        return _text(self._asound / "cards")

    def cards(self) -> tuple[Card, ...]:
        pcms = _text(self._asound / "pcm")
        return tuple(
            cards.card(
                listing,
                pcms,
                _text(self._asound / f"card{listing[1]}" / "usbid"),
                str((self.root / "sys/class/sound" / f"card{listing[1]}").resolve()),
            )
            for listing in cards.listed(self.listing())
        )

    def appearance(self, card: Card) -> tuple[int, int] | None:
        """Differs when the card was unplugged and plugged in again meanwhile."""
        try:
            found = (self.root / "dev/snd" / f"controlC{card.number}").stat()
        except OSError:
            return None
        return found.st_ino, found.st_ctime_ns

    def holders(self, card: Card, device: int, end: End) -> list[int]:
        """Who has the device open: thread ids, if every substream of it is taken."""
        owners = [
            cards.owner_pid(_text(sub / "status"))
            for sub in self._substreams(card, device, end)
        ]
        return [] if None in owners else [owner for owner in owners if owner]

    def running_at(self, card: Card, device: int, end: End) -> Abilities | None:
        """What whoever has the device open uses of it."""
        found = (
            cards.hw_params(_text(sub / "hw_params"))
            for sub in self._substreams(card, device, end)
        )
        return next(filter(None, found), None)

    def usb_abilities(self, card: Card, device: int, end: End) -> Abilities | None:
        stream = _text(self._asound / f"card{card.number}" / f"stream{device}")
        return cards.usb_abilities(stream, end)

    def program(self, thread: int) -> tuple[int, str] | None:
        """The process of a thread and its name; None where they are hidden or gone."""
        status = _text(self.root / "proc" / str(thread) / "status")
        fields = dict(line.partition(":\t")[::2] for line in status.splitlines())
        process = fields.get("Tgid", "")
        if not process.isdigit():
            return None
        return int(process), _text(self.root / "proc" / process / "comm").strip()

    def _substreams(self, card: Card, device: int, end: End) -> list[Path]:
        pcm = self._asound / f"card{card.number}" / f"pcm{device}{_SUFFIX[end]}"
        return sorted(pcm.glob("sub*"))


def _text(path: Path) -> str:
    """Empty where the file is not there: cards go while they are looked at."""
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
