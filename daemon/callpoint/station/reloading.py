"""Reads the configuration again, off the event loop, and says what becomes of it."""

import asyncio
import logging
from collections.abc import Callable

from callpoint.config.schema import Config
from callpoint.errors import ConfigError
from callpoint.station.settings import Reloaded, Settings, told
from callpoint.system.entries import Entry

log = logging.getLogger(__name__)


class Reloading:
    """`load` reads and checks; `degrade` is told what is wrong; None: nothing.

    One reload at a time: each sees what the one before has brought.
    """

    def __init__(
        self,
        settings: Settings,
        load: Callable[[], Config],
        in_call: Callable[[], bool],
        degrade: Callable[[str | None], None],
    ) -> None:
        self._settings = settings
        self._load = load
        self._in_call = in_call
        self._degrade = degrade
        self._one_at_a_time = asyncio.Lock()

    async def reload(self) -> Reloaded:
        """Apply what can be applied; a call goes on.

        Raises ConfigError for a wrong configuration; the one in force stays.
        """
        async with self._one_at_a_time:
            try:
                # A disk may be slow, and a call goes on meanwhile.
                config = await asyncio.to_thread(self._load)
            except ConfigError as error:
                self.refuse(error)
                raise
            reloaded = self._settings.take(config, self._in_call())
        log.info("configuration: %s", reloaded, extra=Entry.CONFIG_APPLIED.fields())
        self._degrade(None)
        return reloaded

    def refuse(self, error: ConfigError) -> None:
        """The configuration is wrong, and the last good one in force."""
        self._settings.refuse(error)
        for fault in error.faults:
            log.error(
                "configuration: %s",
                fault,
                extra=Entry.CONFIG_REFUSED.fields(cause=fault),
            )
        log.error("the last good configuration is in force")
        self._degrade(f"the configuration is wrong: {told(error)}")
