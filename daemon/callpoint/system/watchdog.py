"""Feeds systemd's watchdog from the event loop, while all else turns as well.

Whoever is not fed in time is killed and started again, so that a wall unit never hangs
for longer than a minute. Where systemd did not ask for it, nothing is done.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Final

from callpoint.system import notify
from callpoint.system.entries import Entry
from callpoint.system.turning import Turn, stuck

_FEEDS: Final = 3
"""So often within systemd's time, for one may come late."""

log = logging.getLogger(__name__)


class Watchdog:
    """`turns` tells what each part does at the moment."""

    def __init__(
        self,
        turns: Callable[[], Mapping[str, Turn]],
        feed: Callable[[], None] = notify.feed,
    ) -> None:
        self._turns = turns
        self._feed = feed
        self._is_hungry = False

    async def run(self, limit_s: float | None) -> None:
        """Feed it in time, for ever; returns at once where there is none."""
        while limit_s is not None:
            self._look()
            await asyncio.sleep(limit_s / _FEEDS)

    def _look(self) -> None:
        late = stuck(self._turns(), asyncio.get_running_loop().time())
        if not late:
            self._feed()
        if late and not self._is_hungry:
            log.error(
                "systemd's watchdog is not fed: %s",
                "; ".join(late),
                extra=Entry.HANGING.fields(cause="; ".join(late)),
            )
        if self._is_hungry and not late:
            log.info("all turns again")
        self._is_hungry = bool(late)
