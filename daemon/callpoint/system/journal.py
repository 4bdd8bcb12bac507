"""The journal of systemd: a line for people, and beside it fields for machines."""

import logging
import os
from collections.abc import Mapping
from typing import IO, Final

from callpoint.system.entries import field, fields_of

_PRIORITIES: Final = (
    (logging.CRITICAL, 2),
    (logging.ERROR, 3),
    (logging.WARNING, 4),
    (logging.INFO, 6),
)
_DEBUG: Final = 7


def is_behind(stream: IO[str], environment: Mapping[str, str]) -> bool:
    """Whether what is written to `stream` ends in the journal (systemd.exec(5))."""
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environment.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"


class Journal(logging.Handler):
    """Sends each line with its fields; a traceback is a field too, and no line."""

    def __init__(self) -> None:
        super().__init__()
        # systemd-python takes 10 ms to import: only a service of systemd pays that.
        from systemd.journal import sendv

        self._send = sendv

    def emit(self, record: logging.LogRecord) -> None:
        told = (f"{name}={value}" for name, value in fields(record).items())
        try:
            # What the far side wrote may hold half a character.
            self._send(*(each.encode("utf-8", "replace") for each in told))
        except OSError:
            self.handleError(record)


def fields(record: logging.LogRecord) -> dict[str, str]:
    """All fields of an entry, MESSAGE among them."""
    told = {
        "MESSAGE": " ".join(record.getMessage().splitlines()),
        "PRIORITY": str(_priority(record.levelno)),
        # Else it would be the name of the Python interpreter.
        "SYSLOG_IDENTIFIER": "callpoint",
        "LOGGER": record.name,
        "THREAD_NAME": str(record.threadName),
        # Journald keeps each value once, however often it comes.
        "CODE_FILE": record.pathname,
        "CODE_LINE": str(record.lineno),
        "CODE_FUNC": record.funcName,
        **fields_of(vars(record)),
    }
    if record.exc_info:
        told[field("traceback")] = logging.Formatter().formatException(record.exc_info)
    return told


def _priority(level: int) -> int:
    return next((number for least, number in _PRIORITIES if level >= least), _DEBUG)
