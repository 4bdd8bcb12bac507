"""aiortc, and every private touch of it: SDP, DTLS and SRTP of one call.

Both media ends are ours: packets leave and arrive here encoded, and aiortc's encoder,
jitter buffer and decoder are never used. The only file that imports aiortc; the private
names that it touches (and `ice`, below it) are checked when it is imported, and held by
a contract test.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import Any, Final, Literal

from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtcrtpreceiver import RTCRtpReceiver
from aiortc.rtp import RtcpByePacket, RtcpRrPacket, RtcpSrPacket

from callpoint.audio.rtp import SPOKEN, Codec, RtpPacket
from callpoint.errors import LocalProtocolError, RemoteProtocolError
from callpoint.telnyx.dtls import accept_rsa
from callpoint.telnyx.ice import SEAMS as ICE_SEAMS
from callpoint.telnyx.ice import Gatherer, check_without_delay
from callpoint.telnyx.lifetime import Lifetime
from callpoint.telnyx.paths import Attempt, Path, Plan
from callpoint.telnyx.rtp_path import SEAMS as RTP_SEAMS
from callpoint.telnyx.rtp_path import Carry, Incoming, Outgoing

_SEAMS: Final = (
    (RTCRtpReceiver, "_handle_rtcp_packet"),
    (RTCRtpSender, "_handle_rtcp_packet"),
    (RTCCertificate, "_create_ssl_context"),
    *ICE_SEAMS,
    *RTP_SEAMS,
)
_NO_SERVERS: Final = Plan()
_CLOSE_AT_MOST_S: Final = 5.0

Flow = Literal["first_packet_sent", "first_packet_received"]

log = logging.getLogger(__name__)


def check_seams() -> None:
    """Raise LocalProtocolError when this aiortc lacks what we take hold of."""
    missing = [
        f"{owner.__name__}.{name}"
        for owner, name in _SEAMS
        if not (hasattr(owner, name) or name in _set_by(owner.__dict__["__init__"]))
    ]
    if missing:
        raise LocalProtocolError(
            f"this version of aiortc has no {', '.join(missing)}",
            "install the version that pyproject.toml names",
        )


def _set_by(function: FunctionType) -> tuple[str, ...]:
    """The attributes that occur in it: those of an instance are set in `__init__`."""
    return function.__code__.co_names


check_seams()


@dataclass(frozen=True)
class PeerStatistics:
    """What RTP and RTCP tell of a call."""

    packets_sent: int = 0
    packets_received: int = 0
    packets_lost: int = 0
    jitter_s: float = 0.0
    round_trip_s: float | None = None
    packets_unsent: int = 0
    """Ready, but not taken by the system: no route, or a full buffer."""


class _Unread(MediaStreamTrack):
    """aiortc's sender wants to see a track, and never gets to read it."""

    kind = "audio"

    async def recv(self) -> Any:
        raise LocalProtocolError("the track of a Peer is never read")


async def _not_any_more(parameters: object) -> None:
    """In place of what would begin while a peer is being closed."""


def _unheard(*_: object) -> None:
    """Nobody listens to a peer that waits to be taken."""


