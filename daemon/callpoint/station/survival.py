"""Keeps the live call on file, for the next life of this program to take it up again.

There is a file only while there is a call: without one, a crash costs nothing.
"""

import logging
import time
from collections.abc import Callable
from typing import Final, Protocol

from callpoint.telnyx.survivor import LONGEST_TEXT, Origin, Survivor, read, written

RETENTION_S: Final = 90.0
"""So long the server keeps a call whose program is gone."""

log = logging.getLogger(__name__)


class File(Protocol):
    """The part of `system.runtime_file.RuntimeFile` that is needed here."""

    def read(self, longest_bytes: int) -> str | None: ...

    def write(self, text: str) -> None: ...

    def erase(self) -> None: ...


class Survival:
    """`live` tells of the call that is up, if any, and `origin` whose it is."""

    def __init__(
        self,
        file: File,
        origin: Callable[[], Origin],
        longest_call_s: float,
        live: Callable[[], Survivor | None],
    ) -> None:
        self._file = file
        self._origin = origin
        self._longest_call_s = longest_call_s
        self._live = live

    def found(self) -> Survivor | None:
        """The call that an earlier life left behind."""
        text = self._file.read(LONGEST_TEXT)
        if text is None:
            return None
        oldest_s = self._longest_call_s + RETENTION_S
        try:
            return read(text, self._origin(), time.monotonic(), oldest_s)
        except ValueError as error:
            log.warning("a call of an earlier life is left alone: %s", error)
            self._file.erase()
            return None

    def keep(self) -> None:
        """Something changed: let the file say what is so."""
        survivor = self._live()
        if survivor is None:
            self._file.erase()
        else:
            self._file.write(written(survivor, self._origin()))
