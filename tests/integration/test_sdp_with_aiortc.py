"""aiortc takes every description that was mended, and not those that were not.

Each trap of aiortc 1.16 that the mending is made for is walked into first, so that a
new release that mends it itself is noticed here.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import product

import pytest
from aiortc import (
    RTCConfiguration,
    RTCDtlsParameters,
    RTCIceParameters,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError
from aiortc.sdp import MediaDescription, SessionDescription
from hypothesis import given, settings

from callpoint.errors import RemoteProtocolError
from callpoint.simulator.freeswitch import OFFER, Codec, Quirks, take_offer, write
from callpoint.telnyx.sdp import (
    mend_answer,
    mend_offer,
    prepare_answer,
    prepare_offer,
)
from tests.descriptions import (
    ANSWER,
    ATTACH_OFFER,
    REFUSED_VIDEO,
    added,
    in_session,
    mutations,
    replaced,
    without,
)

# Without the model's candidates: nothing shall be sent to them.
LOCAL_ANSWER = without(ANSWER, "a=candidate:")
LOCAL_OFFER = without(ATTACH_OFFER, "a=candidate:")

CODECS: tuple[Codec, ...] = ("opus", "G722", "PCMU", "PCMA")


@asynccontextmanager
async def peer() -> AsyncIterator[RTCPeerConnection]:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def offering_peer() -> AsyncIterator[RTCPeerConnection]:
    async with peer() as connection:
        connection.addTransceiver("audio")
        await connection.setLocalDescription(await connection.createOffer())
        yield connection


async def take(connection: RTCPeerConnection, kind: str, sdp: str) -> None:
    await connection.setRemoteDescription(RTCSessionDescription(sdp=sdp, type=kind))


async def answer(connection: RTCPeerConnection) -> str:
    await connection.setLocalDescription(await connection.createAnswer())
    return str(connection.localDescription.sdp)


def codecs(connection: RTCPeerConnection) -> list[str]:
    """What was negotiated; aiortc sends the first."""
    (transceiver,) = connection.getTransceivers()
    return [codec.name for codec in transceiver._codecs]


def direction(connection: RTCPeerConnection) -> str | None:
    (transceiver,) = connection.getTransceivers()
    found: str | None = transceiver.currentDirection
    return found


def quirks_of(codec: Codec, base: Quirks) -> Iterator[Quirks]:
    for mid, setup, mux, rtpmap, end in product(
        ("0", "audio", None),
        dict.fromkeys((base.setup, "actpass", None)),
        *[(True, False)] * 3,
    ):
        yield Quirks(
            codec=codec,
            mid=mid,
            setup=setup,
            rtcp_mux=mux,
            rtpmap=rtpmap,
            end_of_candidates=end,
        )


@pytest.mark.parametrize("codec", CODECS)
async def test_a_mended_answer_is_taken_whatever_its_quirks(codec: Codec) -> None:
    async with offering_peer() as client, peer() as gateway:
        offer = prepare_offer(client.localDescription.sdp)
        await take(gateway, "offer", take_offer(offer, codec))
        settled = await answer(gateway)
    for quirks in quirks_of(codec, Quirks()):
        async with offering_peer() as client:
            await take(client, "answer", mend_answer(write(settled, quirks), "0"))
            assert codecs(client) == [codec], quirks
            assert direction(client) == "sendrecv", quirks


@pytest.mark.parametrize("codec", CODECS)
async def test_a_mended_offer_is_taken_and_answered_whatever_its_quirks(
    codec: Codec,
) -> None:
    async with offering_peer() as gateway:
        sdp = gateway.localDescription.sdp
    for quirks in quirks_of(codec, OFFER):
        offer = write(sdp, quirks)
        async with peer() as client:
            await take(client, "offer", mend_offer(offer))
            answered = prepare_answer(await answer(client), offer)
            assert codecs(client) == [codec], quirks
        assert " RTP/SAVPF " in answered
        assert ("a=mid:" in answered) == (quirks.mid is not None)


async def test_a_client_answers_and_a_gateway_takes_it() -> None:
    async with offering_peer() as gateway, peer() as client:
        quirks = replace(OFFER, codec="G722", mid="audio")
        offer = write(gateway.localDescription.sdp, quirks)
        await take(client, "offer", mend_offer(offer))
        answered = prepare_answer(await answer(client), offer)
        await take(gateway, "answer", mend_answer(answered, "0"))
        assert codecs(gateway) == codecs(client) == ["G722"]


@dataclass(frozen=True)
class Trap:
    """What is done to an answer of FreeSWITCH, and how aiortc takes it unmended."""

    edit: Callable[[str], str]
    fault: type[Exception] | None = None
    words: str = ""
    codec: str = "opus"


TRAPS = {
    "FreeSWITCH as it is, without candidates": Trap(lambda s: s),
    "no mid": Trap(
        lambda s: without(s, "a=mid:"), ValueError, "Media sections in answer"
    ),
    "another mid": Trap(
        lambda s: replaced(s, "a=mid:0", "a=mid:audio"),
        ValueError,
        "Media sections in answer",
    ),
    "setup:actpass": Trap(
        lambda s: replaced(s, "setup:active", "setup:actpass"),
        ValueError,
        "DTLS setup attribute",
    ),
    "setup:holdconn": Trap(
        lambda s: replaced(s, "setup:active", "setup:holdconn"), KeyError
    ),
    "no setup": Trap(lambda s: without(s, "a=setup:"), AttributeError, "role"),
    "no rtcp-mux": Trap(lambda s: without(s, "a=rtcp-mux"), ValueError, "RTCP mux"),
    "a TCP candidate": Trap(
        lambda s: added(s, "a=candidate:1 1 tcp 7 127.0.0.1 9 typ host tcptype active")
    ),
    "a component 2 candidate": Trap(
        lambda s: added(s, "a=candidate:1 2 udp 7 127.0.0.1 9 typ host")
    ),
    "a static payload type without rtpmap": Trap(
        lambda s: replaced(
            without(without(s, "a=rtpmap:"), "a=fmtp:"), "96 101 13", "0"
        ),
        OperationError,
        "send parameters",
        "PCMU",
    ),
    "fmtp without rtpmap": Trap(
        lambda s: without(s, "a=rtpmap:101"), RuntimeError, "StopIteration"
    ),
    "fmtp with a bad number": Trap(
        lambda s: replaced(s, "fec=1", "fec=yes"), ValueError, "invalid lit"
    ),
    "a video section": Trap(
        lambda s: s + REFUSED_VIDEO, ValueError, "ICE username fragment"
    ),
    "a port with a count": Trap(
        lambda s: replaced(s, "audio 16952", "audio 16952/2"), AssertionError
    ),
    "a header extension with attributes": Trap(
        lambda s: added(s, "a=extmap:1 urn:x y"), ValueError, "too many values"
    ),
    "a damaged source": Trap(
        lambda s: added(s, "a=ssrc:1"), ValueError, "not enough values"
    ),
    "a damaged candidate": Trap(lambda s: added(s, "a=candidate:1"), AssertionError),
}


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
async def test_aiortc_takes_an_answer_unmended_as_the_table_tells(trap: Trap) -> None:
    async with offering_peer() as client:
        unmended = trap.edit(LOCAL_ANSWER)
        if trap.fault is None:
            await take(client, "answer", unmended)
        else:
            with pytest.raises(trap.fault, match=trap.words or None):
                await take(client, "answer", unmended)


@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
async def test_aiortc_takes_the_same_answer_mended(trap: Trap) -> None:
    async with offering_peer() as client:
        await take(client, "answer", mend_answer(trap.edit(LOCAL_ANSWER), "0"))
        assert codecs(client) == [trap.codec]
        assert direction(client) == "sendrecv"


async def test_an_answer_without_direction_would_leave_the_call_silent() -> None:
    untold = without(LOCAL_ANSWER, "a=sendrecv")
    async with offering_peer() as client:
        await take(client, "answer", untold)
        assert direction(client) is None
    async with offering_peer() as client:
        await take(client, "answer", mend_answer(untold, "0"))
        assert direction(client) == "sendrecv"


async def test_an_offer_without_direction_could_not_be_answered() -> None:
    untold = without(LOCAL_OFFER, "a=sendrecv")
    async with peer() as client:
        await take(client, "offer", untold)
        with pytest.raises(ValueError, match="None is not in list"):
            await answer(client)
    async with peer() as client:
        await take(client, "offer", mend_offer(untold))
        assert "a=recvonly\r\n" in await answer(client)


async def test_an_offer_without_mid_would_be_answered_with_a_broken_group() -> None:
    untold = without(LOCAL_OFFER, "a=mid:")
    async with peer() as client:
        await take(client, "offer", untold)
        assert "a=group:BUNDLE \r\n" in await answer(client)
    async with peer() as client:
        await take(client, "offer", mend_offer(untold))
        assert "a=group:BUNDLE 0\r\n" in await answer(client)


async def test_the_same_answer_twice_would_be_refused() -> None:
    twice = mend_answer(LOCAL_ANSWER, "0")
    async with offering_peer() as client:
        await take(client, "answer", twice)
        with pytest.raises(InvalidStateError):
            await take(client, "answer", twice)


async def test_early_media_and_then_an_answer_are_both_taken() -> None:
    early = mend_answer(replaced(LOCAL_ANSWER, "setup:active", "setup:actpass"), "0")
    async with offering_peer() as client:
        await take(client, "pranswer", early)
        await take(client, "answer", early)
        assert codecs(client) == ["opus"]


def parsed(sdp: str) -> MediaDescription:
    (media,) = SessionDescription.parse(sdp).media
    return media


def ice(sdp: str) -> RTCIceParameters:
    found = parsed(sdp).ice
    assert found is not None
    return found


def dtls(sdp: str) -> RTCDtlsParameters:
    found = parsed(sdp).dtls
    assert found is not None
    return found


def test_ice_lite_at_media_level_would_not_be_read() -> None:
    lite = added(ANSWER, "a=ice-lite")
    assert not ice(lite).iceLite
    assert ice(mend_answer(lite, "0")).iceLite


def test_a_blank_in_format_parameters_would_be_part_of_a_name() -> None:
    assert " minptime" in parsed(ANSWER).rtp.codecs[0].parameters
    mended = parsed(mend_answer(ANSWER, "0")).rtp.codecs[0].parameters
    assert mended["minptime"] == 10


def test_fingerprints_of_both_levels_would_have_to_match_both() -> None:
    both = in_session(ANSWER, "a=fingerprint:sha-256 00:11")
    assert len(dtls(both).fingerprints) == 2
    assert len(dtls(mend_answer(both, "0")).fingerprints) == 1


def test_the_order_of_the_media_line_would_not_count() -> None:
    pcmu = replaced(added(ANSWER, "a=rtpmap:0 PCMU/8000"), "SAVPF 96", "SAVPF 0 96")
    assert parsed(pcmu).rtp.codecs[0].name == "opus"
    assert parsed(mend_answer(pcmu, "0")).rtp.codecs[0].name == "PCMU"


@settings(deadline=None)
@given(mutations(ANSWER))
def test_aiortc_reads_whatever_was_mended(sdp: str) -> None:
    try:
        mended = mend_answer(sdp, "0")
    except RemoteProtocolError:
        return
    media = parsed(mended)
    assert media.rtp.muxId == "0"
    assert media.rtcp_mux
    assert dtls(mended).role in ("client", "server")


@settings(deadline=None, max_examples=40)
@given(mutations(LOCAL_ANSWER))
async def test_aiortc_takes_whatever_was_mended(sdp: str) -> None:
    try:
        mended = mend_answer(sdp, "0")
    except RemoteProtocolError:
        return
    async with offering_peer() as client:
        await take(client, "answer", mended)
        assert codecs(client)
