"""A caller of the simulator: a raw WebSocket client, with one media end per call."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from callpoint.audio.codecs import make_decoder, make_encoder
from callpoint.audio.frames import FRAME_BYTES, FRAME_MS, FRAME_S, SILENCE
from callpoint.audio.rtp import RtpPacket
from callpoint.telnyx.peer import Peer
from callpoint.telnyx.sdp import mend_answer, mend_offer, prepare_offer

Json = dict[str, Any]


class Caller:
    """One socket of a client; `frames` has all that came, as text what is no JSON."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Any] = []
        self.sessid = ""
        self._ids = count(1)
        self._grown = asyncio.Event()

    async def read(self) -> None:
        """Take in frames until the socket is closed."""
        try:
            async for text in self.connection:
                try:
                    self.frames.append(json.loads(text))
                except ValueError:
                    self.frames.append(text)
                self._grown.set()
        except ConnectionClosed:
            pass

    async def until(self, wanted: Callable[[Json], bool], timeout_s: float = 5) -> Json:
        """The first frame that is wanted, of the past or to come."""
        async with asyncio.timeout(timeout_s):
            while True:
                for frame in self.frames:
                    if isinstance(frame, dict) and wanted(frame):
                        return frame
                self._grown.clear()
                await self._grown.wait()

    async def method(self, name: str, timeout_s: float = 5) -> Json:
        """The parameters of the first request of that name."""
        method = f"telnyx_rtc.{name}"
        frame = await self.until(lambda f: f.get("method") == method, timeout_s)
        params: Json = frame["params"]
        return params

    async def item(self, **fields: Any) -> Json:
        """The first conversation item with these fields."""

        def wanted(frame: Json) -> bool:
            params = frame.get("params")
            item = params.get("item") if isinstance(params, dict) else None
            return isinstance(item, dict) and fields.items() <= item.items()

        item: Json = (await self.until(wanted))["params"]["item"]
        return item

    async def ask(self, method: str, params: Json) -> Json:
        """Send a request; its answer."""
        number = await self.send(method, params)
        return await self.until(lambda frame: frame.get("id") == number)

    async def send(self, method: str, params: Json) -> str:
        number = f"r{next(self._ids)}"
        frame = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        await self.connection.send(json.dumps(frame))
        return number

    async def log_in(self, **params: Any) -> Json:
        told = {
            "target_type": "ai_assistant",
            "target_id": "assistant-1",
            "User-Agent": {"sdkVersion": "1", "data": "a test"},
        }
        answer = await self.ask("anonymous_login", told | params)
        self.sessid = answer.get("result", {}).get("sessid", "")
        return answer

    async def get_ready(self, **params: Any) -> "Caller":
        await self.log_in(**params)
        await self.method("clientReady")
        await self.ask("telnyx_rtc.gatewayState", {})
        return self

    async def invite(self, offer: str, call_id: str = "c1") -> Json:
        params = {
            "sessid": self.sessid,
            "sdp": offer,
            "dialogParams": {"callID": call_id},
        }
        return await self.ask("telnyx_rtc.invite", params)

    async def about(self, method: str, call_id: str = "c1", **params: Any) -> Json:
        """A request about a call."""
        dialog = {"sessid": self.sessid, "dialogParams": {"callID": call_id}}
        return await self.ask(f"telnyx_rtc.{method}", dialog | params)

    async def write(self, text: str, item_id: str = "mine") -> None:
        """A text message in a call."""
        content = [{"type": "input_text", "text": text}]
        item = {"id": item_id, "type": "message", "role": "user", "content": content}
        params = {"type": "conversation.item.create", "item": item}
        await self.ask("ai_conversation", params)


class Phone:
    """The media end of a caller: speaks what it is told, silence otherwise."""

    def __init__(self) -> None:
        self.packets: list[RtpPacket] = []
        self.connected = asyncio.Event()
        self._speech = b""
        self._grown = asyncio.Event()
        self.peer = Peer(
            loopback=True,
            on_packet=self._take,
            on_connected=self.connected.set,
            on_lost=lambda _: None,
        )

    def _take(self, packet: RtpPacket) -> None:
        self.packets.append(packet)
        self._grown.set()

    def say(self, pcm: bytes) -> None:
        self._speech += pcm

    async def talk(self) -> None:
        """Send 50 packets a second for ever."""
        await self.connected.wait()
        encoder = make_encoder(self.peer.codec)
        frame_ticks = self.peer.codec.clock_rate_hz * FRAME_MS // 1000
        due_s = time.monotonic()
        for number in count():
            frame, self._speech = self._speech[:FRAME_BYTES], self._speech[FRAME_BYTES:]
            payload = encoder.encode(frame.ljust(FRAME_BYTES, b"\0") or SILENCE)
            self.peer.send(payload, number * frame_ticks)
            due_s += FRAME_S
            await asyncio.sleep(due_s - time.monotonic())

    async def hear(self, packets: int) -> bytes:
        """The first so many packets, decoded in their order."""
        async with asyncio.timeout(packets * FRAME_S + 5):
            while len(self.packets) < packets:
                self._grown.clear()
                await self._grown.wait()
        decoder = make_decoder(self.peer.codec)
        ordered = sorted(self.packets[:packets], key=lambda each: each.sequence_number)
        return b"".join(decoder.decode(packet.payload) for packet in ordered)


@asynccontextmanager
async def dialled(url: str, voice_sdk_id: str = "") -> AsyncIterator[Caller]:
    """A socket, whose frames are read until the end of the block."""
    query = f"/?voice_sdk_id={voice_sdk_id}" if voice_sdk_id else ""
    async with connect(url + query, max_size=2**24) as connection:
        caller = Caller(connection)
        async with running(caller.read):
            yield caller


@asynccontextmanager
async def picked_up() -> AsyncIterator[Phone]:
    """A media end that talks until the end of the block."""
    phone = Phone()
    try:
        async with running(phone.talk):
            yield phone
    finally:
        await phone.peer.close()


@asynccontextmanager
async def in_call(url: str, call_id: str = "c1") -> AsyncIterator[tuple[Caller, Phone]]:
    """A caller whose call is up."""
    async with AsyncExitStack() as stack:
        caller = await stack.enter_async_context(dialled(url))
        phone = await stack.enter_async_context(picked_up())
        await caller.get_ready()
        await caller.invite(prepare_offer(await phone.peer.offer()), call_id)
        answer = await caller.method("answer")
        await phone.peer.accept(mend_answer(answer["sdp"], phone.peer.mid))
        await asyncio.wait_for(phone.connected.wait(), 5)
        yield caller, phone


async def reattached(caller: Caller, phone: Phone) -> None:
    """Answer an attach with a new media end, and wait until media flows."""
    attach = await caller.method("attach")
    answer = await phone.peer.answer(mend_offer(attach["sdp"]))
    await caller.about("attach", sdp=answer)
    await asyncio.wait_for(phone.connected.wait(), 5)


@asynccontextmanager
async def running(work: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Something that goes on during a block."""
    task = asyncio.ensure_future(work())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
