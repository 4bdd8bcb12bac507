"""The log on a terminal and in a file: one line an event."""

import io
import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from callpoint.system import log
from callpoint.system.entries import Entry


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _as_before(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", root.handlers)
    level = root.level
    yield
    root.setLevel(level)


def teller(
    stream: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
    level: str = "info",
    clock: Callable[[], float] = time.monotonic,
) -> logging.Logger:
    monkeypatch.setattr("sys.stderr", stream)
    log.start(level, clock)
    return logging.getLogger("callpoint.station")


def test_a_terminal_gets_the_time_and_the_message_in_colour(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    stream = Terminal()
    tell = teller(stream, monkeypatch)
    tell.info("logged in")
    tell.warning("the link\nis lost")
    first, second = stream.getvalue().splitlines()
    assert re.fullmatch(r"\x1b\[2m\d\d:\d\d:\d\d\x1b\[0m logged in", first)
    assert second.endswith(" \x1b[33mwarning: the link is lost\x1b[0m")


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    stream = Terminal()
    teller(stream, monkeypatch).error("broken")
    assert re.fullmatch(r"\d\d:\d\d:\d\d error: broken\n", stream.getvalue())


def test_a_file_gets_plain_lines_with_the_level_and_the_teller(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    teller(stream, monkeypatch).warning("no card")
    assert stream.getvalue() == "WARNING callpoint.station: no card\n"


@pytest.mark.parametrize("level", ["info", "debug"])
def test_a_traceback_is_for_whoever_debugs(
    level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    stream = io.StringIO()
    teller(stream, monkeypatch, level).error("it broke", exc_info=KeyError("key"))
    lines = stream.getvalue().splitlines()
    if level == "debug":
        assert lines == ["ERROR callpoint.station: it broke", "KeyError: 'key'"]
    else:
        assert lines == ["ERROR callpoint.station: it broke: KeyError('key')"]


def test_what_was_left_out_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    times = iter([*range(10), 700])
    stream = io.StringIO()
    tell = teller(stream, monkeypatch, clock=lambda: next(times))
    for _ in range(11):
        tell.warning("no %s", "card")
    assert stream.getvalue().splitlines()[5:] == [
        "WARNING callpoint.station: no card"
        " (and 5 more like this within the last 10 minutes)"
    ]


def test_what_people_say_is_told_however_often_they_say_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stream = io.StringIO()
    tell = teller(stream, monkeypatch)
    for _ in range(10):
        tell.info("caller: yes", extra=Entry.TRANSCRIPT.fields(role="caller"))
    assert len(stream.getvalue().splitlines()) == 10


def test_threads_ask_one_after_the_other_what_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    meeting = threading.Barrier(2)

    def clock() -> float:
        with suppress(threading.BrokenBarrierError):
            meeting.wait(timeout=0.1)
        return 0.0

    tell = teller(io.StringIO(), monkeypatch, clock=clock)
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(tell.warning, ["no card", "no network"]))
    assert meeting.broken, "two threads were in it at once"


def test_the_level_can_be_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = io.StringIO()
    tell = teller(stream, monkeypatch, "warning")
    tell.info("no")
    log.set_level("info")
    tell.info("yes")
    assert stream.getvalue() == "INFO callpoint.station: yes\n"
