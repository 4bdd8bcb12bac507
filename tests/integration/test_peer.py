"""The contract with aiortc: two peers of ours over real ICE, DTLS and SRTP."""

import asyncio
import os
import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiortc.rtcrtpsender import RTCRtpSender
from aiortc.rtp import RtcpByePacket, RtcpSrPacket
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from callpoint.audio.rtp import RtpPacket
from callpoint.errors import LocalProtocolError, NetworkError, RemoteProtocolError
from callpoint.telnyx import peer as peer_module
from callpoint.telnyx.peer import Peer
from tests.descriptions import without_candidates

SOON_S = 5.0


@dataclass
class End:
    """One peer and what it told."""

    packets: list[RtpPacket] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    connected: asyncio.Event = field(default_factory=asyncio.Event)
    heard: asyncio.Event = field(default_factory=asyncio.Event)
    """`expected` packets have come."""
    expected: int = 1
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def open(self, **options: Any) -> Peer:
        return Peer(
            loopback=True,
            on_packet=self._packet,
            on_flowing=lambda flow, at_s: self.flows.append(flow),
            on_connected=self.connected.set,
            on_lost=self._lost,
            **options,
        )

    def _packet(self, packet: RtpPacket) -> None:
        self.packets.append(packet)
        if len(self.packets) >= self.expected:
            self.heard.set()

    def _lost(self, reason: str) -> None:
        self.lost.append(reason)
        self.gone.set()


@asynccontextmanager
async def call(**options: Any) -> AsyncIterator[tuple[Peer, End, Peer, End]]:
    """Two peers that hear each other; `options` are the near one's."""
    near_end, far_end = End(), End()
    near, far = near_end.open(**options), far_end.open()
    try:
        await near.accept(await far.answer(await near.offer()))
        async with asyncio.timeout(SOON_S):
            await near_end.connected.wait()
            await far_end.connected.wait()
        yield near, near_end, far, far_end
    finally:
        await near.close()
        await far.close()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def tasks_of_others() -> set[asyncio.Task[Any]]:
    own = asyncio.current_task()
    return {task for task in asyncio.all_tasks() if task is not own}


async def test_packets_go_both_ways_as_they_were_given() -> None:
    async with call() as (near, near_end, far, far_end):
        near_end.expected = far_end.expected = 5
        for number in range(5):
            near.send(bytes([number]) * 20, number * 960)
            far.send(bytes([number]) * 30, number * 960)
        async with asyncio.timeout(SOON_S):
            await near_end.heard.wait()
            await far_end.heard.wait()
        assert [p.payload for p in far_end.packets] == [
            bytes([n]) * 20 for n in range(5)
        ]
        assert [p.payload for p in near_end.packets] == [
            bytes([n]) * 30 for n in range(5)
        ]
        steps = {
            (b.timestamp - a.timestamp) % 2**32
            for a, b in zip(far_end.packets, far_end.packets[1:], strict=False)
        }
        assert steps == {960}
        assert set(near_end.flows) == {"first_packet_sent", "first_packet_received"}
        assert len(near_end.flows) == 2
        assert near.codec.name == "opus"
        assert near.codec.clock_rate_hz == 48_000


async def test_no_packet_carries_the_marker_bit() -> None:
    """FreeSWITCH flushes its buffers at each of them; aiortc sets it on all."""
    sent: list[bytes] = []

    def carry(packet: bytes, send: Callable[[bytes], None]) -> None:
        sent.append(packet)
        send(packet)

    async with call(carry=carry) as (near, _, _, far_end):
        near.send(b"\0" * 20, 0)
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()
    assert [packet[1] & 0x80 for packet in sent] == [0]


