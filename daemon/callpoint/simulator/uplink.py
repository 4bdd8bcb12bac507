"""What the far end sends, on its way to the caller: lost, held up, or passed on."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from callpoint.simulator.link import Conditions, Link

Send = Callable[[bytes], Awaitable[None]]
Left = Callable[[bytes, float, float | None], None]
"""Told of each packet when it was sent, and how long it is held; None: it is lost."""


class Uplink:
    """One call's way to the caller, below RTP and above the encryption."""

    def __init__(self, conditions: Conditions, left: Left) -> None:
        self._link = Link(conditions)
        self._left = left
        self._held: set[asyncio.Task[None]] = set()

    async def carry(self, packet: bytes, send: Send) -> None:
        """Take an RTP packet; `send` puts it on the network, now or later."""
        now_s = time.monotonic()
        held_s = self._link.held_s(now_s)
        self._left(packet, now_s, held_s)
        if held_s == 0:
            await send(packet)
        elif held_s is not None:
            task = asyncio.create_task(_send_later(held_s, packet, send))
            self._held.add(task)
            task.add_done_callback(self._held.discard)

    def close(self) -> None:
        """What is still held is lost."""
        for task in self._held:
            task.cancel()


async def _send_later(held_s: float, packet: bytes, send: Send) -> None:
    await asyncio.sleep(held_s)
    try:
        await send(packet)
    except ConnectionError:
        # The call ended meanwhile.
        return
