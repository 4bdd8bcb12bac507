"""What is published reaches everybody who listens, and costs no one else."""

from callpoint.control.feed import Event, Feed, Subscription


def feed(backlog: int = 4) -> Feed:
    """At 100 s of CLOCK_MONOTONIC it is 2025-11-23 08:00:00 UTC."""
    return Feed(backlog, monotonic=lambda: 100.0, wall=lambda: 1_763_884_800.0)


async def everything(subscription: Subscription) -> list[Event]:
    subscription.close()
    return [event async for event in subscription]


async def test_an_event_is_stamped_with_both_clocks() -> None:
    hub = feed()
    listener = hub.subscribe()
    hub.publish({"event": "button", "state": "pressed"})
    assert await everything(listener) == [
        {
            "event": "button",
            "time": "2025-11-23T08:00:00.000Z",
            "monotonic_s": 100.0,
            "state": "pressed",
        }
    ]


async def test_the_time_of_a_cause_goes_before_that_of_its_telling() -> None:
    hub = feed()
    listener = hub.subscribe()
    hub.publish({"event": "button", "state": "pressed", "monotonic_s": 98.25})
    (event,) = await everything(listener)
    assert event["monotonic_s"] == 98.25
    assert event["time"] == "2025-11-23T07:59:58.250Z"


async def test_every_subscriber_hears_what_came_after_it_subscribed() -> None:
    hub = feed()
    early = hub.subscribe()
    hub.publish({"event": "one"})
    late = hub.subscribe()
    hub.publish({"event": "two"})
    assert [event["event"] for event in await everything(early)] == ["one", "two"]
    assert [event["event"] for event in await everything(late)] == ["two"]


async def test_levels_go_only_to_those_who_asked() -> None:
    hub = feed()
    plain = hub.subscribe()
    curious = hub.subscribe(levels=True)
    hub.publish({"event": "level", "capture": 0.5, "playout": 0.0})
    assert await everything(plain) == []
    assert [event["event"] for event in await everything(curious)] == ["level"]


def test_levels_are_wanted_while_somebody_listens_to_them() -> None:
    hub = feed()
    wanted = []
    hub.subscribe()
    wanted.append(hub.wants_levels)
    curious = hub.subscribe(levels=True)
    wanted.append(hub.wants_levels)
    curious.close()
    wanted.append(hub.wants_levels)
    assert wanted == [False, True, False]


async def test_one_who_falls_behind_is_told_how_much_and_gets_the_newest() -> None:
    hub = feed(backlog=4)
    listener = hub.subscribe()
    for number in range(10):
        hub.publish({"event": "call", "number": number})
    dropped, *rest = await everything(listener)
    assert (dropped["event"], dropped["count"]) == ("dropped", 6)
    assert "time" in dropped
    assert "monotonic_s" in dropped
    assert [event["number"] for event in rest] == [6, 7, 8, 9]


async def test_one_who_caught_up_is_told_once() -> None:
    hub = feed(backlog=1)
    listener = hub.subscribe()
    hub.publish({"event": "lost"})
    hub.publish({"event": "kept"})
    kinds = [(await anext(listener))["event"] for _ in range(2)]
    hub.publish({"event": "later"})
    assert kinds == ["dropped", "kept"]
    assert [event["event"] for event in await everything(listener)] == ["later"]


async def test_levels_that_wait_do_not_push_out_what_was_said() -> None:
    hub = feed(backlog=4)
    listener = hub.subscribe(levels=True)
    hub.publish({"event": "transcript"})
    for number in range(100):
        hub.publish({"event": "level", "capture": number})
    said, level = await everything(listener)
    assert said["event"] == "transcript"
    assert level["capture"] == 99


async def test_a_closed_subscription_takes_nothing_more() -> None:
    hub = feed()
    listener = hub.subscribe()
    listener.close()
    hub.publish({"event": "call"})
    assert await everything(listener) == []
