"""PURE: which GPIO chip has the pins of this machine's header.

A Raspberry Pi's is told by its label. Its number changes with the kernel (a Pi 5's was
gpiochip4 before Linux 6.6.45, and is gpiochip0 since), and the board's revision is
hidden from a hardened service. On these chips line 17 is BCM 17.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from callpoint.errors import DeviceError

PI_LABELS: Final = ("pinctrl-bcm2835", "pinctrl-bcm2711", "pinctrl-rp1")
"""A Raspberry Pi 0 to 3, a 4, a 5."""

_ADVICE: Final = (
    "callpoint takes a Raspberry Pi's chip, or the only one that has the pin; a button "
    "elsewhere can run callpoint press and callpoint release"
)


@dataclass(frozen=True)
class Chip:
    """A GPIO chip, as the kernel tells of it."""

    path: str
    label: str
    lines: int

    def __str__(self) -> str:
        return f"{self.path} ({self.label}, {self.lines} lines)"


def chosen(device: str, pin: int, chips: Sequence[Chip]) -> Chip:
    """The chip that has the pin; raises DeviceError when it cannot be told."""
    fitting = [chip for chip in chips if chip.label in PI_LABELS] or list(chips)
    fitting = [chip for chip in fitting if chip.lines > pin]
    if len(fitting) == 1:
        return fitting[0]
    if not fitting:
        told = ", ".join(map(str, chips))
        raise DeviceError(device, f"no GPIO chip has a line {pin}: {told}", _ADVICE)
    told = ", ".join(map(str, fitting))
    raise DeviceError(device, f"several GPIO chips have a line {pin}: {told}", _ADVICE)
