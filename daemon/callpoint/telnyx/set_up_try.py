"""One try to set a call up: what came of it so far, and what came in its way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from callpoint.telnyx.setback import Setback


class SetUpTry:
    """What the far end said is kept from the first moment on; a failure, in a try."""

    def __init__(self) -> None:
        self.description: asyncio.Future[str | None] = asyncio.Future()
        """The far end's SDP; None: an attach came instead of an answer."""
        self.answered = asyncio.Event()
        self.connected = asyncio.Event()
        self._failed: asyncio.Future[Setback] | None = None
        """While the try lasts: what comes in its way."""

    @property
    def is_under_way(self) -> bool:
        return self._failed is not None

    def describe(self, sdp: str | None) -> None:
        """The far end may say it more than once, and with less each time."""
        if sdp is not None and not self.description.done():
            self.description.set_result(sdp)

    def attached(self) -> None:
        """The far end offered the call itself, and has our answer."""
        if not self.description.done():
            self.description.set_result(None)
        self.answered.set()

    def fail(self, failed: Setback) -> None:
        """Something came in its way; what is first counts."""
        if self._failed is not None and not self._failed.done():
            self._failed.set_result(failed)

    async def outcome(
        self,
        trying: Coroutine[Any, Any, None],
        limit_s: float,
        late: Callable[[], Setback],
    ) -> Setback | None:
        """Run `trying` until it is done, or `fail` is called; returns what failed.

        Where neither happens within `limit_s`, `late` tells. Raises what `trying` does.
        """
        self._failed = asyncio.get_running_loop().create_future()
        task = asyncio.create_task(trying)
        try:
            await asyncio.wait(
                (task, self._failed),
                timeout=limit_s,
                return_when=asyncio.FIRST_COMPLETED,
            )
            if self._failed.done():
                return self._failed.result()
            if not task.done():
                return late()
            task.result()
        finally:
            self._failed = None
            task.cancel()
            await asyncio.wait([task])
        return None
