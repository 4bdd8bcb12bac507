"""The media end of one call: peer connections, voice, mouth, ear and listener.

What it hears rises through `Listeners` on the event loop; it knows nothing of words.
"""

import asyncio
import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from callpoint.audio.engine import VoiceEngine
from callpoint.audio.frames import SAMPLE_RATE_HZ, SILENCE
from callpoint.audio.receiver import Waiting
from callpoint.audio.repair import Sole
from callpoint.audio.rtp import RtpPacket
from callpoint.audio.synthetic import SyntheticCapture
from callpoint.simulator.freeswitch import take_offer, write
from callpoint.simulator.listener import Heard, Listener
from callpoint.simulator.media import Ear, Mouth
from callpoint.simulator.recording import Recording
from callpoint.simulator.scenario import Scenario
from callpoint.simulator.uplink import Uplink
from callpoint.simulator.voice import Voice
from callpoint.telnyx.continuation import Continuation
from callpoint.telnyx.peer import Peer
from callpoint.telnyx.sdp import mend_answer

_STEADY: Final = Waiting(least_s=0.1, follows=False)
"""What is heard is compared with what was said: it must not be stretched."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Listeners:
    """Who is told what, on the event loop."""

    connected: Callable[[float], None]
    """Media flows; again after a re-attach."""
    first_packet: Callable[[float], None]
    heard: Callable[[Heard], None]
    spoken: Callable[[int, int], None]
    """The mouth said all, from which sample to which."""


class Line:
    """One call's sound, from the invite to the bye."""

    def __init__(
        self,
        scenario: Scenario,
        loopback: bool,
        listeners: Listeners,
        recording: Recording | None,
    ) -> None:
        self.last_packet_s: float | None = None
        self._quirks = replace(scenario.quirks, stream=uuid.uuid4().hex)
        self._loopback = loopback
        self._listeners = listeners
        self._recording = recording
        self._loop = asyncio.get_running_loop()
        self._listener = Listener()
        self._mouth = Mouth(self._uttered, self._spoken, scenario.clock_ppm)
        self._voice = Voice(self._mouth, scenario.fec)
        self._uplink = Uplink(scenario.link, self._sent)
        self._ear = Ear(self._heard)
        self._engine = VoiceEngine(
            Sole("nothing", lambda: SyntheticCapture("nothing", lambda _: SILENCE)),
            Sole(self._ear.name, lambda: self._ear),
            _ignore,
            waiting=_STEADY,
        )
        self._current: Peer | None = None
        self._next: Peer | None = None
        self._attach_stops_media = scenario.attach_stops_media
        self._is_stopped = False
        self._stream = Continuation(SAMPLE_RATE_HZ)
        self._numbers: dict[Peer, int] = {}
        self._closed = False
        self._leaving: set[asyncio.Task[None]] = set()
        self._engine.start()
        self._engine.begin()

    async def answer(self, offer: str) -> str:
        """Take a client's offer; the answer as FreeSWITCH would write it.

        Raises RemoteProtocolError for an offer that cannot be used.
        """
        # Mended first: a hopeless offer costs no peer connection.
        mended = take_offer(offer, self._quirks.codec)
        return write(await self._new_peer().answer(mended), self._quirks)

    async def offer(self) -> str:
        """Offer new media for the same call; the old ones stay until these flow."""
        quirks = replace(self._quirks, setup=self._quirks.setup and "actpass")
        sdp = await self._new_peer().offer()
        if self._attach_stops_media:
            self._is_stopped = True
            self._voice.hush()
        return write(sdp, quirks)

    async def accept(self, answer: str) -> None:
        """Take the answer to `offer`.

        Raises RemoteProtocolError for an answer that cannot be used.
        """
        if self._next is not None:
            await self._next.accept(mend_answer(answer, self._next.mid))

    def stop(self, dies: bool) -> None:
        """Send nothing but reports; with `dies` the peer is closed, and is no more."""
        self._voice.hush()
        if dies and self._current is not None:
            self._let_go(self._current)

    def _new_peer(self) -> Peer:
        if self._next is not None:
            self._let_go(self._next)
        self._next = peer = Peer(
            loopback=self._loopback,
            on_packet=lambda packet: self._received(peer, packet),
            on_connected=lambda: self._connected(peer),
            on_lost=lambda reason: log.debug("media: %s", reason),
            carry=self._uplink.carry,
        )
        self._numbers[peer] = len(self._numbers)
        return peer

    def _connected(self, peer: Peer) -> None:
        """Media of the newest peer flows: it takes the place of the one before."""
        if peer is not self._next:
            return
        old, self._current, self._next = self._current, peer, None
        self._is_stopped = False
        self._engine.connect(peer.codec, _ignore)
        self._voice.connect(peer.codec, self._sender(peer))
        self._mouth.open()
        self._listeners.connected(time.monotonic())
        if old is not None:
            self._let_go(old)

    def _sender(self, peer: Peer) -> Callable[[bytes, int], None]:
        def send(payload: bytes, timestamp: int) -> None:
            self._loop.call_soon_threadsafe(peer.send, payload, timestamp)

        return send

    def _let_go(self, peer: Peer) -> None:
        task = self._loop.create_task(peer.close())
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    def _received(self, peer: Peer, packet: RtpPacket) -> None:
        if self._is_stopped and peer is self._current:
            return
        if peer is self._current or self._current is None:
            if self.last_packet_s is None:
                self._listeners.first_packet(packet.arrived_s)
            self.last_packet_s = packet.arrived_s
            if self._recording is not None:
                self._recording.packets.received(packet)
            joined = self._stream.follow(packet, self._numbers[peer])
            if joined is not None:
                self._engine.receive(joined)

    def _sent(self, packet: bytes, at_s: float, held_s: float | None) -> None:
        if self._recording is not None:
            self._recording.packets.sent(packet, at_s, held_s)

    def say(self, pcm: bytes) -> None:
        """Say this (48 kHz, whole frames) instead of what is being said."""
        self._mouth.say(pcm)

    def hush(self) -> None:
        self._mouth.hush()

    def _uttered(self, frame: bytes) -> None:
        if self._recording is not None:
            self._recording.said.write(frame)

    def _heard(self, pcm: bytes) -> None:
        if self._recording is not None:
            self._recording.heard.write(pcm)
        for event in self._listener.hear(pcm):
            self._tell(self._listeners.heard, event)

    def _spoken(self, start_samples: int, end_samples: int) -> None:
        self._tell(self._listeners.spoken, start_samples, end_samples)

    def _tell(self, listener: Callable[..., None], *news: object) -> None:
        self._loop.call_soon_threadsafe(self._deliver, listener, *news)

    def _deliver(self, listener: Callable[..., None], *news: object) -> None:
        if not self._closed:
            listener(*news)

    async def close(self) -> None:
        """End all threads and peers; speech that goes on ends here."""
        self._engine.end()
        await asyncio.to_thread(self._voice.close)
        await asyncio.to_thread(self._engine.close)
        self._closed = True
        self._uplink.close()
        for event in self._listener.finish():
            self._listeners.heard(event)
        for peer in (self._current, self._next):
            if peer is not None:
                self._let_go(peer)
        await asyncio.gather(*self._leaving)


def _ignore(*_: object) -> None:
    """The devices are in memory: nothing fails, and nobody asks who spoke."""
