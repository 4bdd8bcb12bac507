"""PURE: from an invite to a bye: answers, early media, attach, hold, DTMF.

Media are elsewhere: what needs them leaves as an action and comes back as a call of
`offer_answered`, `offer_made` or `media_renewed`.
"""

from collections.abc import Callable
from typing import Any

from callpoint.simulator import wire
from callpoint.simulator.actions import (
    AcceptAnswer,
    AnswerOffer,
    BeginTalk,
    EndCall,
    Json,
    RenewMedia,
)
from callpoint.simulator.exchange import Call, Exchange, Request, Socket
from callpoint.simulator.freeswitch import unreachable
from callpoint.simulator.scenario import Answer, InviteAnswer

Answered = Callable[[Call, float], None]
"""Told of an answer that left, and when."""


class Calls:
    """Answers all that a client asks about calls."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._scenario = exchange.scenario
        self._answered: Answered = lambda call, now_s: None

    def on_answered(self, answered: Answered) -> None:
        self._answered = answered

    def invite(self, socket: Socket, request: Request) -> None:
        refusal = self._refusal(socket, request.params)
        dialog = _dialog(request.params)
        call_id = str(dialog.get("callID", ""))
        self._exchange.note("invite", call_id=call_id, **_told(dialog))
        if refusal is not None:
            self._exchange.send(socket, wire.error(request.id, refusal, call_id))
        elif self._scenario.invite is InviteAnswer.CREATED:
            self._create(socket, request, call_id)

    def _refusal(self, socket: Socket, params: Json) -> wire.Refusal | None:
        if socket.session is None:
            return wire.AUTHENTICATION_REQUIRED
        if not socket.registered:
            self._exchange.observe("an invite comes before the gateway is registered")
            return wire.GATEWAY_DOWN
        call_id = _dialog(params).get("callID")
        if not call_id or not isinstance(call_id, str):
            return (-32602, "dialogParams.callID is missing")
        if self._exchange.find_call(call_id) is not None:
            return (-32602, "dialogParams.callID is in use")
        if not isinstance(params.get("sdp"), str):
            return (-32602, "sdp is missing")
        if self._exchange.counts("down_invites"):
            return wire.GATEWAY_DOWN
        if self._scenario.invite is InviteAnswer.REFUSED:
            return wire.INVITE_REFUSED
        return None

    def _create(self, socket: Socket, request: Request, call_id: str) -> None:
        session = socket.session
        if session is None:
            raise AssertionError("an invite without a session was refused before")
        call = Call(call_id, session, self._exchange.new_uuid())
        session.calls[call_id] = call
        self._exchange.act(AnswerOffer(call_id, request.params["sdp"]))
        body = {"callID": call_id, "message": "CALL CREATED", "sessid": session.id}
        self._exchange.send(socket, wire.result(request.id, body))
        if self._scenario.ringing:
            params = wire.ringing(call_id, call.leg_id)
            self._exchange.ask(socket, "telnyx_rtc.ringing", params)

    def offer_answered(self, call_id: str, sdp: str, now_s: float) -> None:
        """The media end has its SDP for the client."""
        call = self._exchange.find_call(call_id)
        if call is None:
            return
        if self._exchange.counts("unreachable_answers"):
            sdp = unreachable(sdp)
        if self._scenario.early_media:
            params = {"callID": call_id, "sdp": sdp}
            self._exchange.ask(call.session.socket, "telnyx_rtc.media", params)
        if self._scenario.answer is not Answer.NEVER:
            self._answer_later(call, sdp, now_s)

    def _answer_later(self, call: Call, sdp: str, now_s: float) -> None:
        def answer(now_s: float) -> None:
            if call.id in call.session.calls:
                self._answer(call, sdp, now_s)

        if self._scenario.answer_delay_s:
            self._exchange.agenda.at(now_s + self._scenario.answer_delay_s, answer)
        else:
            answer(now_s)

    def _answer(self, call: Call, sdp: str, now_s: float) -> None:
        with_sdp = self._scenario.answer is Answer.WITH_SDP
        params = wire.answer(call.id, sdp if with_sdp else None, call.leg_id)
        for _ in range(2 if self._scenario.duplicate_answer else 1):
            self._exchange.ask(call.session.socket, "telnyx_rtc.answer", params)
        call.answered = True
        self._exchange.note("answered", call_id=call.id)
        self._exchange.act(BeginTalk(call.id))
        self._answered(call, now_s)

    def offer_made(self, call_id: str, sdp: str) -> None:
        """The media end offers itself anew, for an attach."""
        call = self._exchange.find_call(call_id)
        if call is None:
            return
        call.attaching = True
        params = wire.attach(call_id, sdp, call.session.id, call.leg_id)
        self._exchange.note("attach", call_id=call_id)
        self._exchange.ask(call.session.socket, "telnyx_rtc.attach", params)

    def attach(self, socket: Socket, request: Request) -> None:
        """The client's answer to an attach."""
        call = self._named(socket, request, "attach")
        if call is None:
            return
        answer = request.params.get("sdp")
        if not call.attaching or not isinstance(answer, str):
            fault = wire.error(request.id, (-32602, "no such attach"), call.id)
            self._exchange.send(socket, fault)
            return
        call.attaching = False
        self._exchange.note("attached", call_id=call.id)
        self._exchange.act(AcceptAnswer(call.id, answer))
        body = {"callID": call.id, "sessid": call.session.id}
        self._exchange.send(socket, wire.result(request.id, body))

    def bye(self, socket: Socket, request: Request) -> None:
        call = self._named(socket, request, "bye")
        if call is None:
            return
        params = request.params
        cause, code = params.get("cause"), params.get("causeCode")
        self._end(call, "caller", cause=cause, cause_code=code)
        body = {"callID": call.id, "sessid": call.session.id}
        self._exchange.send(socket, wire.result(request.id, body))

    def hang_up(self, call_id: str, cause: str, by: str = "gateway") -> None:
        """End a call from this side; with no cause the bye carries nothing else."""
        call = self._exchange.find_call(call_id)
        if call is not None:
            self._exchange.ask(
                call.session.socket, "telnyx_rtc.bye", wire.bye(call_id, cause)
            )
            self._end(call, by, cause=cause)

    def lose(self, call: Call) -> None:
        """End a call whose session is forgotten; nobody is left to be told."""
        self._end(call, "gateway", cause="session expired")

    def _end(self, call: Call, by: str, **fields: Any) -> None:
        del call.session.calls[call.id]
        self._exchange.note("hangup", call_id=call.id, by=by, **fields)
        self._exchange.act(EndCall(call.id))

    def modify(self, socket: Socket, request: Request) -> None:
        call = self._named(socket, request, "modify")
        if call is None:
            return
        action, offer = request.params.get("action"), request.params.get("sdp")
        if action in ("hold", "unhold", "toggleHold"):
            self._hold(socket, request, call)
        elif action == "updateMedia" and isinstance(offer, str):
            call.update_id = request.id
            self._exchange.act(RenewMedia(call.id, offer))
        else:
            fault = (-32602, f"modify knows no action {action}")
            self._exchange.send(socket, wire.error(request.id, fault, call.id))

    def _hold(self, socket: Socket, request: Request, call: Call) -> None:
        action = str(request.params["action"])
        call.held = not call.held if action == "toggleHold" else action == "hold"
        state = "held" if call.held else "active"
        self._exchange.note("hold", call_id=call.id, state=state)
        body = {"action": action, "callID": call.id, "holdState": state}
        body["sessid"] = call.session.id
        self._exchange.send(socket, wire.result(request.id, body))

    def media_renewed(self, call_id: str, sdp: str) -> None:
        """The media end has its SDP for an updateMedia."""
        call = self._exchange.find_call(call_id)
        if call is not None and call.update_id is not None:
            body = {"action": "updateMedia", "callID": call_id, "sdp": sdp}
            answer = wire.result(call.update_id, body)
            self._exchange.send(call.session.socket, answer)

    def info(self, socket: Socket, request: Request) -> None:
        """DTMF, or a message between users."""
        call = self._named(socket, request, "info")
        if call is None:
            return
        self._exchange.note("dtmf", call_id=call.id, digits=request.params.get("dtmf"))
        body = {"message": "SENT", "sessid": call.session.id}
        self._exchange.send(socket, wire.result(request.id, body))

    def candidate(self, socket: Socket, request: Request) -> None:
        """Trickled candidates are acknowledged and not used."""
        call = self._named(socket, request, "candidate")
        if call is not None:
            self._exchange.observe("the client trickles; its candidates are not used")
            body = {"callID": call.id, "sessid": call.session.id}
            self._exchange.send(socket, wire.result(request.id, body))

    def _named(self, socket: Socket, request: Request, method: str) -> Call | None:
        """The call that a request names; None when that was refused."""
        dialog = _dialog(request.params)
        spelling = "callID" if "callID" in dialog else "callId"
        call_id = dialog.get(spelling)
        if not isinstance(call_id, str):
            fault = wire.error(request.id, (-32602, "dialogParams.callID is missing"))
            self._exchange.send(socket, fault)
            self._exchange.observe(f"{method} names no call")
            return None
        if spelling == "callId":
            self._exchange.observe(f"{method} spells callId", call_id=call_id)
        if "sessid" not in request.params:
            self._exchange.observe(f"{method} lacks sessid", call_id=call_id)
        call = socket.session.calls.get(call_id) if socket.session else None
        if call is None:
            fault = wire.error(request.id, wire.CALL_DOES_NOT_EXIST, call_id)
            self._exchange.send(socket, fault)
        return call


def _dialog(params: Json) -> Json:
    dialog = params.get("dialogParams")
    return dialog if isinstance(dialog, dict) else {}


def _told(dialog: Json) -> Json:
    """What of an invite goes to the event stream."""
    names = {
        "destination_number": "destination_number",
        "caller_id_name": "caller_name",
        "caller_id_number": "caller_number",
        "custom_headers": "custom_headers",
        "clientState": "client_state",
        "userVariables": "user_variables",
    }
    return {told: dialog[name] for name, told in names.items() if name in dialog}
