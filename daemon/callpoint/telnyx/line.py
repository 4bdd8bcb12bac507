"""The line: a client that is logged in, and logged in again after every drop.

It never gives up. What a failure asks for (try again, slowly, or not at all), and what
may cut a wait short, is decided in `backoff`.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from callpoint.errors import CallpointError
from callpoint.system.entries import Entry
from callpoint.system.turning import LONGEST_TURN_S, Turn
from callpoint.telnyx.backoff import Backoff, Retry, Shortcuts, retry

_LOGIN_S: Final = 120.0
"""Above the sum of all that a login may wait for."""
_REGISTERED: Final = Turn("registered")
_MOST_TOLD: Final = 10
"""Some sentences have a time in them, or what a server makes up."""

log = logging.getLogger(__name__)


class Registrable(Protocol):
    """The part of `Client` that a line needs."""

    @property
    def is_in_call(self) -> bool:
        """Whether somebody talks, or is about to."""
        ...

    async def disconnected(self) -> CallpointError:
        """Wait until the socket is gone; returns why that is."""
        ...


class Line:
    """Keeps `client` logged in by `login(reconnection)`.

    `trying()` and `waiting(error)` are called before a try and when it failed. After
    the first registration every login is a reconnection: the server takes calls up
    again. `dice` gives numbers from 0 up to 1.
    """

    def __init__(
        self,
        client: Registrable,
        login: Callable[[bool], Awaitable[None]],
        waiting: Callable[[CallpointError], None],
        trying: Callable[[], None] = lambda: None,
        dice: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._login = login
        self._waiting = waiting
        self._trying = trying
        self._backoff = Backoff(dice)
        self._shortcuts = Shortcuts(dice)
        self._failures = 0
        self._told: set[str] = set()
        """The failures of this streak that the log has told."""
        self._moved = self._pressed = False
        self._wished = asyncio.Event()
        self.turn = Turn("not started")
        """What it does."""

    async def run(self) -> None:
        """Stay logged in for ever; raises only what no retry can cure."""
        reconnection = False
        while True:
            self._trying()
            self._forget_wishes()
            self._begin_turn("logging in", _LOGIN_S)
            try:
                await self._login(reconnection)
            except CallpointError as error:
                await self._wait(self._failed(error), error)
            else:
                self._registered()
                self.turn = _REGISTERED
                reconnection = True
                cause = await self._client.disconnected()
                self._forget_wishes()
                await self._wait(self._delay_s(cause), cause)

    def network_changed(self) -> None:
        """There are other addresses or routes: what failed may succeed."""
        self._moved = True
        self._wished.set()

    def hurry(self) -> None:
        """Somebody waits for it: a finger at the button, or a new configuration."""
        self._pressed = True
        self._wished.set()

    def _begin_turn(self, doing: str, longest_s: float) -> None:
        self.turn = Turn(doing, asyncio.get_running_loop().time() + longest_s)

    def _registered(self) -> None:
        if self._failures:
            log.info("logged in, after %d failures", self._failures)
        self._failures = 0
        self._told.clear()
        self._backoff.reset()

    def _failed(self, error: CallpointError) -> float:
        if retry(error) is Retry.NEVER:
            raise error
        delay_s = self._delay_s(error)
        self._failures += 1
        is_news = str(error) not in self._told and len(self._told) < _MOST_TOLD
        if is_news:
            self._told.add(str(error))
        log.log(
            logging.WARNING if is_news else logging.DEBUG,
            "%s; the next try is in %.1f s. %s",
            error,
            delay_s,
            error.advice,
            extra=Entry.LOGIN_FAILED.fields(cause=error, advice=error.advice or None),
        )
        self._waiting(error)
        return delay_s

    def _delay_s(self, cause: CallpointError) -> float:
        return self._backoff.delay_s(cause, self._client.is_in_call)

    async def _wait(self, delay_s: float, cause: CallpointError) -> None:
        """Until the delay is over, or a wish cuts it short."""
        loop = asyncio.get_running_loop()
        until_s = loop.time() + delay_s
        self._begin_turn("waiting to log in", delay_s + LONGEST_TURN_S)
        try:
            while True:
                async with asyncio.timeout_at(until_s):
                    await self._wished.wait()
                self._wished.clear()
                until_s = min(until_s, self._wish_s(cause, loop.time()))
        except TimeoutError:
            pass

    def _wish_s(self, cause: CallpointError, now_s: float) -> float:
        """When the earliest wish may be granted; those during a try count as well."""
        at_s = float("inf")
        if self._moved:
            at_s = self._shortcuts.network_moved(cause, now_s)
        if self._pressed:
            at_s = min(at_s, self._shortcuts.pressed(now_s))
        self._forget_wishes()
        return at_s

    def _forget_wishes(self) -> None:
        self._moved = self._pressed = False
