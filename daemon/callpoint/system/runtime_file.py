"""A small file in the runtime directory, which systemd keeps over a restart.

It is ours alone (mode 0600), whole or not there, and written only when it changes.
Nothing of it goes to a disk: /run is in memory.
"""

import contextlib
import logging
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_BOOT_ID: Final = Path("/proc/sys/kernel/random/boot_id")

log = logging.getLogger(__name__)


def runtime_directory(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The first one that systemd made for us; None without systemd."""
    first = environment.get("RUNTIME_DIRECTORY", "").split(":")[0]
    return Path(first) if first else None


def boot_id() -> str:
    """Of this boot; empty where the kernel does not tell."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""


class RuntimeFile:
    """One text. Nothing that goes wrong with it stops anything else: it is logged."""

    def __init__(self, folder: Path | None, name: str) -> None:
        self._path = folder / name if folder else None
        self._text: str | None = None
        self._failed = False

    def read(self, longest_bytes: int) -> str | None:
        """What an earlier life wrote; None when there is nothing to be trusted."""
        if self._path is None:
            return None
        try:
            file = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return None
        except OSError as error:
            log.warning("%s is ignored: %s", self._path, error.strerror)
            return None
        try:
            if fault := _mistrust(os.fstat(file), longest_bytes):
                log.warning("%s is ignored: %s", self._path, fault)
                return None
            return os.read(file, longest_bytes).decode("utf-8", "replace")
        finally:
            os.close(file)

    def write(self, text: str) -> None:
        """Put this in its place, unless it is there already."""
        if self._path is None or text == self._text:
            return
        fresh = self._path.with_name(f"{self._path.name}.new")
        try:
            fresh.unlink(missing_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            with os.fdopen(os.open(fresh, flags, 0o600), "w") as file:
                file.write(text)
            fresh.replace(self._path)
        except OSError as error:
            if not self._failed:
                log.warning("%s cannot be written: %s", self._path, error.strerror)
            self._failed = True
        else:
            self._text, self._failed = text, False

    def erase(self) -> None:
        """Leave nothing."""
        self._text = None
        if self._path is not None:
            with contextlib.suppress(OSError):
                self._path.unlink(missing_ok=True)


def _mistrust(status: os.stat_result, longest_bytes: int) -> str:
    """Why a file is not to be read; empty when it is."""
    if not stat.S_ISREG(status.st_mode):
        return "it is no file"
    if status.st_uid != os.geteuid():
        return "it belongs to somebody else"
    if status.st_mode & 0o022:
        return "others may write to it"
    if status.st_size > longest_bytes:
        return f"it has {status.st_size} bytes"
    return ""
