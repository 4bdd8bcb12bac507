"""Opens sockets to the region's host; to the plain one while that fails; and back.

Nobody is kept waiting for a region: the plain host knows every session. While it stands
in, the region's host is asked from time to time, and an idle device goes back.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from callpoint.errors import CallpointError, NetworkError
from callpoint.telnyx import dialing
from callpoint.telnyx.backoff import drawn_s
from callpoint.telnyx.health import Limits
from callpoint.telnyx.servers import (
    RETURN_S,
    ServerConfiguration,
    Turns,
    signaling_url,
)
from callpoint.telnyx.socket import Socket, open_socket

_SPREAD: Final = (0.75, 1.25)
"""Of the time after which the region is asked: its devices do not all come at once."""

log = logging.getLogger(__name__)


class Homing:
    """Opens the sockets of one client.

    `leave(error)` is to give the socket up that stands in for the region's, where
    `is_idle()`.
    """

    def __init__(
        self,
        limits: Limits,
        is_idle: Callable[[], bool],
        leave: Callable[[NetworkError], None],
        look_up: dialing.LookUp = dialing.look_up,
        return_s: float = RETURN_S,
    ) -> None:
        self._limits = limits
        self._is_idle = is_idle
        self._leave = leave
        self._look_up = look_up
        self._return_s = return_s
        self._turns = Turns()
        self._configuration = ServerConfiguration()
        self._returning: asyncio.Task[None] | None = None

    async def open(
        self, configuration: ServerConfiguration, query: Mapping[str, str]
    ) -> Socket:
        """A socket to the host whose turn it is; errors are those of `open_socket`."""
        self._configuration = configuration
        region = self._turns.region(configuration.region, time.monotonic())
        try:
            return await self._opened(region, query)
        except NetworkError as error:
            self._turns.unreachable(str(error), time.monotonic())
            if self._turns.why_away is None:
                raise
            message = f"{error}; {self._plain_host()} is tried next"
            raise NetworkError(message, error.advice) from error

    def registered(self) -> str | None:
        """The socket carries a session; returns what is to be said about its host."""
        if self._turns.why_away is None:
            return None
        self._returning = asyncio.create_task(self._return(), name="return to region")
        return f"over {self._plain_host()} for now: {self._turns.why_away}"

    async def rest(self) -> None:
        """The socket is gone."""
        if self._returning is not None:
            self._returning.cancel()
            await asyncio.wait([self._returning])
            self._returning = None

    async def _return(self) -> None:
        while True:
            await asyncio.sleep(self._return_s * drawn_s(_SPREAD, random.random))
            if self._is_idle() and await self._answers() and self._is_idle():
                self._turns.why_away = None
                self._leave(
                    NetworkError(f"the region {self._configuration.region} is back")
                )
                return

    async def _answers(self) -> bool:
        """Whether the region's host can be reached again."""
        try:
            socket = await self._opened(self._configuration.region, {})
        except CallpointError as error:
            log.debug("still away from the region: %s", error)
            self._turns.still_away(time.monotonic())
            return False
        await socket.close()
        return True

    async def _opened(self, region: str | None, query: Mapping[str, str]) -> Socket:
        configuration = replace(self._configuration, region=region)
        return await open_socket(
            signaling_url(configuration, query),
            configuration.ca_file,
            configuration.proxy,
            self._limits.step_s,
            self._look_up,
        )

    def _plain_host(self) -> str:
        netloc = urlsplit(self._configuration.signaling_server).netloc
        return netloc.rpartition("@")[2]
