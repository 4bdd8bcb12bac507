"""What was told so far, by both programs, and waiting for what will be."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from callpoint.demo.story import Happening, Source, Story, happening, tell
from callpoint.errors import CallpointError

_READY_S: Final = 15.0
"""A first start reads 100 MB of libraries, perhaps from an SD card."""
_SUMMARY_S: Final = 2.0


class Chronicle:
    """All events in the order of their arrival, except levels.

    `watch` is called with every one of them.
    """

    def __init__(self, watch: Callable[[Happening], None]) -> None:
        self.happenings: list[Happening] = []
        self.levels = (0.0, 0.0)
        """Of the microphone and the speaker, 0 to 1."""
        self._watch = watch
        self._news = asyncio.Event()

    def note(self, source: Source, event: Mapping[str, object]) -> None:
        """Write down the event of one line; other lines are passed over."""
        noted = happening(source, event)
        if noted is None:
            return
        if noted.kind == "level":
            self.levels = noted.number("capture"), noted.number("playout")
            return
        self.happenings.append(noted)
        self._watch(noted)
        self._news.set()

    def story(self) -> Story:
        return tell(self.happenings)

    async def seen(
        self, fits: Callable[[Happening], bool], since: int = 0
    ) -> Happening:
        """The first event that fits, of those noted (from `since` on) and to come."""
        while True:
            for event in self.happenings[since:]:
                if fits(event):
                    return event
            since = len(self.happenings)
            self._news.clear()
            await self._news.wait()

    async def link_ready(self) -> None:
        """Raises CallpointError when the daemon does not log in within 15 s."""
        try:
            async with asyncio.timeout(_READY_S):
                await self.seen(is_state("link", "ready"))
        except TimeoutError:
            raise CallpointError(
                f"the daemon did not log in at the simulator within {_READY_S:.0f} s",
                "run it again with --keep and read daemon.log",
            ) from None

    async def call_ended(self, since: int = 0) -> None:
        """Wait for the end of a call, and for its figures, which follow it."""
        ended = await self.seen(is_state("call", "ended"), since)
        try:
            async with asyncio.timeout(_SUMMARY_S):
                await self.seen(
                    lambda event: (
                        event.kind == "summary"
                        and event.text("call_id") == ended.text("id")
                    )
                )
        except TimeoutError:
            return


def is_state(kind: str, state: str) -> Callable[[Happening], bool]:
    """Fits the daemon's events of `kind` that tell `state`."""
    return lambda event: (
        event.source == "daemon" and event.kind == kind and event.text("state") == state
    )
