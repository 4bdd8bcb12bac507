"""What the daemon does about a thread that breaks."""

import threading

import pytest

from callpoint.station import daemon
from callpoint.system.entries import Entry


def test_a_thread_that_breaks_is_told_in_a_line_with_its_cause(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(threading, "excepthook", daemon.thread_broke)
    thread = threading.Thread(target=breaks, name="capture")
    thread.start()
    thread.join()
    (told,) = caplog.records
    message = "the thread capture broke off, by a fault of callpoint itself"
    assert told.getMessage() == message
    assert vars(told)["MESSAGE_ID"] == Entry.BROKEN.value
    assert vars(told)["CALLPOINT_CAUSE"] == "ZeroDivisionError()"
    assert told.exc_info is not None
