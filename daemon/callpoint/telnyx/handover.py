"""The paths that the media of one call take: one that carries it, at times a next one.

Make before break: what is said goes out over both until something comes back over the
new one, and what comes in is joined to one stream. A new path that fails leaves the old
one as it was.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Protocol

from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.errors import LocalProtocolError
from callpoint.telnyx.continuation import Continuation
from callpoint.telnyx.seams import Media

if TYPE_CHECKING:
    from callpoint.telnyx.peer import Peer, PeerStatistics

_OVERTAKEN_S: Final = 0.1
"""What is still on its way over the old path when the new one speaks."""
_OVERLAP_S: Final = 2.0
"""A far end that is silent on the new path has taken it by then."""


class Listener(Protocol):
    """Who is told what becomes of the paths."""

    def connected(self) -> None:
        """A path carries media."""
        ...

    def flowing(self, kind: Any, at_s: float) -> None:
        """The first packet went over a path, or came."""
        ...

    def lost(self, reason: str) -> None:
        """The path is gone, and no other is on its way."""
        ...


@dataclass
class _Path:
    number: int
    peer: "Peer"
    retiring: asyncio.TimerHandle | None = None
    has_spoken: bool = False
    has_carried: bool = False
    is_lost: bool = False


class Handover:
    """The peers of one call. `Media` hears one stream, and speaks into one."""

    def __init__(self, media: Media, listener: Listener) -> None:
        self._media = media
        self._listener = listener
        self._loop = asyncio.get_running_loop()
        self._paths: list[_Path] = []
        """All that are open, the oldest first."""
        self._carrying: _Path | None = None
        self._speaking: tuple[Peer, ...] = ()
        """Over these is sent; replaced as a whole, for another thread reads it."""
        self._count = 0
        self._codec: Codec | None = None
        self._stream = Continuation(0)
        self._closing: set[asyncio.Task[None]] = set()
        self._past: PeerStatistics | None = None

    @property
    def peer(self) -> "Peer | None":
        """The one that carries the call, or that is to carry it."""
        path = self._carrying or (self._paths[-1] if self._paths else None)
        return path.peer if path else None

    @property
    def is_lost(self) -> bool:
        """Every path is gone, and none is on its way."""
        return all(path.is_lost for path in self._paths)

    @property
    def heard_s(self) -> float | None:
        """When the far end was heard last, over any path."""
        times = [path.peer.heard_s for path in self._paths]
        return max((time for time in times if time is not None), default=None)

    def open(self, get: Callable[..., "Peer"]) -> "Peer":
        """A path that takes over when it connects; one that was to is given up.

        `get` makes a peer, given its callbacks (see `Peer.listen`).
        """
        for other in self._paths[:]:
            if other is not self._carrying and not other.has_carried:
                self._drop(other)
        self._count += 1
        path: _Path
        peer = get(
            on_packet=lambda packet: self._received(path, packet),
            on_flowing=self._listener.flowing,
            on_connected=lambda: self._connected(path),
            on_lost=lambda reason: self._lost(path, reason),
            on_loss=self._media.tell_loss,
        )
        path = _Path(self._count, peer)
        self._paths.append(path)
        return peer

    def give_up(self, peer: "Peer") -> None:
        """A new path that comes to nothing."""
        for path in self._paths[:]:
            if path.peer is peer:
                self._drop(path)

    async def statistics(self) -> "PeerStatistics | None":
        """Totals over all paths; None before there was one."""
        if self._carrying is None:
            return None
        seen = await self._carrying.peer.statistics()
        return _sum(self._past, seen)

    async def close(self) -> None:
        """Close all of them."""
        for path in self._paths[:]:
            self._drop(path)
        if self._closing:
            await asyncio.wait(self._closing)

    def _connected(self, path: _Path) -> None:
        if path not in self._paths:
            return
        codec, old = path.peer.codec, self._carrying
        self._carrying, path.has_carried = path, True
        self._list_speaking()
        if not _is_same(codec, self._codec):
            try:
                self._media.connect(codec, self._send)
            except LocalProtocolError as error:
                self._listener.lost(str(error))
                return
            self._codec, self._stream = codec, Continuation(codec.clock_rate_hz)
            self._retire_before(path, 0.0)
        if old is not None:
            self._retire_before(path, _OVERLAP_S)
        self._listener.connected()

    def _send(self, payload: bytes, timestamp: int) -> None:
        """Called on the capture thread."""
        for peer in self._speaking:
            peer.send(payload, timestamp)

    def _list_speaking(self) -> None:
        self._speaking = tuple(
            path.peer for path in self._paths if path.has_carried and not path.is_lost
        )

    def _received(self, path: _Path, packet: RtpPacket) -> None:
        if not path.has_spoken:
            path.has_spoken = True
            self._retire_before(path, _OVERTAKEN_S)
        joined = self._stream.follow(packet, path.number)
        if joined is not None:
            self._media.receive(joined)

    def _retire_before(self, path: _Path, after_s: float) -> None:
        """Older paths are of no use in a moment."""
        for old in self._paths:
            if old.number < path.number:
                if old.retiring is not None:
                    old.retiring.cancel()
                old.retiring = self._loop.call_later(after_s, self._drop, old)

    def _drop(self, path: _Path) -> None:
        if path in self._paths:
            self._paths.remove(path)
            self._list_speaking()
            if path.retiring is not None:
                path.retiring.cancel()
            task = self._loop.create_task(self._close(path))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _close(self, path: _Path) -> None:
        try:
            if path.has_carried and path is not self._carrying:
                self._past = _sum(self._past, await path.peer.statistics())
        finally:
            await path.peer.close()

    def _lost(self, path: _Path, reason: str) -> None:
        path.is_lost = True
        self._list_speaking()
        if path is not self._carrying:
            self._drop(path)
        if self.is_lost:
            self._listener.lost(reason)


def _is_same(one: Codec, other: Codec | None) -> bool:
    """Whether an encoder and a decoder can go on: each path numbers codecs anew."""
    return other is not None and (one.name, one.clock_rate_hz) == (
        other.name,
        other.clock_rate_hz,
    )


def _sum(past: "PeerStatistics | None", now: "PeerStatistics") -> "PeerStatistics":
    """Counters of both, and what is true of the newer one."""
    if past is None:
        return now
    return replace(
        now,
        packets_sent=past.packets_sent + now.packets_sent,
        packets_received=past.packets_received + now.packets_received,
        packets_lost=past.packets_lost + now.packets_lost,
        packets_unsent=past.packets_unsent + now.packets_unsent,
    )
