"""Any codec that we speak, through a call: real SDP, ICE, DTLS, SRTP, and codecs."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from callpoint.audio.codecs import make_decoder, make_encoder
from callpoint.audio.frames import FRAME_BYTES
from callpoint.audio.rtp import SPOKEN, RtpPacket
from callpoint.audio.synthetic import read_wav
from callpoint.simulator.freeswitch import Codec, Quirks, take_offer, write
from callpoint.telnyx.description import Description, fmtps, rtpmaps
from callpoint.telnyx.peer import Peer
from callpoint.telnyx.sdp import mend_answer, prepare_offer
from tests.unit.audio.speech import likeness

VOICE = Path("/usr/share/sounds/alsa/Front_Center.wav")
SOON_S = 5.0
PACKETS = 40
CODECS: tuple[Codec, ...] = ("opus", "G722", "PCMU", "PCMA")


class Ear:
    """Takes what a peer hears, until there is enough."""

    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []
        self.connected = asyncio.Event()
        self.enough = asyncio.Event()

    def open(self) -> Peer:
        return Peer(
            loopback=True,
            on_packet=self._take,
            on_connected=self.connected.set,
            on_lost=lambda _: None,
        )

    def _take(self, packet: RtpPacket) -> None:
        self.packets.append(packet)
        if len(self.packets) == PACKETS:
            self.enough.set()


@asynccontextmanager
async def call(codec: Codec) -> AsyncIterator[tuple[Peer, Peer, Ear]]:
    """A call with a gateway that settles on this codec."""
    ear, mouth = Ear(), Ear()
    caller, gateway = mouth.open(), ear.open()
    try:
        offer = take_offer(prepare_offer(await caller.offer()), codec)
        answer = write(await gateway.answer(offer), Quirks(codec=codec))
        await caller.accept(mend_answer(answer, caller.mid))
        async with asyncio.timeout(SOON_S):
            await mouth.connected.wait()
        yield caller, gateway, ear
    finally:
        await caller.close()
        await gateway.close()


async def test_all_that_we_speak_is_offered_the_best_first() -> None:
    peer = Ear().open()
    offer = Description.read(prepare_offer(await peer.offer())).audio
    await peer.close()
    codecs = rtpmaps(offer)
    assert tuple(name.split("/")[0] for name in codecs.values()) == SPOKEN
    assert list(codecs) == offer.media_line[3:]
    assert list(fmtps(offer.lines).values()) == [
        {"minptime": "10", "useinbandfec": "1"}
    ]


@pytest.mark.parametrize("codec", CODECS)
async def test_what_is_said_in_any_codec_is_heard(codec: Codec) -> None:
    said = read_wav(VOICE)[: PACKETS * FRAME_BYTES]
    async with call(codec) as (caller, gateway, ear):
        assert caller.codec == gateway.codec
        assert caller.codec.name == codec
        encoder = make_encoder(caller.codec)
        ticks = caller.codec.clock_rate_hz // 50
        for number in range(PACKETS):
            frame = said[number * FRAME_BYTES : (number + 1) * FRAME_BYTES]
            caller.send(encoder.encode(frame), number * ticks)
        async with asyncio.timeout(SOON_S):
            await ear.enough.wait()
    decoder = make_decoder(caller.codec)
    heard = b"".join(decoder.decode(packet.payload) for packet in ear.packets)
    stamps = [packet.timestamp for packet in ear.packets]
    assert {(after - before) % 2**32 for before, after in pairwise(stamps)} == {ticks}
    loud = slice(20 * FRAME_BYTES // 2, 30 * FRAME_BYTES // 2)
    assert likeness(said[loud], heard[loud]) > 0.8
