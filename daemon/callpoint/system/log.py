"""Where the log goes: to the journal with fields, to a terminal in colour, or plain.

Whoever reads it finds one line an event. A traceback stands in the journal's fields;
elsewhere it is only written at the level "debug".
"""

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Mapping
from typing import IO, Final

from callpoint.system import journal
from callpoint.system.entries import Entry
from callpoint.system.repeats import PERIOD_S, Repeats

_DIM: Final = "2"
_COLOURS: Final = {
    logging.CRITICAL: "1;31",
    logging.ERROR: "31",
    logging.WARNING: "33",
    logging.DEBUG: _DIM,
}


def start(level: str, clock: Callable[[], float] = time.monotonic) -> None:
    """Begin the log of this process, at "debug", "info", "warning" or "error"."""
    handler = _handler(sys.stderr, os.environ)
    handler.addFilter(_NoRepeats(clock))
    logging.getLogger().handlers = [handler]
    set_level(level)
    # They tell of every packet, ICE check, or message with all that was said.
    for chatty in ("aioice", "aiortc", "asyncio", "websockets"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


def set_level(level: str) -> None:
    """Another level, from now on."""
    logging.getLogger().setLevel(level.upper())


def _handler(stream: IO[str], environment: Mapping[str, str]) -> logging.Handler:
    if journal.is_behind(stream, environment):
        return journal.Journal()
    handler = logging.StreamHandler(stream)
    if stream.isatty():
        handler.setFormatter(_ForPeople(coloured=not environment.get("NO_COLOR")))
    else:
        handler.setFormatter(_OneLine())
    return handler


class _OneLine(logging.Formatter):
    """Without a traceback, unless somebody looks for faults of the program."""

    def format(self, record: logging.LogRecord) -> str:
        line = self.line(record, " ".join(record.getMessage().splitlines()))
        if not record.exc_info:
            return line
        if logging.getLogger().isEnabledFor(logging.DEBUG):
            return f"{line}\n{self.formatException(record.exc_info)}"
        return f"{line}: {record.exc_info[1]!r}"

    def line(self, record: logging.LogRecord, message: str) -> str:
        return f"{record.levelname} {record.name}: {message}"


class _ForPeople(_OneLine):
    """The time, the message, and a level that is not the usual one."""

    def __init__(self, coloured: bool) -> None:
        super().__init__()
        self._coloured = coloured

    def line(self, record: logging.LogRecord, message: str) -> str:
        at = time.strftime("%H:%M:%S", time.localtime(record.created))
        level = (
            "" if record.levelno == logging.INFO else f"{record.levelname.lower()}: "
        )
        colour = _COLOURS.get(record.levelno)
        if not self._coloured:
            return f"{at} {level}{message}"
        told = f"{level}{message}" if colour is None else _in(colour, level + message)
        return f"{_in(_DIM, at)} {told}"


def _in(colour: str, text: str) -> str:
    return f"\033[{colour}m{text}\033[0m"


class _NoRepeats(logging.Filter):
    """Leaves out what was just told several times, but for whoever asks for all."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._repeats = Repeats()
        # A handler locks what it writes, not what it asks its filters.
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.levelno < logging.INFO or _is_speech(record):
            return True
        text = f"{record.levelno} {record.getMessage()}"
        with self._lock:
            left_out = self._repeats.left_out(text, self._clock())
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} more like this"
            record.msg += f" within the last {PERIOD_S / 60:.0f} minutes)"
            record.args = ()
        return left_out is not None


def _is_speech(record: logging.LogRecord) -> bool:
    """An assistant greets with the same words in every call."""
    return getattr(record, "MESSAGE_ID", None) == Entry.TRANSCRIPT.value
