"""Who this device is: what the templates of a configuration are filled in with."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from callpoint.config.templates import Facts

_SERIALS: Final = (
    "sys/firmware/devicetree/base/serial-number",
    "proc/device-tree/serial-number",
)


def facts(root: Path = Path("/")) -> Facts:
    """The device's names; None for one that it does not have."""
    return {
        "hostname": socket.gethostname() or None,
        "serial": next(filter(None, (_text(root / path) for path in _SERIALS)), None),
        "mac": next(_addresses(root / "sys/class/net"), None),
        "machine_id": _text(root / "etc/machine-id"),
    }


def _addresses(cards: Path) -> Iterator[str]:
    """The addresses of real network cards; eth0 comes before wlan0, on or off."""
    try:
        folders = sorted(cards.iterdir())
    except OSError:
        return
    for folder in folders:
        # Bridges, tunnels and the like have no device, and addresses by chance.
        if (folder / "device").exists() and (address := _text(folder / "address")):
            yield address


def _text(file: Path) -> str | None:
    try:
        text = file.read_bytes().decode("ascii", "replace").strip("\0 \n")
    except OSError:
        return None
    return text or None
