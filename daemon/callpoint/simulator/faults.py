"""PURE: what goes wrong by itself, at the times that the scenario names."""

import json

from callpoint.simulator import wire
from callpoint.simulator.actions import CloseSocket, DropSocket, StopMedia
from callpoint.simulator.calls import Calls
from callpoint.simulator.exchange import Call, Exchange, Session, Socket
from callpoint.simulator.scenario import Fault, FaultKind, Since

_PUNT_GRACE_S = 5.0
_OF_MEDIA = (FaultKind.MUTE, FaultKind.MEDIA_DEATH)


class Faults:
    """Schedules the faults of the scenario and lets them happen."""

    def __init__(self, exchange: Exchange, calls: Calls) -> None:
        self._exchange = exchange
        self._scenario = exchange.scenario
        self._calls = calls

    def start(
        self, since: Since, session: Session, call: Call | None, now_s: float
    ) -> None:
        """A login or an answer took place: its faults begin to count."""
        for fault in self._scenario.faults:
            if fault.since is since and self._exchange.spend(fault):
                self._schedule(fault, session, call, now_s)
        if session.socket is not None:
            self._send_rubbish(session.socket, since)

    def _schedule(
        self, fault: Fault, session: Session, call: Call | None, now_s: float
    ) -> None:
        def happen(now_s: float) -> None:
            if fault.kind is FaultKind.BYE and call is not None:
                self._calls.hang_up(call.id, self._scenario.bye_cause)
            elif fault.kind in _OF_MEDIA and call is not None:
                dies = fault.kind is FaultKind.MEDIA_DEATH
                self._exchange.note(fault.kind.value, call_id=call.id)
                self._exchange.act(StopMedia(call.id, dies))
            elif session.socket is not None:
                self.strike(fault.kind, session.socket, fault.code, now_s)

        self._exchange.agenda.at(now_s + fault.after_s, happen)

    def strike(self, kind: FaultKind, socket: Socket, code: int, now_s: float) -> None:
        """Let it happen to this socket."""
        self._exchange.note(kind.value, socket=socket.number)
        if kind is FaultKind.PUNT:
            self._punt(socket, now_s)
        elif kind is FaultKind.HALF_DEAD:
            socket.half_dead = True
        elif kind is FaultKind.DROP or code == 1006:
            self._exchange.act(DropSocket(socket.number))
        elif kind is FaultKind.CLOSE:
            self._exchange.act(CloseSocket(socket.number, code, ""))

    def _punt(self, socket: Socket, now_s: float) -> None:
        def insist(_: float) -> None:
            if not socket.gone:
                self._exchange.observe("the socket is open 5 s after a punt")
                self._exchange.act(CloseSocket(socket.number, 1000, "punt"))

        self._exchange.ask(socket, "telnyx_rtc.punt", {})
        self._exchange.agenda.at(now_s + _PUNT_GRACE_S, insist)

    def _send_rubbish(self, socket: Socket, since: Since) -> None:
        if self._scenario.junk:
            self._exchange.send_text(socket, wire.NON_JSON)
            self._exchange.send_text(socket, "[]")
            for frame in wire.junk():
                self._exchange.send_text(socket, json.dumps(frame))
        if self._scenario.big_frame_bytes and since is Since.LOGIN:
            padding = {"padding": "x" * self._scenario.big_frame_bytes}
            self._exchange.ask(socket, "telnyx_rtc.info", padding)
