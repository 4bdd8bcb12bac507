"""The feed: what happens, handed to everybody who listens, none of whom can stop it.

`publish` belongs to the event loop's thread. A subscriber that reads too slowly loses
the oldest events, and is told how many: memory is bounded, the newest is kept.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

Event = dict[str, object]

BACKLOG = 256
"""Events kept for one subscriber: the busiest call makes some ten a second."""


class Subscription:
    """One listener's queue of events; iterate over it, and close it."""

    def __init__(
        self, feed: "Feed", levels: bool, backlog: int, stamp: Callable[[Event], Event]
    ) -> None:
        self.levels = levels
        self._feed = feed
        self._backlog = backlog
        self._stamp = stamp
        self._queue: deque[Event] = deque()
        self._dropped = 0
        self._closed = False
        self._changed = asyncio.Event()

    def __aiter__(self) -> "Subscription":
        return self

    async def __anext__(self) -> Event:
        while not (self._queue or self._dropped):
            if self._closed:
                raise StopAsyncIteration
            self._changed.clear()
            await self._changed.wait()
        if self._dropped:
            count, self._dropped = self._dropped, 0
            return self._stamp({"event": "dropped", "count": count})
        return self._queue.popleft()

    def close(self) -> None:
        """Take no more; the iteration ends after what is queued already."""
        self._closed = True
        self._feed.unsubscribe(self)
        self._changed.set()

    def offer(self, event: Event) -> None:
        """Queue `event`; called by the feed."""
        if event["event"] == "level" and self._waits_with_a_level():
            self._queue[-1] = event
            return
        if len(self._queue) == self._backlog:
            self._queue.popleft()
            self._dropped += 1
        self._queue.append(event)
        self._changed.set()

    def _waits_with_a_level(self) -> bool:
        # An old level is worth nothing, and must not push out what was said.
        return bool(self._queue) and self._queue[-1]["event"] == "level"


class Feed:
    """Where events are published and subscribed to."""

    def __init__(
        self,
        backlog: int = BACKLOG,
        monotonic: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._backlog = backlog
        self._monotonic = monotonic
        self._wall = wall
        self._subscriptions: set[Subscription] = set()

    @property
    def wants_levels(self) -> bool:
        """True while somebody listens to levels, so that no one else pays for them."""
        return any(subscription.levels for subscription in self._subscriptions)

    def publish(self, event: Mapping[str, object]) -> None:
        """Hand `event` to every subscriber, stamped with its time.

        `event["event"]` is its kind; `event["monotonic_s"]`, where it is given, is the
        CLOCK_MONOTONIC time of its cause in seconds. Never blocks, never fails.
        """
        if not self._subscriptions:
            return
        stamped = self.stamp(event)
        level = stamped["event"] == "level"
        for subscription in self._subscriptions:
            if subscription.levels or not level:
                subscription.offer(stamped)

    def subscribe(self, levels: bool = False) -> Subscription:
        """A queue of all that is published from now on."""
        subscription = Subscription(self, levels, self._backlog, self.stamp)
        self._subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        """Forget `subscription`; called by its `close`."""
        self._subscriptions.discard(subscription)

    def stamp(self, event: Mapping[str, object]) -> Event:
        """`event` with `time` (UTC, of its cause) and `monotonic_s`."""
        now_s = self._monotonic()
        given = event.get("monotonic_s")
        at_s = given if isinstance(given, int | float) else round(now_s, 6)
        # The wall clock may have been set since the cause; CLOCK_MONOTONIC was not.
        at = datetime.fromtimestamp(self._wall() - (now_s - at_s), UTC)
        utc = at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        rest = {key: value for key, value in event.items() if key not in _STAMPS}
        return {"event": event["event"], "time": utc, "monotonic_s": at_s, **rest}


_STAMPS = ("event", "time", "monotonic_s")
