"""The short way of RTP, past the tasks and queues of aiortc and aioice.

They hand every packet from task to task on the event loop, which costs more than the
codec does. Here a datagram is decrypted in the callback that brings it, and a packet is
encrypted and sent by the thread that made it. ICE, DTLS and RTCP remain theirs, and so
do the statistics: what goes past them is told to them.
"""

import asyncio
import secrets
import socket
import time
from collections import deque
from collections.abc import Callable
from struct import Struct
from threading import Lock
from typing import Any, Final, NoReturn

from aioice.ice import Connection, StunProtocol
from aiortc.rtcdtlstransport import RTCDtlsTransport
from aiortc.rtcrtpreceiver import RTCRtpReceiver, StreamStatistics
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import RtpPacket as AiortcPacket
from pylibsrtp import Error as SrtpError

from callpoint.audio.rtp import Codec, RtpPacket, parsed

SEAMS: Final = (
    (Connection, "_nominated"),
    (Connection, "_protocols"),
    (RTCDtlsTransport, "_rx_srtp"),
    (RTCDtlsTransport, "_tx_srtp"),
    (RTCRtpReceiver, "_RTCRtpReceiver__remote_streams"),
    (RTCRtpSender, "_next_encoded_frame"),
    (RTCRtpSender, "_ssrc"),
    (RTCRtpSender, "_RTCRtpSender__started"),
    (RTCRtpSender, "_RTCRtpSender__mid"),
    (RTCRtpSender, "_RTCRtpSender__rtp_header_extensions_map"),
    (RTCRtpSender, "_RTCRtpSender__ntp_timestamp"),
    (RTCRtpSender, "_RTCRtpSender__rtp_timestamp"),
    (RTCRtpSender, "_RTCRtpSender__packet_count"),
    (RTCRtpSender, "_RTCRtpSender__octet_count"),
    (StunProtocol, "datagram_received"),
)
_COMPONENT: Final = 1
_RTCP_TYPES: Final = range(192, 224)
"""What an RTP packet has marker bit and payload type for: RFC 5761 section 4."""
_EARLY_PACKETS: Final = 50
_HEAD: Final = Struct("!2sHL")
_NTP_EPOCH_S: Final = 2_208_988_800

Put = Callable[[bytes], None]
Carry = Callable[[bytes, Put], None]
"""Takes an RTP packet before its encryption to the network: a bad one, in tests."""


def divert(protocol: Any, take: Callable[[bytes], bool]) -> None:
    """Offer what is RTP by its first byte (RFC 7983) to `take`; the rest is aioice's.

    aioice would parse all as STUN first.
    """
    receive = protocol.datagram_received

    def datagram_received(data: bytes, address: Any) -> None:
        if not (data and 127 < data[0] < 192 and take(data)):
            receive(data, address)

    protocol.datagram_received = datagram_received


class Incoming:
    """The packets of one peer, as they arrive; `tell` gets each that is authentic."""

    def __init__(self, receiver: Any, tell: Callable[[RtpPacket], None]) -> None:
        self._transport = receiver.transport
        self._streams: dict[int, StreamStatistics] = (
            receiver._RTCRtpReceiver__remote_streams
        )
        self._tell = tell
        self._early: deque[tuple[bytes, float]] = deque(maxlen=_EARLY_PACKETS)
        """What came before the keys were agreed on: a far end may be quicker."""

    def take(self, data: bytes) -> bool:
        """Take a datagram; False for RTCP, which aiortc is to have."""
        if len(data) > 1 and data[1] in _RTCP_TYPES:
            return False
        if self._transport._rx_srtp is None:
            self._early.append((data, time.monotonic()))
        else:
            self.open()
            self._decrypt(data, time.monotonic())
        return True

    def open(self) -> None:
        """The keys are there: take what came early."""
        while self._early:
            self._decrypt(*self._early.popleft())

    def count(self, packet: RtpPacket, clock_rate_hz: int) -> None:
        """Let the reports that aiortc sends tell of this packet."""
        stream = self._streams.get(packet.ssrc)
        if stream is None:
            stream = self._streams[packet.ssrc] = StreamStatistics(clock_rate_hz)
        # It reads no more than sequence number and timestamp.
        stream.add(packet)  # type: ignore[arg-type]

    def _decrypt(self, data: bytes, arrived_s: float) -> None:
        try:
            packet = parsed(self._transport._rx_srtp.unprotect(data), arrived_s)
        except (SrtpError, ValueError):
            # Forged, repeated, or no RTP: anybody can send it to us.
            return
        self._tell(packet)


