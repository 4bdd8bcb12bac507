"""PURE: the signalling session: text in, events out; commands in, text out.

A session outlives its sockets. Its owner gives it every frame and the time, sends what
`outgoing` holds after each call, and comes back with `tick` at `deadline`. The parts
are `registration` (the login), `calls`, `answers` to requests, `tools`, `resumption`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from callpoint.errors import LocalProtocolError
from callpoint.telnyx import conversation, messages, requests
from callpoint.telnyx.answers import Answers
from callpoint.telnyx.calls import CallBook
from callpoint.telnyx.events import (
    ConversationReceived,
    InviteTimedOut,
    Punted,
    Ready,
    RequestTimedOut,
    SessionEvent,
    Unresponsive,
    WidgetSettingsReceived,
)
from callpoint.telnyx.health import LIMITS, Dead, Health, Limits, Probe
from callpoint.telnyx.jsonrpc import (
    Exchange,
    Failure,
    JsonObject,
    Malformed,
    Request,
    Result,
    excerpt,
    parse,
)
from callpoint.telnyx.registration import Phase, Registration
from callpoint.telnyx.requests import CallRequest, HangupCause, Login, UserAgent
from callpoint.telnyx.resumption import Resumption
from callpoint.telnyx.survivor import Survivor
from callpoint.telnyx.tools import ToolCalls
from callpoint.telnyx.unknowns import Unknowns

REQUEST_TIMEOUT_S: Final = 10.0


class Session:
    """One client of the server, over as many sockets as its life takes.

    `new_id` makes ids of requests and items; `random` gives numbers from 0 up to 1.
    Commands raise LocalProtocolError when they make no sense now.
    """

    def __init__(
        self,
        login: Login,
        user_agent: UserAgent,
        new_id: Callable[[], str],
        random: Callable[[], float],
        limits: Limits = LIMITS,
    ) -> None:
        self._login = login
        self._user_agent = user_agent
        self._new_id = new_id
        self._health = Health(limits)
        self._exchange = Exchange(new_id, self._health)
        self._resumption = Resumption()
        self._calls = CallBook()
        self._registration = Registration(
            login,
            user_agent,
            self._exchange,
            self._resumption,
            random,
            limits.login_s,
        )
        self._answers = Answers(self._exchange, self._registration, self._calls)
        self._tools = ToolCalls()
        self._unknowns = Unknowns()

    @property
    def phase(self) -> Phase:
        return self._registration.phase

    @property
    def sessid(self) -> str | None:
        return self._resumption.sessid

    @property
    def voice_sdk_id(self) -> str | None:
        return self._resumption.voice_sdk_id

    @property
    def unknown(self) -> Mapping[str, int]:
        """How often each kind of message came that nobody documents."""
        return self._unknowns.counts

    def query_parameters(self) -> dict[str, str]:
        """What the URL of the next socket has to say."""
        return self._resumption.query_parameters()

    def take_up(self, survivor: Survivor, now_s: float) -> None:
        """Continue where an earlier life of this program was; before the login."""
        self._resumption.take_up(survivor.sessid, survivor.voice_sdk_id, now_s)
        self._calls.take_up(survivor.call, survivor.is_answered)

    def can_reattach(self, now_s: float) -> bool:
        """Whether a login now would find its calls again: within 90 s of the close."""
        return self._resumption.can_reattach(now_s)

    def socket_opened(self, reconnection: bool, now_s: float) -> None:
        """Queue the login. From the second socket on it is a reconnection anyway."""
        self.socket_closed(now_s)
        self._health.opened(now_s)
        self._resumption.socket_opened(now_s)
        held = self._resumption.voice_sdk_id is not None
        self._registration.open(reconnection or held, now_s)

    def socket_closed(self, now_s: float) -> None:
        """Drop what was not sent or answered. Calls wait for the next socket."""
        if self.phase is Phase.CLOSED:
            return
        self._registration.close()
        self._resumption.socket_closed(now_s)
        self._calls.socket_closed()
        self._exchange.clear()
        self._tools.disconnected()

    def receive(self, text: str | bytes, now_s: float) -> list[SessionEvent]:
        """What a frame means. Never raises, whatever the frame holds."""
        if self.phase is Phase.CLOSED:
            return []
        self._health.heard(now_s)
        frame = parse(text)
        if isinstance(frame, Malformed):
            return [frame]
        self._resumption.adopt(frame)
        match frame:
            case Request():
                events = self._requested(frame, excerpt(str(text)), now_s)
            case Result():
                self._health.answered()
                events = self._answers.succeeded(frame, now_s)
            case Failure():
                self._health.answered()
                events = self._answers.failed(frame, now_s)
        return self._completed(events, now_s)

    def tick(self, now_s: float) -> list[SessionEvent]:
        """What did not happen in time; nothing before `deadline`."""
        self._registration.tick(now_s)
        events = self._calls.tick(now_s) + self._answers.overdue(now_s)
        if any(isinstance(e, InviteTimedOut | RequestTimedOut) for e in events):
            self._health.suspect(now_s)
        return events + self._check_health(now_s)

    def deadline(self) -> float | None:
        """When `tick` has something to do."""
        parts = (self._exchange, self._registration, self._calls)
        times = [part.deadline() for part in parts]
        if self._registration.logged_in:
            times.append(self._health.deadline())
        return min((time for time in times if time is not None), default=None)

    def outgoing(self) -> list[str]:
        """Take the frames to be sent, oldest first."""
        return self._exchange.outgoing()

    def invite(self, call: CallRequest, sdp: str, now_s: float) -> None:
        """Place a call with our offer; its id is new. The session has to be ready."""
        self._require_ready("place a call")
        self._calls.require_new(call.call_id)
        variables = {**self._login.user_variables, **call.user_variables}
        call = replace(call, user_variables=variables)
        request = requests.invite(call, sdp, self.sessid, self._user_agent)
        self._health.needed(now_s)
        self._ask(request, now_s, call.call_id)
        if not self._calls.any_live():
            self._tools.call_began()
        self._calls.place(call)

    def answer_attach(self, call_id: str, sdp: str, now_s: float) -> bool:
        """Take a call up again with our answer.

        False when it ended, or the socket broke, while the answer was made: the next
        socket brings a new offer.
        """
        if self.phase in (Phase.CLOSED, Phase.FAILED):
            return False
        call = self._calls.attach(call_id)
        if call is None:
            return False
        request = requests.attach(call, sdp, self.sessid, self._user_agent)
        self._ask(request, now_s, call_id)
        return True

    def bye(self, call_id: str, cause: HangupCause | None, now_s: float) -> bool:
        """End a call; what still arrives for it is dropped.

        Without a cause its progress tells one: 16 when it was answered, else 17.
        False when no bye goes out now: because the call is over already, or because
        there is no socket; then it follows if the server offers the call again.
        """
        if not self._calls.hang_up(call_id, cause) or self.phase is not Phase.READY:
            return False
        self._send_byes(now_s)
        return True

    def dtmf(self, call_id: str, digits: str, now_s: float) -> None:
        """Dial: 0 to 9, A to D, `*` and `#`."""
        self._require_ready("dial")
        if not self._calls.is_live(call_id):
            raise LocalProtocolError(f"cannot dial: the call {call_id} is over")
        self._ask(requests.dtmf(call_id, digits, self.sessid), now_s, call_id)

    def say(self, text: str, images: Sequence[str], now_s: float) -> str:
        """Write to the assistant in a call; images are https or data URLs.

        Returns the item's id, under which the server may echo it (see `Transcript`).
        """
        self._require_ready("write to the assistant")
        if not self._calls.any_live():
            raise LocalProtocolError(
                "cannot write to the assistant without a call", "Place a call first."
            )
        item_id = self._new_id()
        self._ask(requests.user_message(item_id, text, images), now_s)
        return item_id

    def tool_output(self, call_id: str, output: str) -> bool:
        """Answer `ToolCalled`.

        False when it is dropped, as it must be: answered already, or overtaken by the
        end of the call or of the socket.
        """
        in_call = self.phase is Phase.READY and self._calls.any_live()
        if not self._tools.answer(call_id) or not in_call:
            return False
        self._exchange.post(requests.tool_output(call_id, output))
        return True

    def suspect(self, now_s: float) -> None:
        """Let the server show at the next `tick` that it can still be reached."""
        self._health.suspect(now_s)

    def moved(self, now_s: float) -> None:
        """The same, and soon: what is sent goes another way than before."""
        self._health.moved(now_s)

    def _check_health(self, now_s: float) -> list[SessionEvent]:
        """Not before the login: a ping is answered by an error then, and confuses the
        server (iOS SDK, CHANGELOG 3.2.1).
        """
        if not self._registration.logged_in:
            return []
        match self._health.look(now_s):
            case Probe() as probe:
                self._ping(now_s)
                self._health.probed(probe, now_s)
            case Dead(why):
                return [Unresponsive(why)]
        return []

    def _requested(
        self, request: Request, text: str, now_s: float
    ) -> list[SessionEvent]:
        if request.method in messages.ACKNOWLEDGED and request.id is not None:
            self._exchange.post(requests.acknowledgement(request))
        if request.method == requests.AI_CONVERSATION:
            return self._conversed(request.params, text)
        message = messages.read(request)
        match message:
            case None:
                return [self._unknowns.count(request.method, text)]
            case messages.Notice():
                return []
            case messages.Punt():
                return [Punted()]
            case messages.Ping():
                if self._registration.logged_in and not self._exchange.is_full:
                    self._ping(now_s)
                return []
            case messages.ClientReady():
                return self._registration.client_ready(message, now_s)
            case messages.GatewayState(state=None):
                return []
            case messages.GatewayState(state=state):
                return self._registration.gateway_state(state, now_s)
        events = self._calls.read(message, request.method)
        self._send_byes(now_s)
        return events

    def _conversed(self, params: JsonObject, text: str) -> list[SessionEvent]:
        events: list[SessionEvent] = [ConversationReceived(params)]
        settings = conversation.widget_settings(params)
        if settings:
            events.append(WidgetSettingsReceived(settings))
        match conversation.read(params):
            case conversation.ToolCall() as call:
                events += self._tools.called(call)
            case conversation.Unheard(type) if not settings:
                kind = f"{requests.AI_CONVERSATION} {type}"
                events.append(self._unknowns.count(kind, text))
        return events

    def _completed(
        self, events: list[SessionEvent], now_s: float
    ) -> list[SessionEvent]:
        """Readiness also tells which calls outlived the last socket."""
        told: list[SessionEvent] = []
        for event in events:
            told.append(event)
            if isinstance(event, Ready):
                self._send_byes(now_s, event.reattached_calls)
                told += self._calls.registered(event.reattached_calls, now_s)
        return told

    def _send_byes(self, now_s: float, kept: Sequence[str] | None = None) -> None:
        if self.phase is Phase.READY:
            for call_id, cause in self._calls.owed_byes(kept):
                self._ask(requests.bye(call_id, cause, self.sessid), now_s, call_id)

    def _ping(self, now_s: float) -> None:
        """Ask for a sign of life, or give one: the JS SDK answers pings by a request of
        its own. What follows from silence is up to `health`.
        """
        request = requests.ping(self.voice_sdk_id)
        self._exchange.request(request, now_s, REQUEST_TIMEOUT_S, matters=False)

    def _ask(self, request: Request, now_s: float, call_id: str | None = None) -> None:
        self._exchange.request(request, now_s, REQUEST_TIMEOUT_S, call_id)

    def _require_ready(self, purpose: str) -> None:
        if self.phase is not Phase.READY:
            raise LocalProtocolError(
                f"cannot {purpose} while the session is {self.phase.value}",
                "Wait until the link is ready.",
            )
