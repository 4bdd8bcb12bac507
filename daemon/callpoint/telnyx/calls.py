"""PURE: what signalling knows of each call: which messages count, and which are late.

The remote description may come in `media`, in `answer`, or in both: the first one wins.
Who hung up is remembered for a while, because messages cross each other.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from callpoint.errors import LocalProtocolError
from callpoint.telnyx import messages
from callpoint.telnyx.events import (
    Answered,
    AttachOffered,
    ByeReceived,
    CallRefused,
    EarlyMedia,
    InviteTimedOut,
    NotReattached,
    Ringing,
    SessionEvent,
    Stray,
)
from callpoint.telnyx.jsonrpc import ErrorObject
from callpoint.telnyx.requests import CallRequest, HangupCause

REATTACH_WAIT_S: Final = 10.0
_REMEMBERED_CALLS: Final = 32

CallMessage = (
    messages.Ringing | messages.Media | messages.Answer | messages.Bye | messages.Attach
)


class CallState(Enum):
    CALLING = "calling"
    ACTIVE = "active"
    ENDED_HERE = "ended here"
    ENDED_THERE = "ended there"


@dataclass
class _Call:
    request: CallRequest
    state: CallState = CallState.CALLING
    heard_of: bool = False
    described: bool = False
    detached: bool = False
    """Its socket broke, and the server has not named or offered it again yet."""
    attach_by_s: float | None = None
    bye_owed: HangupCause | None = None

    @property
    def live(self) -> bool:
        return self.state in (CallState.CALLING, CallState.ACTIVE)


class CallBook:
    """The calls of one session, over all its sockets."""

    def __init__(self) -> None:
        self._calls: dict[str, _Call] = {}

    def require_new(self, call_id: str) -> None:
        """Raises LocalProtocolError for an id that was used before."""
        if call_id in self._calls:
            raise LocalProtocolError(
                f"the call {call_id} exists", "Every call needs a new id."
            )

    def place(self, request: CallRequest) -> None:
        self._add(request)

    def take_up(self, request: CallRequest, is_answered: bool) -> None:
        """A call that an earlier life of this program placed: no socket has it yet."""
        call = self._add(request)
        call.state = CallState.ACTIVE if is_answered else CallState.CALLING
        call.heard_of = call.detached = True

    def is_live(self, call_id: str) -> bool:
        return self._live(call_id) is not None

    def any_live(self) -> bool:
        return any(call.live for call in self._calls.values())

    def read(self, message: CallMessage, method: str) -> list[SessionEvent]:
        """What a message for a call means; `Stray` when it comes for none or too late.

        A message without a call id is for the only live call.
        """
        if isinstance(message, messages.Attach):
            return self._attach_offered(message, method)
        call_id = message.call_id or self._only_live()
        call = self._live(call_id) if call_id else None
        if call_id is None or call is None:
            return [Stray(method, message.call_id)]
        call.heard_of = True
        match message:
            case messages.Ringing(ids=ids):
                ringing = call.state is CallState.CALLING
                return [Ringing(call_id, ids)] if ringing else []
            case messages.Media(sdp=sdp):
                return _described(call_id, call, sdp)
            case messages.Answer():
                return _answered(call_id, call, message)
            case messages.Bye():
                return _ended(call_id, call, message)

    def attach(self, call_id: str) -> CallRequest | None:
        """We answer the server's offer; None when the call is over by now."""
        call = self._calls.get(call_id) or self._add(CallRequest(call_id))
        if not call.live:
            return None
        call.state = CallState.ACTIVE
        call.described = True
        return call.request

    def hang_up(self, call_id: str, cause: HangupCause | None) -> bool:
        """End a call, for a cause that tells how far it had come if none is given.

        The bye is owed until `owed_byes` takes it. False when the call was over.
        """
        call = self._live(call_id)
        if call is None:
            return False
        answered = call.state is CallState.ACTIVE
        usual = HangupCause.NORMAL_CLEARING if answered else HangupCause.USER_BUSY
        call.state, call.bye_owed = CallState.ENDED_HERE, cause or usual
        return True

    def owed_byes(
        self, kept: Collection[str] | None = None
    ) -> list[tuple[str, HangupCause]]:
        """Take the byes still to be sent.

        A call that ended without a socket may live on at the server, and costs money.
        `kept` are the calls that the server took over to this socket, if it said so.
        """
        owed = []
        for call_id, call in self._calls.items():
            gone = call.detached and kept is not None and call_id not in kept
            if call.bye_owed and not gone:
                owed.append((call_id, call.bye_owed))
            call.bye_owed = None
        return owed

    def refused(self, call_id: str, error: ErrorObject) -> list[SessionEvent]:
        call = self._live(call_id)
        if call is None:
            return []
        call.state = CallState.ENDED_THERE
        return [CallRefused(call_id, error.code, error.message)]

    def invite_overdue(self, call_id: str) -> list[SessionEvent]:
        call = self._live(call_id)
        return [] if call is None or call.heard_of else [InviteTimedOut(call_id)]

    def socket_closed(self) -> None:
        for call in self._calls.values():
            call.detached, call.attach_by_s = True, None

    def registered(
        self, kept: Collection[str] | None, now_s: float
    ) -> list[SessionEvent]:
        """Which calls the new socket lost.

        One that the server names goes on, be it attached again or left as it is. A
        server that names none at all has to attach it in time.
        """
        events: list[SessionEvent] = []
        for call_id, call in list(self._detached()):
            if kept is None:
                call.attach_by_s = now_s + REATTACH_WAIT_S
            elif call_id in kept:
                call.detached = False
            else:
                events.append(_lost(call_id, call))
        return events

    def tick(self, now_s: float) -> list[SessionEvent]:
        return [
            _lost(call_id, call)
            for call_id, call in self._detached()
            if call.attach_by_s is not None and call.attach_by_s <= now_s
        ]

    def deadline(self) -> float | None:
        times = (call.attach_by_s for _, call in self._detached())
        return min((time for time in times if time is not None), default=None)

    def _attach_offered(
        self, message: messages.Attach, method: str
    ) -> list[SessionEvent]:
        call_id = message.call_id or self._only_live()
        if call_id is None or message.sdp is None:
            return [Stray(method, call_id)]
        call = self._calls.get(call_id)
        if call is None:
            return [AttachOffered(call_id, message.sdp, known=False)]
        call.heard_of, call.detached = True, False
        if call.state is CallState.ENDED_HERE:
            call.bye_owed = HangupCause.NORMAL_CLEARING
        if not call.live:
            return [Stray(method, call_id)]
        return [AttachOffered(call_id, message.sdp, known=True)]

    def _add(self, request: CallRequest) -> _Call:
        ended = [id for id, call in self._calls.items() if not call.live]
        for call_id in ended[: 1 - _REMEMBERED_CALLS]:
            del self._calls[call_id]
        call = self._calls[request.call_id] = _Call(request)
        return call

    def _live(self, call_id: str) -> _Call | None:
        call = self._calls.get(call_id)
        return call if call is not None and call.live else None

    def _only_live(self) -> str | None:
        live = [call_id for call_id, call in self._calls.items() if call.live]
        return live[0] if len(live) == 1 else None

    def _detached(self) -> Iterator[tuple[str, _Call]]:
        for call_id, call in self._calls.items():
            if call.live and call.detached:
                yield call_id, call


def _described(call_id: str, call: _Call, sdp: str | None) -> list[SessionEvent]:
    if sdp is None or call.described:
        return []
    call.described = True
    return [EarlyMedia(call_id, sdp)]


def _answered(
    call_id: str, call: _Call, message: messages.Answer
) -> list[SessionEvent]:
    if call.state is CallState.ACTIVE:
        return _described(call_id, call, message.sdp)
    sdp = None if call.described else message.sdp
    call.state = CallState.ACTIVE
    call.described = call.described or sdp is not None
    return [Answered(call_id, sdp, message.ids, message.custom_headers)]


def _ended(call_id: str, call: _Call, bye: messages.Bye) -> list[SessionEvent]:
    call.state = CallState.ENDED_THERE
    return [
        ByeReceived(
            call_id,
            bye.cause,
            bye.cause_code,
            bye.sip_code,
            bye.sip_reason,
            bye.sip_call_id,
            bye.custom_headers,
        )
    ]


def _lost(call_id: str, call: _Call) -> NotReattached:
    """No bye is sent: there is nobody left to hear it."""
    call.state = CallState.ENDED_THERE
    return NotReattached(call_id)