async def test_a_thread_may_send_while_the_event_loop_is_busy() -> None:
    """The capture thread waits for nobody."""
    async with call() as (near, _, _, far_end):
        far_end.expected = 3

        def speak() -> None:
            for number in range(far_end.expected):
                near.send(bytes([number]) * 20, number * 960)

        thread = threading.Thread(target=speak)
        thread.start()
        # Not awaited: nothing of ours runs on the event loop until it is done.
        thread.join(SOON_S)
        assert (await near.statistics()).packets_sent == 3
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()
        assert [packet.payload[0] for packet in far_end.packets] == [0, 1, 2]


async def test_the_far_end_is_told_in_rtcp_what_was_sent() -> None:
    """aiortc reports what it sends; that ours goes past it must not show."""
    async with call() as (near, _, far, far_end):
        told: asyncio.Future[RtcpSrPacket] = asyncio.Future()
        receiver: Any = far._transceiver.receiver

        async def spy(packet: Any) -> None:
            if isinstance(packet, RtcpSrPacket) and not told.done():
                told.set_result(packet)

        receiver._handle_rtcp_packet = spy
        for number in range(3):
            near.send(b"\0" * 20, number * 960)
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()
            report = await told
        assert report.ssrc == far_end.packets[0].ssrc
        assert report.sender_info.packet_count == 3
        assert report.sender_info.octet_count == 60
        last = far_end.packets[-1].timestamp
        assert report.sender_info.rtp_timestamp == last
        now_s = report.sender_info.ntp_timestamp / 2**32 - 2_208_988_800
        assert abs(now_s - time.time()) < SOON_S


async def test_what_comes_before_the_keys_are_agreed_on_is_heard_afterwards() -> None:
    """The end that finishes DTLS first speaks first."""
    async with call() as (near, _, far, far_end):
        incoming, waits = far._incoming, asyncio.Event()

        class Early(deque[tuple[bytes, float]]):
            def append(self, early: tuple[bytes, float]) -> None:
                super().append(early)
                waits.set()

        incoming._early = Early()
        session = incoming._transport._rx_srtp
        incoming._transport._rx_srtp = None
        near.send(b"\1" * 20, 0)
        async with asyncio.timeout(SOON_S):
            await waits.wait()
        incoming._transport._rx_srtp = session
        far_end.expected = 2
        near.send(b"\2" * 20, 960)
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()
        assert [packet.payload[0] for packet in far_end.packets] == [1, 2]


async def test_what_is_forged_or_repeated_is_not_heard() -> None:
    async with call() as (near, _, far, far_end):
        taken: list[bytes] = []
        decrypt = far._incoming._decrypt

        def spy(data: bytes, arrived_s: float) -> None:
            taken.append(data)
            decrypt(data, arrived_s)

        far._incoming._decrypt = spy  # type: ignore[method-assign]
        near.send(b"\0" * 20, 0)
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()
        for forged in (taken[0], taken[0][:-1] + b"\0", b"\x80", b"\x80" * 12):
            assert far._incoming.take(forged)
        assert len(far_end.packets) == 1


async def test_nothing_is_sent_before_the_path_is_there_or_after_the_end() -> None:
    near_end = End()
    near = near_end.open()
    near.send(b"\0" * 20, 0)
    await near.close()
    async with call() as (near, near_end, _, _):
        await near.close()
        near.send(b"\0" * 20, 0)
        assert (await near.statistics()).packets_sent == 0
        assert near_end.flows == []


async def test_statistics_count_what_was_sent_and_received() -> None:
    async with call() as (near, _, far, far_end):
        near.send(b"\0" * 20, 0)
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()
        assert (await near.statistics()).packets_sent == 1
        received = await far.statistics()
        assert received.packets_received == 1
        assert received.packets_lost == 0


async def test_a_goodbye_in_rtcp_does_not_make_us_deaf() -> None:
    """Gateways send it when they switch from ringback to the answer."""
    async with call() as (near, _, far, far_end):
        receiver: Any = far._transceiver.receiver
        await receiver._handle_rtcp_packet(RtcpByePacket(sources=[1]))
        near.send(b"\0" * 20, 0)
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()


