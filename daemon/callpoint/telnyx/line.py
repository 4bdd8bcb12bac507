"""The line: a client that is logged in, and logged in again after every drop.

It never gives up. What a failure asks for (try again, slowly, or not at all) is decided
in `backoff`.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Protocol

from callpoint.errors import CallpointError
from callpoint.telnyx.backoff import Backoff, Retry, retry

log = logging.getLogger(__name__)


class Registrable(Protocol):
    """The part of `Client` that a line needs."""

    async def disconnected(self) -> None:
        """Wait until the socket is gone."""
        ...


class Line:
    """Keeps `client` logged in by `login(reconnection)`.

    `waiting(reason)` is called when a try failed or a socket was lost. After the first
    registration every login is a reconnection: the server takes calls up again.
    """

    def __init__(
        self,
        client: Registrable,
        login: Callable[[bool], Awaitable[None]],
        waiting: Callable[[str], None],
        trying: Callable[[], None] = lambda: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._login = login
        self._waiting = waiting
        self._trying = trying
        self._sleep = sleep
        self._backoff = Backoff(random.random)
        self._failures = 0

    async def run(self) -> None:
        """Stay logged in for ever; raises only what no retry can cure."""
        reconnection = False
        while True:
            self._trying()
            try:
                await self._login(reconnection)
            except CallpointError as error:
                delay_s = self._delay_s(error)
            else:
                self._registered()
                reconnection = True
                await self._client.disconnected()
                delay_s = self._backoff.delay_s()
            await self._sleep(delay_s)

    def _registered(self) -> None:
        if self._failures:
            log.info("logged in again")
        self._failures = 0
        self._backoff.reset()

    def _delay_s(self, error: CallpointError) -> float:
        kind = retry(error)
        if kind is Retry.NEVER:
            raise error
        delay_s = self._backoff.delay_s(kind)
        self._failures += 1
        log.log(
            logging.WARNING if self._failures == 1 else logging.DEBUG,
            "%s; the next try is in %.0f s. %s",
            error,
            delay_s,
            error.advice,
        )
        self._waiting(str(error))
        return delay_s
