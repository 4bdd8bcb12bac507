"""PURE: `ai_conversation` frames: what a client writes, what the assistant tells.

The frames carry no call id: they belong to the one call of the session.
"""

from callpoint.simulator import wire
from callpoint.simulator.actions import HearText, HearToolOutput, Json
from callpoint.simulator.exchange import Call, Exchange, Request, Socket


class Conversation:
    """Between the sockets and the assistants."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def tell(self, call_id: str, params: Json) -> None:
        """Send on the session's socket; while it has none, nobody hears it.

        The ids are uuids in text here, unlike the integers of `telnyx_rtc.*`.
        """
        call = self._exchange.find_call(call_id)
        if call is not None and call.session.socket is not None:
            number = self._exchange.new_uuid()
            frame = wire.request(number, "ai_conversation", params)
            self._exchange.send(call.session.socket, frame)

    def hear(self, socket: Socket, request: Request) -> None:
        """A text message, a tool's output, or a subscription of a client."""
        item = request.params.get("item")
        kind = request.params.get("type")
        if kind != "conversation.item.create" or not isinstance(item, dict):
            self._exchange.observe(f"ai_conversation has the type {kind}")
            self._refuse(socket, request, (-32602, "no item to create"))
            return
        call = self._only_call(socket)
        if call is None:
            self._exchange.observe("ai_conversation comes without a call")
            self._refuse(socket, request, wire.CALL_DOES_NOT_EXIST)
            return
        self._hear_item(socket, call, request, item)

    def _hear_item(
        self, socket: Socket, call: Call, request: Request, item: Json
    ) -> None:
        if item.get("type") == "function_call_output":
            if request.id is not None:
                self._exchange.observe("a tool's output comes with an id")
            self._exchange.act(HearToolOutput(call.id, item))
        elif item.get("type") == "message":
            self._exchange.act(HearText(call.id, item))
        else:
            self._exchange.observe(f"an item has the type {item.get('type')}")
        if request.id is not None:
            body = {"sessid": call.session.id}
            self._exchange.send(socket, wire.result(request.id, body))

    def _refuse(self, socket: Socket, request: Request, fault: wire.Refusal) -> None:
        if request.id is not None:
            self._exchange.send(socket, wire.error(request.id, fault))

    def _only_call(self, socket: Socket) -> Call | None:
        calls = socket.session.calls.values() if socket.session else ()
        return next((call for call in calls if call.answered), None)
