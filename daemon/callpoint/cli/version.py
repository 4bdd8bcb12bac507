"""The versions that a report of a fault should name."""

import platform
from importlib.metadata import PackageNotFoundError, version

from callpoint import __version__

_STANDS_ON = {"aiortc": "aiortc", "PyAV": "av", "websockets": "websockets"}


def versions() -> str:
    """One line for callpoint, one for each of what it stands on."""
    lines = [f"callpoint {__version__}", f"Python {platform.python_version()}"]
    lines += [f"{name} {_installed(package)}" for name, package in _STANDS_ON.items()]
    return "\n".join(lines)


def _installed(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "is not installed"
