"""From a pin's edges to presses, over real threads and a real loop."""

import asyncio
import threading
import time

from callpoint.station.events import Pressed, Released
from callpoint.station.finger import Finger


async def test_an_edge_of_another_thread_becomes_a_press_at_the_edges_time() -> None:
    posted: asyncio.Queue[Pressed | Released] = asyncio.Queue()
    finger = Finger(5, lambda: True, posted.put_nowait)
    at_s = time.monotonic()
    threading.Thread(target=finger.edge, args=(True, at_s)).start()
    async with asyncio.timeout(2):
        assert await posted.get() == Pressed(at_s)
    finger.close()


async def test_the_time_of_quiet_can_be_changed_while_it_is_used() -> None:
    posted: asyncio.Queue[Pressed | Released] = asyncio.Queue()
    finger = Finger(1000, lambda: False, posted.put_nowait)
    at_s = time.monotonic()
    finger.edge(True, at_s)
    finger.debounce(5)
    finger.edge(False, at_s + 0.001)
    async with asyncio.timeout(0.5):
        assert await posted.get() == Pressed(at_s)
        assert await posted.get() == Released(at_s + 0.001)
    finger.close()


async def test_a_release_is_believed_when_the_line_is_quiet_and_up() -> None:
    posted: asyncio.Queue[Pressed | Released] = asyncio.Queue()
    finger = Finger(5, lambda: False, posted.put_nowait)
    at_s = time.monotonic()
    finger.edge(True, at_s)
    finger.edge(False, at_s + 0.001)
    async with asyncio.timeout(2):
        assert await posted.get() == Pressed(at_s)
        assert await posted.get() == Released(at_s + 0.001)
    finger.close()
