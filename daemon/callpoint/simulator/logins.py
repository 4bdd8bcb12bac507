"""PURE: from a new socket to a registered one: login, clientReady, polls, re-login."""

from callpoint.simulator import wire
from callpoint.simulator.actions import CloseSocket, Json, MakeOffer
from callpoint.simulator.exchange import Exchange, Request, Session, Socket
from callpoint.simulator.faults import Faults
from callpoint.simulator.scenario import Attach, LoginAnswer, Since

_REGISTERED = ("REGED", "REGISTER")
_KNOWN_KEYS = {
    "target_type",
    "target_id",
    "target_version_id",
    "target_params",
    "conversation_id",
    "userVariables",
    "reconnection",
    "sessid",
    "User-Agent",
}
_REFUSALS = {
    LoginAnswer.AUTHENTICATION_REQUIRED: wire.AUTHENTICATION_REQUIRED,
    LoginAnswer.LOGIN_INCORRECT: wire.LOGIN_INCORRECT,
    LoginAnswer.STRING_CODE: wire.STRING_CODE,
}
_UNKNOWN_CALL_OFFER = (
    "v=0\r\no=FreeSWITCH 1 1 IN IP4 127.0.0.1\r\ns=FreeSWITCH\r\n"
    "c=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/SAVPF 0\r\na=rtcp-mux\r\n"
)


class Logins:
    """Answers logins and polls."""

    def __init__(self, exchange: Exchange, faults: Faults) -> None:
        self._exchange = exchange
        self._scenario = exchange.scenario
        self._faults = faults

    def log_in(self, socket: Socket, request: Request) -> None:
        self._observe(request.params)
        self._exchange.note("login", **_told(request.params), socket=socket.number)
        delay_s = self._scenario.login_delay_s
        if not delay_s:
            self._answer(socket, request, request.at_s)
            return
        self._exchange.agenda.at(
            request.at_s + delay_s,
            lambda now_s: None if socket.gone else self._answer(socket, request, now_s),
        )

    def _observe(self, params: Json) -> None:
        for key in params.keys() - _KNOWN_KEYS:
            self._exchange.observe(f"anonymous_login has the unknown key {key}")
        for key in ("target_type", "target_id", "User-Agent"):
            if not params.get(key):
                self._exchange.observe(f"anonymous_login lacks {key}")

    def _answer(self, socket: Socket, request: Request, now_s: float) -> None:
        answer = self._scenario.login
        if self._scenario.login_refusal:
            refusal = (wire.LOGIN_INCORRECT[0], self._scenario.login_refusal)
            self._exchange.send(socket, wire.error(request.id, refusal))
        elif self._scenario.conversation_over and _conversation(request.params):
            self._exchange.send(socket, wire.error(request.id, wire.CONVERSATION_OVER))
        elif answer in _REFUSALS:
            self._exchange.send(socket, wire.error(request.id, _REFUSALS[answer]))
        elif answer is LoginAnswer.CLOSE:
            self._exchange.act(CloseSocket(socket.number, 1011, "no login today"))
        elif answer is LoginAnswer.ACCEPTED:
            self._accept(socket, request, now_s)

    def _accept(self, socket: Socket, request: Request, now_s: float) -> None:
        session = self._known(socket, request.params) or self._fresh(socket)
        socket.session, session.socket = session, socket
        session.voice_sdk_ids.add(socket.voice_sdk_id)
        body = {"message": "logged in", "sessid": session.id}
        self._exchange.send(socket, wire.result(request.id, body))
        survivors = [call.id for call in session.calls.values() if call.answered]
        self._exchange.note("logged_in", sessid=session.id, reattached=survivors)
        self._attach_and_get_ready(session, survivors)
        self._faults.start(Since.LOGIN, session, None, now_s)

    def _fresh(self, socket: Socket) -> Session:
        session = Session(self._exchange.new_uuid(), {socket.voice_sdk_id}, socket)
        self._exchange.sessions[session.id] = session
        return session

    def _known(self, socket: Socket, params: Json) -> Session | None:
        """The session that this login continues.

        Without the right voice_sdk_id another node answers, which does not know it.
        """
        session = self._exchange.sessions.get(str(params.get("sessid")))
        if session is None:
            return None
        if params.get("reconnection") is not True:
            self._exchange.observe("a known sessid comes without reconnection: true")
            return None
        if socket.asked_voice_sdk_id not in session.voice_sdk_ids:
            self._exchange.observe("a known sessid comes without its voice_sdk_id")
            return None
        if session.socket is not None and session.socket is not socket:
            self._exchange.note("punt", socket=session.socket.number)
            self._exchange.ask(session.socket, "telnyx_rtc.punt", {})
            session.socket.session = None
        return session

    def _attach_and_get_ready(self, session: Session, survivors: list[str]) -> None:
        order = self._scenario.attach
        if order is Attach.BEFORE_READY:
            session.awaited = set(survivors)
        self._say_ready(session, survivors)
        if order is not Attach.NEVER:
            for call_id in survivors:
                self._exchange.act(MakeOffer(call_id))
        if self._scenario.attach_unknown:
            self._attach_unknown(session)

    def _say_ready(self, session: Session, survivors: list[str]) -> None:
        if session.awaited or not self._scenario.client_ready:
            return
        params: Json = {"reattached_sessions": survivors}
        if self._scenario.state_in_client_ready:
            params["state"] = "REGED"
        self._exchange.ask(session.socket, "telnyx_rtc.clientReady", params)
        if self._scenario.state_in_client_ready:
            self._register(session.socket)

    def attach_sent(self, session: Session, call_id: str) -> None:
        """An attach left, or never will; clientReady may have waited for it."""
        if call_id in session.awaited:
            session.awaited.discard(call_id)
            self._say_ready(session, list(session.calls))

    def _attach_unknown(self, session: Session) -> None:
        call_id, leg_id = self._exchange.new_uuid(), self._exchange.new_uuid()
        params = wire.attach(call_id, _UNKNOWN_CALL_OFFER, session.id, leg_id)
        self._exchange.ask(session.socket, "telnyx_rtc.attach", params)

    def tell_state(self, socket: Socket, request: Request) -> None:
        """Answer a poll of the gateway's state."""
        if socket.session is None:
            fault = wire.error(request.id, wire.AUTHENTICATION_REQUIRED)
            self._exchange.send(socket, fault)
            return
        states = self._scenario.gateway_states
        state = states[min(self._exchange.polls, len(states) - 1)]
        self._exchange.polls += 1
        self._exchange.note("poll", state=state, socket=socket.number)
        if not state:
            return
        report_id = self._exchange.new_uuid()
        self._exchange.report_ids.add(report_id)
        body = wire.gateway_state(state, socket.session.id, report_id)
        self._exchange.send(socket, wire.result(request.id, body))
        if state in _REGISTERED:
            self._register(socket)

    def _register(self, socket: Socket | None) -> None:
        if socket is not None and not socket.registered:
            socket.registered = True
            self._exchange.note("ready", socket=socket.number)


def _conversation(params: Json) -> object:
    """The conversation that a login wants to join, in either place."""
    target = params.get("target_params")
    joined = target.get("conversation_id") if isinstance(target, dict) else None
    return joined or params.get("conversation_id")


def _told(params: Json) -> Json:
    """What of a login goes to the event stream."""
    keys = ("target_type", "target_id", "target_version_id", "sessid", "reconnection")
    told = {key: params[key] for key in keys if key in params}
    if "userVariables" in params:
        told["user_variables"] = params["userVariables"]
    return told
