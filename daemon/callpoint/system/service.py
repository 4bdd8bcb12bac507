"""The daemon as a service of systemd: ready, its status in a line, reloads, its end.

What is told, others know: `status` is asked whenever something may have changed.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Final

from callpoint.system import notify

SLOW_CARD_S: Final = 10.0
"""So long a sound card is waited for, before the daemon is ready without it."""

log = logging.getLogger(__name__)


class Service:
    """`status` gives the line, `reload` reads the configuration again."""

    def __init__(
        self,
        status: Callable[[], str],
        reload: Callable[[], Awaitable[None]],
        slow_card_s: float = SLOW_CARD_S,
    ) -> None:
        self._status = status
        self._reload = reload
        self._slow_card_s = slow_card_s
        self._told: str | None = None
        self._is_ready = False

    def changed(self) -> None:
        """Show the line, if it is another one than before."""
        if (line := self._status()) != self._told:
            self._told = line
            notify.status(line)

    async def announce(self, cards_work: asyncio.Event) -> None:
        """Be ready once the cards work, or have been waited for."""
        try:
            async with asyncio.timeout(self._slow_card_s):
                await cards_work.wait()
        except TimeoutError:
            log.info("ready without all sound devices")
        self._is_ready = True
        notify.ready()

    async def reload(self) -> None:
        """SIGHUP came: reload, and let systemd know when that is done."""
        if self._is_ready:
            notify.reloading(time.monotonic())
        try:
            await self._reload()
        finally:
            # Else systemd would hold it for reloading until a time-out.
            if self._is_ready:
                notify.ready()

    def stopping(self) -> None:
        self._is_ready = False
        notify.stopping()
