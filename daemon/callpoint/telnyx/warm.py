"""The warm peer: while no call is up, one offer lies ready for the next press.

Whatever a server has to say is heard ahead of the press: names are looked up, addresses
seen from outside are known, and kept alive where they would be forgotten. What is kept
and when it is made anew is decided in `freshness` and `paths`. No sound is touched.
"""

import asyncio
import logging
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from callpoint.system.entries import Entry
from callpoint.telnyx.freshness import PACE, Freshness, Pace, Upkeep, next_upkeep
from callpoint.telnyx.paths import PathMemory, Plan
from callpoint.telnyx.servers import ServerConfiguration, is_loopback

if TYPE_CHECKING:
    from callpoint.telnyx.peer import Peer

_GOODBYE_S: Final = 1.0

log = logging.getLogger(__name__)


async def preload() -> None:
    """Import what a call needs, on a thread.

    It takes 0.2 s on a PC, and seconds from an SD card. Where another thread is at it,
    this waits there for it, and not on the event loop.
    """
    await asyncio.to_thread(import_module, "callpoint.telnyx.peer")


@dataclass
class _Held:
    """The peer that waits, and how good it is once all servers were heard."""

    peer: "Peer"
    made_s: float
    freshness: Freshness | None = None


class WarmPeer:
    """Gives every call its peers, the first one ready made where that is possible."""

    def __init__(self, pace: Pace = PACE) -> None:
        self._pace = pace
        self._memory = PathMemory()
        self._gateways: frozenset[str] = frozenset()
        self._configuration = ServerConfiguration(webrtc_ice_servers=())
        self._held: _Held | None = None
        self._upkeep: asyncio.Task[None] | None = None
        self._lent: list[Peer] = []
        self._closing: set[asyncio.Task[None]] = set()

    def configure(self, configuration: ServerConfiguration) -> None:
        """Say which servers there are; raises LocalProtocolError for a wrong one."""
        if configuration != self._configuration:
            self._memory = PathMemory(
                configuration.webrtc_ice_servers, self._pace.silence_s
            )
            self._memory.gateways_are(self._gateways)
            self._configuration = configuration

    def network_changed(self, gateways: frozenset[str]) -> None:
        """Addresses or routes are others; a network is known by its gateways."""
        self._gateways = gateways
        self._memory.gateways_are(gateways)
        # What a call finds that saw both networks tells of neither.
        self._lent.clear()
        if self._upkeep is not None:
            self.rest()
            self.keep(self._pace.settle_s)

    def keep(self, after_s: float = 0.0) -> None:
        """Have a peer ready from now on, until the next call or `rest`."""
        if self._upkeep is None:
            self._upkeep = asyncio.create_task(self._keep(after_s), name="warm peer")
            self._upkeep.add_done_callback(self._kept)

    def rest(self) -> None:
        """Have none."""
        self._stop()
        self._drop()

    def take(self, **callbacks: Any) -> "Peer":
        """The peer for an offer that is wanted now; `callbacks` as in `Peer.listen`.

        Nothing is gathered from here on, until `keep`.
        """
        self._stop()
        held, self._held = self._held, None
        if held is None:
            return self.make(**callbacks)
        held.peer.listen(**callbacks)
        self._lent.append(held.peer)
        return held.peer

    def make(self, **callbacks: Any) -> "Peer":
        """A new peer, for an answer that is wanted now.

        A call that goes through a relay moves to no path without one.
        """
        relayed = any(peer.attempt.path == "relayed" for peer in self._lent)
        peer = self._new(self._memory.plan(relay=relayed).in_haste())
        peer.listen(**callbacks)
        self._lent.append(peer)
        return peer

    def would_relay(self) -> bool:
        """Whether a call that found no path yet may find one by another offer."""
        return bool(self._memory.plan(relay=True).turn) and all(
            peer.attempt.path is None and "relay" not in peer.gatherer.candidates
            for peer in self._lent
        )

    def path_died(self) -> None:
        """A live call is not heard any more: its next peer has a relay, if there is."""
        self._memory.path_died()

    def learn(self) -> None:
        """A call is over, and its peers are closed: remember which paths they found."""
        for peer in self._lent:
            if peer.is_closed:
                self._memory.learn(peer.attempt)
        self._lent = [peer for peer in self._lent if not peer.is_closed]

    def report(self) -> dict[str, Any] | None:
        """What lies ready: the number of candidates by kind, and its age."""
        if self._held is None or not self._held.peer.gatherer.candidates:
            return None
        return {
            "candidates": self._held.peer.gatherer.candidates,
            "age_s": round(time.monotonic() - self._held.made_s, 1),
        }

    async def close(self) -> None:
        """Leave no socket and no task behind."""
        self.rest()
        if self._closing:
            await asyncio.wait(self._closing, timeout=_GOODBYE_S)
        for task in self._closing:
            task.cancel()
        await asyncio.gather(*self._closing, return_exceptions=True)

    async def _keep(self, after_s: float) -> None:
        await asyncio.sleep(after_s)
        await preload()
        while True:
            freshness = self._held.freshness if self._held else None
            plan = self._memory.plan()
            upkeep, in_s = next_upkeep(freshness, plan, time.monotonic(), self._pace)
            await asyncio.sleep(in_s)
            if upkeep is Upkeep.GATHER:
                await self._gather(plan)
            elif self._held is not None:
                await self._refresh(self._held)

    async def _gather(self, plan: Plan) -> None:
        """Make it anew; it can be taken at once, with what is known by then."""
        self._drop()
        held = self._held = _Held(self._new(plan), time.monotonic())
        offering = held.peer.prepare()
        # Not awaited: who takes the peer ends this task, and not that one.
        await asyncio.wait([offering])
        offering.result()
        gatherer, now_s = held.peer.gatherer, time.monotonic()
        if gatherer.stun_answered is not None:
            self._memory.stun_was_asked(gatherer.stun_answered)
        held.freshness = Freshness(plan, now_s, now_s, gatherer.fades, gatherer.lacks)
        log.debug("ready for a call: %s", gatherer.candidates)

    async def _refresh(self, held: _Held) -> None:
        """Ask whether all is as it was; if not, what is held is worth nothing."""
        if held.freshness is not None and await held.peer.gatherer.refresh():
            now_s = time.monotonic()
            held.freshness = replace(held.freshness, confirmed_s=now_s)
        else:
            self._drop()

    def _new(self, plan: Plan) -> "Peer":
        from callpoint.telnyx.peer import Peer

        return Peer(plan=plan, loopback=is_loopback(self._configuration))

    def _stop(self) -> None:
        if self._upkeep is not None:
            self._upkeep.cancel()
            self._upkeep = None

    def _drop(self) -> None:
        if self._held is not None:
            self._close(self._held.peer.close())
            self._held = None

    def _close(self, closing: Coroutine[Any, Any, None]) -> None:
        """A TURN server that is silent by now takes its time: nobody waits for it."""
        task = asyncio.create_task(closing)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _kept(self, upkeep: asyncio.Task[None]) -> None:
        if not upkeep.cancelled() and (error := upkeep.exception()) is not None:
            log.error(
                "calls are set up without preparation, by a fault of callpoint itself",
                exc_info=error,
                extra=Entry.BROKEN.fields(cause=repr(error)),
            )
            self.rest()
