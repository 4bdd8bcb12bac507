"""PURE: the server's side of the signalling: text in, actions out, time an argument.

One `Gateway` serves all sockets of a simulator. Every input returns what is to be done;
`deadline_s` says when `tick` has to be called next. This room knows sockets, pings and
which method goes where; logins are in `logins.py`, calls in `calls.py`.
"""

import json
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from callpoint.simulator import wire
from callpoint.simulator.actions import (
    DropSocket,
    GatewayAction,
    Json,
    Knock,
    TurnedAway,
    Unheard,
    Welcome,
)
from callpoint.simulator.calls import Calls
from callpoint.simulator.conversation import Conversation
from callpoint.simulator.exchange import Exchange, Request, Session, Socket
from callpoint.simulator.faults import Faults
from callpoint.simulator.logins import Logins
from callpoint.simulator.reports import Report, told
from callpoint.simulator.scenario import FaultKind, Scenario, Since

Actions = list[GatewayAction]


class Gateway:
    """The stand-in for the vendor's signalling server."""

    def __init__(self, scenario: Scenario, new_uuid: Callable[[], str]) -> None:
        self._exchange = Exchange(scenario, new_uuid)
        self._scenario = scenario
        self._hung_upgrades = 0
        self._calls = Calls(self._exchange)
        self._faults = Faults(self._exchange, self._calls)
        self._logins = Logins(self._exchange, self._faults)
        self._conversation = Conversation(self._exchange)
        self._methods = self._table()
        self._calls.on_answered(
            lambda call, now_s: self._faults.start(
                Since.ANSWER, call.session, call, now_s
            )
        )

    def _table(self) -> dict[str, Callable[[Socket, Request], None]]:
        return {
            "anonymous_login": self._logins.log_in,
            "telnyx_rtc.gatewayState": self._logins.tell_state,
            "telnyx_rtc.ping": self._pong,
            "telnyx_rtc.invite": self._calls.invite,
            "telnyx_rtc.attach": self._calls.attach,
            "telnyx_rtc.bye": self._calls.bye,
            "telnyx_rtc.modify": self._calls.modify,
            "telnyx_rtc.info": self._calls.info,
            "telnyx_rtc.candidate": self._calls.candidate,
            "telnyx_rtc.endOfCandidates": self._calls.candidate,
            "ai_conversation": self._conversation.hear,
        }

    @property
    def deadline_s(self) -> float | None:
        return self._exchange.agenda.deadline_s

    def tick(self, now_s: float) -> Actions:
        """Do what is due."""
        self._exchange.agenda.run(now_s)
        return self._exchange.take()

    def knocked(self) -> tuple[Knock, Actions]:
        """Somebody asks for a WebSocket: what becomes of it, and what is told."""
        knock: Knock = Welcome()
        if self._hung_upgrades < self._scenario.hung_upgrades:
            self._hung_upgrades += 1
            knock = Unheard()
            self._exchange.note("unheard")
        elif self._scenario.http_status:
            knock = TurnedAway(self._scenario.http_status)
            self._exchange.note("turned_away", status=knock.status)
        return knock, self._exchange.take()

    def connected(self, number: int, path: str, now_s: float) -> Actions:
        """A socket opened; any path and query is welcome."""
        query = parse_qs(urlsplit(path).query)
        asked = query.get("voice_sdk_id", [""])[-1]
        voice_sdk_id = f"VSDK1{self._exchange.new_uuid().replace('-', '').upper()}"
        socket = Socket(number, voice_sdk_id, asked, now_s)
        self._exchange.sockets[number] = socket
        self._exchange.note("connected", socket=number, path=path, voice_sdk_id=asked)
        self._ping_later(socket, 1, now_s)
        return self._exchange.take()

    def _ping_later(self, socket: Socket, serno: int, now_s: float) -> None:
        every_s = self._scenario.ping_every_s

        def ping(now_s: float) -> None:
            if socket.gone:
                return
            if now_s - socket.heard_at_s > 2 * every_s:
                self._exchange.observe("the client gives no sign of life")
                self._exchange.act(DropSocket(socket.number))
                return
            self._exchange.ask(socket, "telnyx_rtc.ping", {"serno": serno})
            self._ping_later(socket, serno + 1, now_s)

        self._exchange.agenda.at(now_s + every_s, ping)

    def disconnected(self, number: int, now_s: float) -> Actions:
        """A socket is gone; its session lives on for the retention time."""
        socket = self._exchange.sockets.pop(number)
        socket.gone = True
        self._exchange.note("disconnected", socket=number)
        session = socket.session
        if session is not None and session.socket is socket:
            session.socket = None
            due_s = now_s + self._scenario.retention_s
            self._exchange.agenda.at(due_s, lambda _: self._expire(session, due_s))
            session.lost_until_s = due_s
        return self._exchange.take()

    def _expire(self, session: Session, due_s: float) -> None:
        if session.socket is not None or session.lost_until_s != due_s:
            return
        for call in list(session.calls.values()):
            self._calls.lose(call)
        del self._exchange.sessions[session.id]
        self._exchange.note("session_forgotten", sessid=session.id)

    def received(self, number: int, text: str | bytes, now_s: float) -> Actions:
        """A frame of a client."""
        socket = self._exchange.sockets[number]
        socket.heard_at_s = now_s
        if not socket.half_dead:
            self._read(socket, text, now_s)
        return self._exchange.take()

    def _read(self, socket: Socket, text: str | bytes, now_s: float) -> None:
        try:
            frame = json.loads(text)
        except (ValueError, RecursionError):
            frame = None
        if not isinstance(frame, dict):
            self._exchange.observe("a frame is not a JSON object")
        elif "method" in frame:
            self._dispatch(socket, frame, now_s)
        elif "result" in frame or "error" in frame:
            self._read_ack(socket, frame)
        elif "type" not in frame:
            # Debug reports of the vendor's SDKs have a type and want no answer.
            self._exchange.observe("a frame has no method, result, error or type")

    def _read_ack(self, socket: Socket, frame: Json) -> None:
        number = frame.get("id")
        if not isinstance(number, int) or number not in socket.sent_ids:
            self._exchange.observe("an answer has an id that nobody gave", id=number)
            return
        self._exchange.note("ack", id=number, result=frame.get("result"))

    def _dispatch(self, socket: Socket, frame: Json, now_s: float) -> None:
        params = frame.get("params")
        params = params if isinstance(params, dict) else {}
        request = Request(frame.get("id"), params, now_s)
        method = frame["method"]
        answer = self._methods.get(method) if isinstance(method, str) else None
        if answer is not None:
            answer(socket, request)
            return
        self._exchange.observe(f"the method {method} is not known")
        self._exchange.send(socket, wire.error(request.id, wire.METHOD_NOT_FOUND))

    def _pong(self, socket: Socket, request: Request) -> None:
        if socket.session is None:
            self._exchange.observe("a ping comes before the login")
            fault = wire.error(request.id, wire.UNAUTHORISED_PING)
            self._exchange.send(socket, fault)
            return
        self._exchange.note("ping", socket=socket.number)
        body = {"message": "PONG", "sessid": socket.session.id}
        self._exchange.send(socket, wire.result(request.id, body))

    def reported(self, report: Report) -> Actions:
        """A call report of a client."""
        fields = told(report)
        if "fault" in fields:
            self._exchange.observe(fields["fault"])
        else:
            if fields["report_id"] not in self._exchange.report_ids:
                self._exchange.observe("a call report has an id that nobody gave")
            self._exchange.note("call_report", **fields)
        return self._exchange.take()

    def offer_answered(self, call_id: str, sdp: str, now_s: float) -> Actions:
        """The media end answered a client's offer."""
        self._calls.offer_answered(call_id, sdp, now_s)
        return self._exchange.take()

    def offer_made(self, call_id: str, sdp: str) -> Actions:
        """The media end made an offer, for an attach."""
        self._calls.offer_made(call_id, sdp)
        call = self._exchange.find_call(call_id)
        if call is not None:
            self._logins.attach_sent(call.session, call_id)
        return self._exchange.take()

    def media_renewed(self, call_id: str, sdp: str) -> Actions:
        """The media end answered a second offer."""
        self._calls.media_renewed(call_id, sdp)
        return self._exchange.take()

    def hang_up(self, call_id: str, cause: str, by: str) -> Actions:
        """End a call from this side, for `cause` (empty: with nothing but its id)."""
        self._calls.hang_up(call_id, cause, by)
        return self._exchange.take()

    def tell(self, call_id: str, params: Json) -> Actions:
        """Send an `ai_conversation` message about a call."""
        self._conversation.tell(call_id, params)
        return self._exchange.take()

    def strike(self, kind: FaultKind, code: int, now_s: float) -> Actions:
        """Let a fault happen to every socket, now."""
        for socket in list(self._exchange.sockets.values()):
            self._faults.strike(kind, socket, code, now_s)
        return self._exchange.take()
