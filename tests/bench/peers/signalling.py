"""The little of the vendor's signalling that an anonymous call needs.

Runs with the websockets of the project and with Debian's, which is older.
"""

import asyncio
import json
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets import ConnectionClosed, connect

Json = dict[str, Any]

SOON_S = 10.0


class Session:
    """A login; `ended` is told when the far end says bye."""

    def __init__(self, connection: Any) -> None:
        self.ended: Callable[[], None] = lambda: None
        self._connection = connection
        self._sessid = ""
        self._client_ready = asyncio.Event()
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._call_id = ""
        self._description: asyncio.Future[str] | None = None

    async def log_in(self) -> None:
        """Return when calls can be placed."""
        who = {
            "target_type": "ai_assistant",
            "target_id": "assistant-bench",
            "User-Agent": {"sdkVersion": "1", "data": "bench"},
        }
        answer = await self._ask("anonymous_login", who)
        self._sessid = answer["sessid"]
        await self._client_ready.wait()
        state: Json = {}
        while state.get("state") != "REGED":
            state = (await self._ask("telnyx_rtc.gatewayState", {}))["params"]

    async def invite(self, offer: str, sent: Callable[[], None]) -> str:
        """Place a call; the far end's SDP."""
        self._description = asyncio.get_running_loop().create_future()
        self._call_id = str(uuid.uuid4())
        dialog = {"callID": self._call_id, "destination_number": "", "audio": True}
        params = {"sessid": self._sessid, "sdp": offer, "dialogParams": dialog}
        created = self._ask("telnyx_rtc.invite", params, sent)
        # The answer may overtake the result.
        await asyncio.gather(created, asyncio.wait_for(self._description, SOON_S))
        return self._description.result()

    async def bye(self) -> None:
        """End the call."""
        params = {
            "sessid": self._sessid,
            "cause": "NORMAL_CLEARING",
            "causeCode": 16,
            "dialogParams": {"callID": self._call_id},
        }
        await self._ask("telnyx_rtc.bye", params)

    async def _ask(
        self, method: str, params: Json, sent: Callable[[], None] = lambda: None
    ) -> Json:
        number = str(uuid.uuid4())
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        await self._send({"id": number, "method": method, "params": params})
        sent()
        return await asyncio.wait_for(waiting, SOON_S)

    async def _send(self, frame: Json) -> None:
        await self._connection.send(json.dumps({"jsonrpc": "2.0", **frame}))

    async def read(self) -> None:
        """Take in frames until the socket is closed."""
        try:
            async for text in self._connection:
                await self._take(json.loads(text))
        except ConnectionClosed:
            self.ended()

    async def _take(self, frame: Json) -> None:
        if "method" in frame:
            await self._obey(frame)
        elif (waiting := self._waiting.pop(frame["id"], None)) is not None:
            if "error" in frame:
                waiting.set_exception(RuntimeError(str(frame["error"])))
            else:
                waiting.set_result(frame["result"])

    async def _obey(self, frame: Json) -> None:
        method, params = frame["method"], frame.get("params", {})
        if method == "telnyx_rtc.ping":
            ping = {"id": str(uuid.uuid4()), "method": method, "params": {}}
            await self._send(ping)
        elif method == "telnyx_rtc.clientReady":
            self._client_ready.set()
        elif method in ("telnyx_rtc.answer", "telnyx_rtc.media"):
            self._describe(params.get("sdp"))
            await self._acknowledge(frame)
        elif method == "telnyx_rtc.bye":
            await self._acknowledge(frame)
            self.ended()

    def _describe(self, sdp: str | None) -> None:
        if sdp and self._description and not self._description.done():
            self._description.set_result(sdp)

    async def _acknowledge(self, frame: Json) -> None:
        await self._send({"id": frame["id"], "result": {"method": frame["method"]}})


@asynccontextmanager
async def logged_in(url: str) -> AsyncIterator[Session]:
    """A session until the end of the block."""
    async with connect(url) as connection:
        session = Session(connection)
        reading = asyncio.create_task(session.read())
        try:
            await asyncio.wait_for(session.log_in(), SOON_S)
            yield session
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