async def test_a_far_end_that_closes_is_told_as_lost() -> None:
    async with call() as (_, near_end, far, _):
        far.send(b"\0" * 20, 0)
        async with asyncio.timeout(SOON_S):
            await near_end.heard.wait()
            await far.close()
            await near_end.gone.wait()
        assert near_end.lost == ["the path for media is gone"]


async def test_nothing_goes_on_that_began_while_the_peer_was_closed() -> None:
    """aiortc stops its senders first, and may start them after that."""
    for turns in range(0, 60, 2):
        near, far = End().open(), End().open()
        found = asyncio.Event()
        far._pc.on("iceconnectionstatechange", found.set)
        await near.accept(await far.answer(await near.offer()))
        found.clear()
        await asyncio.wait_for(found.wait(), SOON_S)
        for _ in range(turns):
            await asyncio.sleep(0)
        await asyncio.gather(near.close(), far.close())
    await asyncio.sleep(0.05)
    left = {str(task.get_coro()) for task in asyncio.all_tasks()}
    assert not [name for name in left if "RTCRtp" in name]


async def test_whoever_stops_waiting_does_not_cut_the_closing_short() -> None:
    """aiortc, cancelled in there, would keep its sockets and tasks for ever."""
    async with call() as (near, _, far, _):
        open_before = descriptors()
        for peer in (near, far):
            closing = asyncio.create_task(peer.close())
            await asyncio.sleep(0)
            closing.cancel()
            await asyncio.wait([closing])
            assert closing.cancelled()
        await asyncio.wait(tasks_of_others(), timeout=SOON_S)
        assert not tasks_of_others()
        assert descriptors() < open_before


async def test_a_closing_that_takes_long_goes_on_unwaited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(peer_module, "_CLOSE_AT_MOST_S", 0.0)
    async with call() as (near, _, _, _):
        open_before = descriptors()
        await near.close()
        assert tasks_of_others()
        monkeypatch.setattr(peer_module, "_CLOSE_AT_MOST_S", SOON_S)
        await near.close()
        assert descriptors() < open_before


async def test_closed_while_it_answers_it_says_so_and_leaves_nothing() -> None:
    """A second attach takes the place of the first, which is being answered."""
    near, far = End().open(), End().open()
    offer = await near.offer()
    open_before = descriptors()
    for turns in range(12):
        far = End().open()
        answering = asyncio.create_task(far.answer(offer))
        for _ in range(turns):
            await asyncio.sleep(0)
        await far.close()
        with pytest.raises(NetworkError, match="closed meanwhile"):
            await answering
        with pytest.raises(NetworkError, match="closed meanwhile"):
            await far.answer(offer)
    assert descriptors() == open_before
    await near.close()
    assert not tasks_of_others()


async def test_a_path_found_while_the_peer_was_closed_is_not_kept_alive() -> None:
    """aioice would ask a far end that is not there, for ever."""
    near, far = End().open(), End().open()
    connection: Any = near._transceiver.receiver.transport.transport._connection
    get = connection._check_list_state.get
    found, closed = asyncio.Event(), asyncio.Event()

    async def seen_late() -> object:
        state = await get()
        found.set()
        await closed.wait()
        return state

    connection._check_list_state.get = seen_late
    await near.accept(await far.answer(await near.offer()))
    async with asyncio.timeout(SOON_S):
        await found.wait()
    await asyncio.gather(near.close(), far.close())
    closed.set()
    for _ in range(10):
        await asyncio.sleep(0)
    assert "query_consent" not in str(tasks_of_others())


async def test_our_own_closing_is_not_told_as_lost() -> None:
    async with call() as (near, near_end, _, _):
        await near.close()
        assert near_end.lost == []


