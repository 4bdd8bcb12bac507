"""What the far end sends, on its way to the caller: lost, held up, or passed on."""

import asyncio
import time
from collections.abc import Callable

from callpoint.simulator.link import Conditions, Link

Send = Callable[[bytes], None]
Left = Callable[[bytes, float, float | None], None]
"""Told of each packet when it was sent, and how long it is held; None: it is lost."""


class Uplink:
    """One call's way to the caller, below RTP and above the encryption."""

    def __init__(self, conditions: Conditions, left: Left) -> None:
        self._link = Link(conditions)
        self._left = left
        self._closed = False

    def carry(self, packet: bytes, send: Send) -> None:
        """Take an RTP packet; `send` puts it on the network, now or later."""
        now_s = time.monotonic()
        held_s = self._link.held_s(now_s)
        self._left(packet, now_s, held_s)
        if held_s == 0:
            send(packet)
        elif held_s is not None:
            loop = asyncio.get_running_loop()
            loop.call_later(held_s, self._send_late, packet, send)

    def close(self) -> None:
        """What is still held is lost."""
        self._closed = True

    def _send_late(self, packet: bytes, send: Send) -> None:
        if not self._closed:
            send(packet)
