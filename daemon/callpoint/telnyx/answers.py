"""PURE: what follows from the answer to a request of ours, or from none in time."""

from callpoint.telnyx import messages, requests
from callpoint.telnyx.calls import CallBook
from callpoint.telnyx.events import (
    ByeConfirmed,
    CallCreated,
    RequestRefused,
    RequestTimedOut,
    SessionEvent,
    Unmatched,
)
from callpoint.telnyx.jsonrpc import (
    ErrorObject,
    Exchange,
    Failure,
    Pending,
    Result,
    excerpt,
)
from callpoint.telnyx.registration import Registration


class Answers:
    """Each answer goes to the part of the session that waits for it."""

    def __init__(
        self, exchange: Exchange, registration: Registration, calls: CallBook
    ) -> None:
        self._exchange = exchange
        self._registration = registration
        self._calls = calls

    def succeeded(self, result: Result, now_s: float) -> list[SessionEvent]:
        """A gateway state counts even when its poll was given up: servers are slow."""
        pending = self._exchange.take(result.id)
        state = messages.gateway_state(result.body).state
        if state or (pending and pending.method == requests.GATEWAY_STATE):
            return self._registration.gateway_state(state, now_s)
        match pending:
            case None:
                return [Unmatched(excerpt(str(result.id)), None)]
            case Pending(method=requests.ANONYMOUS_LOGIN):
                self._registration.answered(now_s)
            case Pending(method=requests.INVITE, call_id=str(call_id)):
                return [CallCreated(call_id)]
            case Pending(method=requests.BYE, call_id=str(call_id)):
                return [ByeConfirmed(call_id)]
        return []

    def failed(self, failure: Failure, now_s: float) -> list[SessionEvent]:
        pending, error = self._exchange.take(failure.id), failure.error
        if pending is None:
            return [Unmatched(excerpt(str(failure.id)), excerpt(error.message))]
        if pending.method == requests.ANONYMOUS_LOGIN:
            return self._registration.refused(error)
        events = self._refused(pending, error, now_s)
        return events + self._registration.authentication_required(error, now_s)

    def overdue(self, now_s: float) -> list[SessionEvent]:
        """What follows from the answers that should have come by now."""
        events: list[SessionEvent] = []
        for pending in self._exchange.overdue(now_s):
            events += self._silent(pending, now_s)
        return events

    def _refused(
        self, pending: Pending, error: ErrorObject, now_s: float
    ) -> list[SessionEvent]:
        match pending:
            case Pending(method=requests.GATEWAY_STATE):
                return self._registration.gateway_state(None, now_s)
            case Pending(
                method=requests.INVITE | requests.ATTACH, call_id=str(call_id)
            ):
                return self._calls.refused(call_id, error)
            case Pending(method=requests.BYE, call_id=str(call_id)):
                return [ByeConfirmed(call_id)]
        return [
            RequestRefused(pending.method, pending.call_id, error.code, error.message)
        ]

    def _silent(self, pending: Pending, now_s: float) -> list[SessionEvent]:
        match pending:
            case Pending(method=requests.ANONYMOUS_LOGIN):
                return self._registration.login_overdue()
            case Pending(method=requests.GATEWAY_STATE):
                return self._registration.poll_overdue(now_s)
            case Pending(method=requests.INVITE, call_id=str(call_id)):
                return self._calls.invite_overdue(call_id)
            case Pending(matters=False):
                return []
        return [RequestTimedOut(pending.method, pending.call_id)]
