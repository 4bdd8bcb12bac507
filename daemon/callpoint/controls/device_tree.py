"""Which pins the device tree gives to something else: a HAT's overlay, a bus.

The kernel itself lets a GPIO line be taken from I2S or SPI on a Raspberry Pi, and the
sound is gone without a word. What a driver has wired up stands in the device tree: a
node that is in use names its groups of pins in `pinctrl-0`, and each group its pins, in
`brcm,pins` as numbers (up to the Pi 4) or in `pins` as names (Pi 5).
"""

import os
import re
from functools import cache
from pathlib import Path
from typing import Final

TREE: Final = Path("/sys/firmware/devicetree/base")

_NAME: Final = re.compile(r"gpio(\d+)")


@cache
def owners(tree: Path = TREE) -> dict[int, str]:
    """The pins in use, and by what, such as `{18: "i2s"}`; empty without a tree.

    It is read once: the tree has a thousand folders.
    """
    groups: dict[int, list[int]] = {}
    users: list[tuple[str, list[int]]] = []
    for folder, _, properties in os.walk(tree):
        node = Path(folder)
        if "brcm,pins" in properties or "pins" in properties:
            groups |= dict.fromkeys(_cells(node / "phandle"), _pins(node))
        if "pinctrl-0" in properties and _is_in_use(node):
            users.append((node.name.partition("@")[0], _cells(node / "pinctrl-0")))
    return {
        pin: user
        for user, handles in users
        for handle in handles
        for pin in groups.get(handle, ())
    }


def _is_in_use(node: Path) -> bool:
    status = _read(node / "status").rstrip(b"\0")
    return status in (b"", b"okay", b"ok")


def _pins(group: Path) -> list[int]:
    names = _read(group / "pins").decode("ascii", "replace").split("\0")
    found = (_NAME.fullmatch(name) for name in names)
    return _cells(group / "brcm,pins") + [int(name[1]) for name in found if name]


def _cells(file: Path) -> list[int]:
    """A property's numbers: 32 bits each, the high byte first."""
    content = _read(file)
    return [
        int.from_bytes(content[at : at + 4], "big") for at in range(0, len(content), 4)
    ]


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        # Absent, or gone with an overlay that is being taken out.
        return b""
