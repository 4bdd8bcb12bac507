"""Nobody waits long. Twice what a quiet machine of two cores shows is still a pass."""

import asyncio
import statistics
from pathlib import Path

import pytest

from tests.daemon import reconnects
from tests.daemon.timings import measure
from tests.sound_server import SoundServer


@pytest.mark.alone
def test_start_press_and_greeting_are_quick(
    sound_server: SoundServer, tmp_path: Path
) -> None:
    waits = measure(sound_server, tmp_path, calls=10, starts=3)
    assert statistics.median(waits.start_to_registered_ms) < 800, waits.table()
    assert statistics.median(waits.invite_ms) < 30, waits.table()
    assert statistics.median(waits.first_rtp_ms) < 120, waits.table()
    assert statistics.median(waits.greeting_ms) < 260, waits.table()


@pytest.mark.alone
def test_a_socket_that_is_cut_is_replaced_within_two_seconds(tmp_path: Path) -> None:
    waits_s = asyncio.run(reconnects.measure(tmp_path, times=3))
    assert max(waits_s) < 2, reconnects.table(waits_s)
