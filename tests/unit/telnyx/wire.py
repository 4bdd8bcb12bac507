"""A session with virtual time and counted ids, and the far end's half of the wire."""

import itertools
import json
from collections.abc import Callable
from typing import Any

from callpoint.telnyx.events import SessionEvent
from callpoint.telnyx.protocol import Session
from callpoint.telnyx.registration import Phase
from callpoint.telnyx.requests import CallRequest, Login, UserAgent

USER_AGENT = UserAgent("0.1.0", "callpoint-0.1.0")
VOICE_SDK_ID = "VSDK1a"
SESSID = "sessid-1"
CALL_ID = "call-1"
OFFER = "v=0 our offer"
ANSWER = "v=0 their answer"


class Wire:
    """Sockets open, frames come, time passes; what the session sends is parsed."""

    def __init__(
        self,
        login: Login | None = None,
        random: Callable[[], float] = lambda: 0.5,
    ) -> None:
        ids = itertools.count(1)
        self.now_s = 1000.0
        self.is_there = True
        """Whether the far end answers when it is asked for a sign of life."""
        self._sent: list[dict[str, Any]] = []
        self.session = Session(
            login or Login("assistant-1"),
            USER_AGENT,
            lambda: f"id-{next(ids)}",
            random,
        )

    def phase(self) -> Phase:
        return self.session.phase

    def sent(self) -> list[dict[str, Any]]:
        """Take the frames that the session wants on the wire."""
        self._collect()
        sent, self._sent = self._sent, []
        return sent

    def _collect(self) -> None:
        self._sent += [json.loads(text) for text in self.session.outgoing()]

    def sent_one(self) -> dict[str, Any]:
        (frame,) = self.sent()
        return frame

    def says(self, **frame: Any) -> list[SessionEvent]:
        """The far end sends a frame."""
        text = json.dumps({"jsonrpc": "2.0", **frame})
        return self.session.receive(text, self.now_s)

    def asks(self, method: str, id: Any = 3084, **params: Any) -> list[SessionEvent]:
        """The far end sends a request, with an integer id as it does."""
        return self.says(id=id, method=f"telnyx_rtc.{method}", params=params)

    def converses(self, **params: Any) -> list[SessionEvent]:
        return self.says(id="f2a9", method="ai_conversation", params=params)

    def answers(self, request: dict[str, Any], **result: Any) -> list[SessionEvent]:
        return self.says(id=request["id"], result=result)

    def refuses(
        self, request: dict[str, Any], code: int | str, message: str = "no"
    ) -> list[SessionEvent]:
        return self.says(id=request["id"], error={"code": code, "message": message})

    def waits(self, seconds: float) -> list[SessionEvent]:
        """Let time pass; the session is woken at its deadlines and at the end."""
        until_s = self.now_s + seconds
        events: list[SessionEvent] = []
        while (deadline_s := self.session.deadline()) is not None:
            if deadline_s > until_s:
                break
            self.now_s = max(self.now_s, deadline_s)
            events += self._ticks()
        self.now_s = until_s
        return events + self._ticks()

    def _ticks(self) -> list[SessionEvent]:
        """The session is woken; who is there answers what it asks by itself."""
        self._collect()
        events = self.session.tick(self.now_s)
        if self.is_there:
            asked = len(self._sent)
            self._collect()
            for frame in self._sent[asked:]:
                if frame["method"] == "telnyx_rtc.ping":
                    events += self.answers(frame)
            self._sent = [
                frame
                for number, frame in enumerate(self._sent)
                if number < asked or frame["method"] != "telnyx_rtc.ping"
            ]
        return events

    def opens(self, reconnection: bool = False) -> dict[str, Any]:
        """A socket opens; returns the login that goes out."""
        self.session.socket_opened(reconnection, self.now_s)
        return self.sent_one()

    def closes(self) -> None:
        self.session.socket_closed(self.now_s)

    def registers(self, *reattached: str) -> list[SessionEvent]:
        """A socket opens, and everything goes well until REGED."""
        login = self.opens()
        self.says(
            id=login["id"],
            result={"message": "logged in", "sessid": SESSID},
            voice_sdk_id=VOICE_SDK_ID,
        )
        self.asks("clientReady", reattached_sessions=list(reattached))
        poll = self.sent_one()
        return self.answers(poll, params={"state": "REGED"})

    def invites(self, call_id: str = CALL_ID) -> dict[str, Any]:
        """Registered, and a call is placed; returns the invite."""
        self.registers()
        return self.invites_again(call_id)

    def invites_again(self, call_id: str = CALL_ID) -> dict[str, Any]:
        self.session.invite(CallRequest(call_id), OFFER, self.now_s)
        return self.sent_one()

    def talks(self) -> None:
        """A call is up."""
        invite = self.invites()
        self.answers(invite, callID=CALL_ID, message="CALL CREATED")
        self.asks("answer", callID=CALL_ID, sdp=ANSWER)
        self.sent()