class Peer:
    """One peer connection with one audio line.

    `loopback` offers 127.0.0.1 too, which aioice leaves out by itself: for a signalling
    server on this machine. `plan` has the servers that help to find candidates; what
    they have not told when an offer or an answer is wanted is not waited for, except
    a relay that the plan waits for. Callbacks: see `listen`.
    """

    def __init__(
        self,
        *,
        plan: Plan = _NO_SERVERS,
        loopback: bool = False,
        on_packet: Callable[[RtpPacket], None] = _unheard,
        on_flowing: Callable[[Flow, float], None] = _unheard,
        on_connected: Callable[[], None] = _unheard,
        on_lost: Callable[[str], None] = _unheard,
        carry: Carry | None = None,
    ) -> None:
        self.listen(
            on_packet=on_packet,
            on_flowing=on_flowing,
            on_connected=on_connected,
            on_lost=on_lost,
        )
        self._loop = asyncio.get_running_loop()
        self._flows: set[Flow] = set()
        self._codec: Codec | None = None
        self._path: Path | None = None
        self._accepted_s: float | None = None
        self._failed = False
        self._offering: asyncio.Task[None] | None = None
        self._life = Lifetime()
        self.heard_s: float | None = None
        """When the far end's last packet came, RTP or RTCP."""
        # Servers are asked by `Gatherer`; without a list, aiortc would ask Google's.
        self._pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self._pc.on("connectionstatechange", self._state_changed)
        self._pc.on("iceconnectionstatechange", self._ice_changed)
        self._transceiver = self._pc.addTransceiver(_Unread())
        self._transceiver.setCodecPreferences(_spoken_codecs())
        receiver, sender = self._transceiver.receiver, self._transceiver.sender
        connection = receiver.transport.transport.iceGatherer._connection
        self._incoming = Incoming(receiver, self._received)
        self._outgoing = Outgoing(sender, connection, carry)
        self._hear_rtcp(receiver, sender)
        self.gatherer = Gatherer(connection, plan, loopback, self._incoming.take)
        self._end_checks = check_without_delay(connection)
        accept_rsa(receiver.transport)

    def listen(
        self,
        *,
        on_packet: Callable[[RtpPacket], None],
        on_flowing: Callable[[Flow, float], None] = _unheard,
        on_connected: Callable[[], None],
        on_lost: Callable[[str], None],
        on_loss: Callable[[float], None] = _unheard,
    ) -> None:
        """Say who is told, on the event loop: of a peer that was made ahead, too.

        `on_flowing` has the time of the first packet of each direction; `on_lost` comes
        when media cannot be had, or is gone for good; `on_loss` with each report of
        how many of our packets were lost of late, in percent.
        """
        self._on_packet = on_packet
        self._on_flowing = on_flowing
        self._on_connected = on_connected
        self._on_lost = on_lost
        self._on_loss = on_loss

    @property
    def codec(self) -> Codec:
        """What both ends agreed on; LocalProtocolError before they did."""
        if self._codec is None:
            raise LocalProtocolError("no codec is agreed on yet")
        return self._codec

    @property
    def local_sdp(self) -> str:
        """The local description, candidates included."""
        sdp: str = self._pc.localDescription.sdp
        return sdp

    @property
    def mid(self) -> str:
        """The name of the audio line in the local description."""
        return str(self._transceiver.mid)

    @property
    def is_closed(self) -> bool:
        return self._life.is_over

    @property
    def attempt(self) -> Attempt:
        """How the search for a path went, or goes."""
        checked_s = 0.0
        if self._accepted_s is not None:
            checked_s = (self._life.ended_s or time.monotonic()) - self._accepted_s
        return Attempt(self._path, checked_s, self._failed)

    def prepare(self) -> asyncio.Task[None]:
        """Make the offer ahead; the task ends when no server can add to it."""
        if self._offering is None:
            self._offering = self._life.begin(self._offer())
        return self._offering

    async def offer(self) -> str:
        """An SDP offer with the candidates that are known by now.

        Raises NetworkError when the peer is closed meanwhile, as the two below.
        """
        offering = self.prepare()
        self.gatherer.hurry()
        await self._life.done(offering)
        return self.local_sdp

    async def _offer(self) -> None:
        await self._pc.setLocalDescription(await self._pc.createOffer())

    async def accept(self, sdp: str) -> None:
        """Take the answer; media connects from here on.

        Raises RemoteProtocolError when aiortc cannot take it.
        """
        await self._life.done(self._life.begin(self._set_remote(sdp, "answer")))

    async def answer(self, sdp: str) -> str:
        """Take an offer and return the answer; media connects from here on.

        Raises RemoteProtocolError when aiortc cannot take it.
        """
        return await self._life.done(self._life.begin(self._answer(sdp)))

    async def _answer(self, sdp: str) -> str:
        await self._set_remote(sdp, "offer")
        self.gatherer.hurry()
        await self._pc.setLocalDescription(await self._pc.createAnswer())
        return self.local_sdp

    async def _set_remote(self, sdp: str, kind: str) -> None:
        try:
            await self._pc.setRemoteDescription(RTCSessionDescription(sdp, kind))
            self._accepted_s = time.monotonic()
            # Without it ICE waits for more candidates for ever, and never fails.
            await self._pc.addIceCandidate(None)
            chosen = self._transceiver._codecs[0]
            self._codec = Codec(chosen.name, chosen.payloadType or 0, chosen.clockRate)
        except Exception as error:
            # aiortc raises anything at a description that it does not like.
            reason = f"{type(error).__name__}: {error}"
            raise RemoteProtocolError(
                f"the far end's SDP {kind} cannot be used: {reason}"
            ) from error

    def send(self, payload: bytes, timestamp: int) -> None:
        """Send one packet; from any thread, but from one at a time.

        `timestamp` is in ticks of the codec's clock, and begins anywhere. Without
        effect before `on_connected`, and once the peer is closed.
        """
        is_sent = self._outgoing.send(payload, timestamp)
        if is_sent and "first_packet_sent" not in self._flows:
            self._loop.call_soon_threadsafe(
                self._flows_first, "first_packet_sent", time.monotonic()
            )

    async def statistics(self) -> PeerStatistics:
        """Totals since the call began."""
        report = await self._pc.getStats()
        sent = received = lost = 0
        jitter_s, round_trip_s = 0.0, None
        for stats in report.values():
            if stats.type == "outbound-rtp":
                sent = stats.packetsSent
            elif stats.type == "inbound-rtp":
                received, lost = stats.packetsReceived, stats.packetsLost
                jitter_s = stats.jitter / self.codec.clock_rate_hz
            elif stats.type == "remote-inbound-rtp":
                round_trip_s = stats.roundTripTime
        return PeerStatistics(
            sent, received, lost, jitter_s, round_trip_s, self._outgoing.unsent
        )

    async def close(self) -> None:
        """Close everything; what takes more than 5 s goes on, and is not waited for.

        That is a relay that is silent by now: our goodbye is repeated to it.
        """
        self._fall_silent()
        if not await self._life.end(self._pc.close, _CLOSE_AT_MOST_S):
            log.debug("a media connection is slow to close: a silent relay?")

    def _fall_silent(self) -> None:
        """Nothing is sent from here on, and nothing begins."""
        self._end_checks()
        self._outgoing.close()
        # aiortc stops both first, may start them then, and stops neither after that.
        self._transceiver.sender.send = _not_any_more  # type: ignore[method-assign]
        self._transceiver.receiver.receive = _not_any_more  # type: ignore[method-assign]

    def _state_changed(self) -> None:
        state = self._pc.connectionState
        if self.is_closed:
            return
        if state == "connected":
            # It is told of first, and starts its sender then, in the same step.
            self._loop.call_soon(self._connected)
        elif state in ("failed", "closed"):
            self._failed = self._path is None
            self._on_lost(
                "no path for media was found"
                if "first_packet_received" not in self._flows
                else "the path for media is gone"
            )

    def _connected(self) -> None:
        if not self.is_closed:
            self._outgoing.open(self.codec)
            self._on_connected()
            self._incoming.open()

    def _ice_changed(self) -> None:
        self._path = self._path or self.gatherer.path

    def _flows_first(self, flow: Flow, at_s: float) -> None:
        if flow not in self._flows:
            self._flows.add(flow)
            self._on_flowing(flow, at_s)

    def _received(self, packet: RtpPacket) -> None:
        self.heard_s = packet.arrived_s
        self._flows_first("first_packet_received", packet.arrived_s)
        codec = self._codec
        if codec is None or packet.payload_type != codec.payload_type:
            # Comfort noise and key tones come with types of their own.
            return
        if packet.payload:
            self._incoming.count(packet, codec.clock_rate_hz)
            self._on_packet(packet)

    def _hear_rtcp(self, receiver: Any, sender: Any) -> None:
        """Read the reports, and overhear a goodbye."""
        to_receiver = receiver._handle_rtcp_packet
        to_sender = sender._handle_rtcp_packet

        async def received(packet: Any) -> None:
            self.heard_s = time.monotonic()
            # A gateway says BYE when it switches from ringback to the answer, and
            # aiortc would go deaf at it.
            if not isinstance(packet, RtcpByePacket):
                await to_receiver(packet)

        async def sent(packet: Any) -> None:
            self.heard_s = time.monotonic()
            await to_sender(packet)
            if isinstance(packet, RtcpRrPacket | RtcpSrPacket):
                for report in packet.reports:
                    if report.ssrc == sender._ssrc:
                        self._on_loss(report.fraction_lost * 100 / 256)

        receiver._handle_rtcp_packet = received
        sender._handle_rtcp_packet = sent


def _spoken_codecs() -> list[Any]:
    """aiortc's own entries of them: it takes no others."""
    known = {
        codec.mimeType.lower(): codec
        for codec in RTCRtpSender.getCapabilities("audio").codecs
    }
    return [known[f"audio/{name.lower()}"] for name in SPOKEN]