@pytest.mark.parametrize("setup", ["actpass", "active", "passive"])
async def test_a_far_end_that_offers_may_have_an_rsa_certificate(setup: str) -> None:
    """FreeSWITCH makes itself one, and offers in every attach."""
    near_end, far_end = End(), End()
    near, far = near_end.open(), far_end.open()
    _give_rsa_certificate(far)
    try:
        offer = (await far.offer()).replace("a=setup:actpass", f"a=setup:{setup}")
        answer = await near.answer(offer)
        role = "passive" if setup == "active" else "active"
        assert f"a=setup:{role}" in answer
        await far.accept(answer)
        async with asyncio.timeout(SOON_S):
            await near_end.connected.wait()
            await far_end.connected.wait()
            near.send(b"\0" * 20, 0)
            far.send(b"\0" * 20, 0)
            await near_end.heard.wait()
            await far_end.heard.wait()
    finally:
        await near.close()
        await far.close()


def _give_rsa_certificate(peer: Peer) -> None:
    transport: Any = peer._transceiver.receiver.transport
    certificate = transport._RTCDtlsTransport__local_certificate
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "FreeSWITCH")])
    now = datetime.now(UTC)
    certificate._cert = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    certificate._key = key


async def test_when_the_far_end_was_heard_last_is_known() -> None:
    """A far end that is muted may send no RTP at all: its reports count as well."""
    async with call() as (near, _, far, far_end):
        assert _heard_s(far) is None
        near.send(b"\0" * 20, 0)
        async with asyncio.timeout(SOON_S):
            await far_end.heard.wait()
        heard_s = _heard_s(far)
        assert heard_s is not None
        async with asyncio.timeout(SOON_S):
            while True:
                if _heard_s(far) != heard_s:
                    return
                await asyncio.sleep(0.01)


def _heard_s(peer: Peer) -> float | None:
    return peer.heard_s


async def test_a_peer_without_a_path_is_told_as_lost() -> None:
    near_end, far_end = End(), End()
    near, far = near_end.open(), far_end.open()
    try:
        answer = await far.answer(without_candidates(await near.offer()))
        await far.close()
        await near.accept(without_candidates(answer))
        async with asyncio.timeout(SOON_S):
            await near_end.gone.wait()
        assert near_end.lost == ["no path for media was found"]
    finally:
        await near.close()


async def test_loopback_is_offered_only_when_it_is_asked_for() -> None:
    def ignore(_: object) -> None: ...

    open_to_all = Peer(on_packet=ignore, on_connected=lambda: None, on_lost=ignore)
    with_loopback = End().open()
    assert "127.0.0.1" not in await open_to_all.offer()
    assert " 127.0.0.1 " in await with_loopback.offer()
    await open_to_all.close()
    await with_loopback.close()


@pytest.mark.parametrize("sdp", ["", "v=0", "rubbish\r\n" * 1000])
async def test_a_description_that_aiortc_refuses_is_the_far_sides_fault(
    sdp: str,
) -> None:
    peer = End().open()
    await peer.offer()
    with pytest.raises(RemoteProtocolError, match="cannot be used"):
        await peer.accept(sdp)
    await peer.close()


async def test_there_is_no_codec_before_both_ends_agreed() -> None:
    peer = End().open()
    with pytest.raises(LocalProtocolError, match="no codec"):
        _ = peer.codec
    await peer.close()


def test_an_aiortc_without_the_seams_is_refused_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its names are private: the next release may not have them."""
    monkeypatch.delattr(RTCRtpSender, "_next_encoded_frame")
    with pytest.raises(
        LocalProtocolError, match=r"has no RTCRtpSender\._next_encoded_frame"
    ):
        peer_module.check_seams()


def test_so_is_one_whose_objects_lack_what_we_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def without_counters(self: RTCRtpSender) -> None:
        self._ssrc = 1

    monkeypatch.setattr(RTCRtpSender, "__init__", without_counters)
    with pytest.raises(LocalProtocolError, match="RTCRtpSender__packet_count"):
        peer_module.check_seams()
