"""The event stream: one object for all that happens, kept, passed on, waited for."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from callpoint.simulator.actions import Json

Sink = Callable[[Json], None]


class Journal:
    """Used on the event loop only. `sink` gets every event as it happens."""

    def __init__(self, sink: Sink | None = None) -> None:
        self.events: list[Json] = []
        self._sink = sink
        self._grown = asyncio.Event()

    def note(self, event: str, at_s: float | None = None, **fields: Any) -> None:
        """Something happened at `at_s` (CLOCK_MONOTONIC), or now."""
        entry: Json = {
            "event": event,
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "monotonic_s": time.monotonic() if at_s is None else at_s,
        }
        entry |= fields
        self.events.append(entry)
        self._grown.set()
        if self._sink is not None:
            self._sink(entry)

    def find(self, event: str, **fields: Any) -> list[Json]:
        """All events of that kind whose fields have these values."""
        return [
            entry
            for entry in self.events
            if entry["event"] == event
            and all(entry.get(name) == value for name, value in fields.items())
        ]

    async def wait_for(
        self, event: str, count: int = 1, timeout_s: float = 5.0, **fields: Any
    ) -> Json:
        """The `count`-th event of that kind, of the past or of the next seconds.

        Raises TimeoutError, which tells what happened instead.
        """
        try:
            async with asyncio.timeout(timeout_s):
                while len(found := self.find(event, **fields)) < count:
                    self._grown.clear()
                    await self._grown.wait()
        except TimeoutError:
            happened = ", ".join(entry["event"] for entry in self.events)
            raise TimeoutError(f"no {event} {fields} among: {happened}") from None
        return found[count - 1]