class Outgoing:
    """The packets of one peer: header, encryption, socket.

    One thread sends; the event loop opens, closes, and sends RTCP meanwhile.
    """

    def __init__(self, sender: Any, connection: Any, carry: Carry | None) -> None:
        self.unsent = 0
        """What the system did not take: no route, or a full buffer."""
        self._sender = sender
        self._connection = connection
        self._carry = carry
        self._loop = asyncio.get_running_loop()
        # libsrtp's sessions and pylibsrtp's buffer are for one thread at a time.
        self._lock = Lock()
        self._srtp: Any = None
        self._protocol: Any = None
        self._socket: socket.socket | None = None
        self._first = self._rest = b""
        # Half of the range: libsrtp does not like a wrap among the first packets.
        self._number = secrets.randbelow(2**15)
        self._origin = secrets.randbits(32)
        sender._next_encoded_frame = _never

    def open(self, codec: Codec) -> None:
        """Let packets pass, if the far end wants any: aiortc has started its sender."""
        sender, transport = self._sender, self._sender.transport
        if not sender._RTCRtpSender__started or self._srtp is not None:
            return
        header = AiortcPacket(payload_type=codec.payload_type, ssrc=sender._ssrc)
        header.extensions.mid = sender._RTCRtpSender__mid
        start = header.serialize(sender._RTCRtpSender__rtp_header_extensions_map)
        self._first, self._rest = start[:2], start[_HEAD.size :]
        self._srtp = transport._tx_srtp
        transport._tx_srtp = _InTurns(self._srtp, self._lock)

    def send(self, payload: bytes, timestamp: int) -> bool:
        """Send a packet, at once; False before `open` and after `close`.

        It carries no marker bit: FreeSWITCH flushes its buffers at every one.
        """
        if self._srtp is None:
            return False
        timestamp = (self._origin + timestamp) % 2**32
        head = _HEAD.pack(self._first, self._number, timestamp)
        packet = head + self._rest + payload
        self._number = (self._number + 1) % 2**16
        if self._carry is None:
            self._put(packet)
        else:
            self._carry(packet, self._put)
        self._count(len(payload), timestamp)
        return True

    def close(self) -> None:
        """From here on nothing is sent."""
        with self._lock:
            self._srtp = None
            if self._socket is not None:
                self._socket.close()

    def _put(self, packet: bytes) -> None:
        with self._lock:
            pair = self._connection._nominated.get(_COMPONENT)
            if self._srtp is None or pair is None:
                return
            if pair.protocol is not self._protocol:
                self._change_socket(pair.protocol)
            encrypted = self._srtp.protect(packet)
            if self._socket is None:
                relay = pair.protocol.transport
                self._loop.call_soon_threadsafe(
                    relay.sendto, encrypted, pair.remote_addr
                )
                return
            try:
                self._socket.sendto(encrypted, pair.remote_addr)
            except OSError:
                self.unsent += 1

    def _change_socket(self, protocol: Any) -> None:
        """ICE chose another one; a relay has none, and belongs to the event loop."""
        if self._socket is not None:
            self._socket.close()
        theirs = protocol.transport.get_extra_info("socket")
        self._socket = theirs.dup() if theirs is not None else None
        self._protocol = protocol

    def _count(self, payload_bytes: int, timestamp: int) -> None:
        """Let aiortc's sender reports (RFC 3550 section 6.4.1) tell of this packet."""
        sender = self._sender
        sender._RTCRtpSender__ntp_timestamp = int((time.time() + _NTP_EPOCH_S) * 2**32)
        sender._RTCRtpSender__rtp_timestamp = timestamp
        sender._RTCRtpSender__packet_count += 1
        sender._RTCRtpSender__octet_count += payload_bytes


class _InTurns:
    """The outgoing SRTP session as aiortc sees it, which sends RTCP alone."""

    def __init__(self, session: Any, lock: Lock) -> None:
        self._session = session
        self._lock = lock

    def protect_rtcp(self, packet: bytes) -> bytes:
        with self._lock:
            protected: bytes = self._session.protect_rtcp(packet)
        return protected


async def _never(_: object) -> NoReturn:
    """aiortc's own sender waits for its first frame until it is stopped."""
    await asyncio.Event().wait()
    raise AssertionError
