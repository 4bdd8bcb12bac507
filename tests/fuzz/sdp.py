"""Descriptions: mended, prepared, and what is left of them given to real aiortc.

The first byte says whether it is an answer or an offer.
"""

import asyncio
from contextlib import suppress

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription

from callpoint.errors import RemoteProtocolError
from callpoint.simulator.freeswitch import take_offer
from callpoint.telnyx.sdp import (
    mend_answer,
    mend_offer,
    prepare_answer,
)
from tests.descriptions import ANSWER, ATTACH_OFFER, OFFER

SEEDS = [
    b"a" + ANSWER.encode(),
    b"o" + ATTACH_OFFER.encode(),
    b"o" + OFFER.encode(),
    b"o" + OFFER.replace("\r\n", "\n").encode(),
    b"a" + ANSWER.replace("RTP/SAVPF 96", "RTP/SAVPF 9").encode(),
]


def survives(received: bytes) -> None:
    """RemoteProtocolError is raised, or aiortc takes what was mended."""
    sdp = received[1:].decode("utf-8", "replace")
    with suppress(RemoteProtocolError):
        if received[:1] == b"a":
            SessionDescription.parse(mend_answer(sdp, "0"))
        else:
            mended = mend_offer(sdp)
            asyncio.run(_taken(mended))
            prepare_answer(OFFER, sdp)
            take_offer(sdp, "PCMU")


async def _taken(mended: str) -> None:
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    offer = RTCSessionDescription(sdp=mended, type="offer")
    try:
        await connection.setRemoteDescription(offer)
        await connection.createAnswer()
    finally:
        await connection.close()
