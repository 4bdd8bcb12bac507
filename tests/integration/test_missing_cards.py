"""Cards that are not there: two threads at once ask libasound, which complains."""

import subprocess
import sys

import pytest

OPEN_BOTH_AT_ONCE = """
import threading
from callpoint.audio.alsa import AlsaCapture, AlsaPlayout
from callpoint.errors import DeviceError

together = threading.Barrier(2)

def open_missing(kind):
    together.wait()
    try:
        kind("default:CARD=Missing")
    except DeviceError as error:
        print(error)

threads = [
    threading.Thread(target=open_missing, args=(kind,))
    for kind in (AlsaCapture, AlsaPlayout)
]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.parametrize("_", range(8))
def test_two_missing_cards_are_told_and_nothing_hangs(_: int) -> None:
    told = subprocess.run(
        [sys.executable, "-c", OPEN_BOTH_AT_ONCE],
        capture_output=True,
        text=True,
        timeout=20,
        check=True,
    )
    assert told.stderr == ""
    assert told.stdout.count("default:CARD=Missing") == 2
