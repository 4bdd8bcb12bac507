import asyncio

import pytest

from callpoint.demo.chronicle import Chronicle, is_state
from callpoint.demo.story import Happening
from tests.unit.demo.conversation import CALL, CONVERSATION


def test_levels_are_kept_apart() -> None:
    chronicle = Chronicle(lambda _: None)
    level = {"event": "level", "monotonic_s": 1.0, "capture": 0.5, "playout": 0.25}
    chronicle.note("daemon", level)
    assert chronicle.levels == (0.5, 0.25)
    assert chronicle.happenings == []


def test_every_event_is_shown_to_the_watcher() -> None:
    seen: list[Happening] = []
    chronicle = Chronicle(seen.append)
    chronicle.note("daemon", {"ok": True})
    chronicle.note("daemon", {"event": "link", "monotonic_s": 1.0, "state": "ready"})
    assert [event.kind for event in seen] == ["link"]


async def test_an_event_of_the_past_is_seen_at_once() -> None:
    chronicle = Chronicle(lambda _: None)
    chronicle.happenings.extend(CONVERSATION)
    event = await chronicle.seen(is_state("call", "active"))
    assert event.text("id") == CALL


async def test_an_event_to_come_is_waited_for() -> None:
    chronicle = Chronicle(lambda _: None)
    waiting = asyncio.create_task(chronicle.seen(is_state("link", "ready")))
    await asyncio.sleep(0)
    chronicle.note("daemon", {"event": "link", "monotonic_s": 1.0, "state": "offline"})
    await asyncio.sleep(0)
    assert not waiting.done()
    chronicle.note("daemon", {"event": "link", "monotonic_s": 2.0, "state": "ready"})
    assert (await waiting).monotonic_s == 2


async def test_the_end_of_an_earlier_call_does_not_count() -> None:
    chronicle = Chronicle(lambda _: None)
    chronicle.happenings.extend(CONVERSATION)
    await chronicle.call_ended()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0):
            await chronicle.call_ended(since=len(CONVERSATION))
