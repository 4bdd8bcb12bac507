import asyncio

import pytest

from callpoint.simulator.actions import Json
from callpoint.simulator.journal import Journal


async def test_an_event_has_its_times_and_is_passed_on() -> None:
    told: list[Json] = []
    journal = Journal(told.append)
    journal.note("invite", 12.5, call_id="c1")
    (event,) = journal.events
    assert told == [event]
    assert event["monotonic_s"] == 12.5
    assert event["time"].endswith("+00:00")
    assert list(event) == ["event", "time", "monotonic_s", "call_id"]


async def test_an_event_of_the_past_is_found() -> None:
    journal = Journal()
    journal.note("invite", call_id="c1")
    journal.note("invite", call_id="c2")
    assert (await journal.wait_for("invite"))["call_id"] == "c1"
    assert (await journal.wait_for("invite", count=2))["call_id"] == "c2"
    assert (await journal.wait_for("invite", call_id="c2"))["call_id"] == "c2"


async def test_an_event_of_the_future_is_waited_for() -> None:
    journal = Journal()
    waiting = [asyncio.create_task(journal.wait_for(name)) for name in ("a", "b")]
    await asyncio.sleep(0)
    journal.note("other")
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    journal.note("b")
    journal.note("a")
    assert [(await task)["event"] for task in waiting] == ["a", "b"]


async def test_in_vain_it_tells_what_happened_instead() -> None:
    journal = Journal()
    journal.note("login")
    with pytest.raises(TimeoutError, match=r"no invite .* among: login"):
        await journal.wait_for("invite", timeout_s=0.01)
