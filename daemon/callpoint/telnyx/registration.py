"""PURE: from an open socket to a registered client: the login and the gateway's state.

The server refuses calls (GATEWAY_DOWN) until the gateway state is REGED, which has to
be asked for, and anonymous logins are no exception (JS SDK, webrtc/VertoHandler.ts).
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from callpoint.telnyx import requests
from callpoint.telnyx.events import (
    GatewayDown,
    LoginLost,
    LoginRefused,
    LoginTimedOut,
    Ready,
    SessionEvent,
)
from callpoint.telnyx.jsonrpc import ErrorObject, Exchange
from callpoint.telnyx.messages import ClientReady
from callpoint.telnyx.requests import Login, UserAgent
from callpoint.telnyx.resumption import Resumption

CLIENT_READY_WAIT_S: Final = 2.0
REPOLL_S: Final = (2.0, 6.0)
MAX_REPOLLS: Final = 5
AUTHENTICATION_REQUIRED: Final = "-32000"

_REGISTERED: Final = frozenset({"REGED", "REGISTER"})
_DOWN: Final = frozenset({"FAILED", "FAIL_WAIT", "TIMEOUT", "DOWN"})


class Phase(Enum):
    """How far a socket has come."""

    CLOSED = "closed"
    LOGGING_IN = "logging in"
    AWAITING_READY = "awaiting client ready"
    POLLING_GATEWAY = "polling the gateway"
    READY = "ready"
    FAILED = "failed"
    """Refused, or the gateway is down: only a new socket helps."""


class Registration:
    """The life of one login; `open` starts the next one.

    `random` gives numbers from 0 up to 1, which spread the polls of many devices. A
    login that is not answered within `login_s` is given up.
    """

    def __init__(
        self,
        login: Login,
        user_agent: UserAgent,
        exchange: Exchange,
        resumption: Resumption,
        random: Callable[[], float],
        login_s: float,
    ) -> None:
        self.phase = Phase.CLOSED
        self._login = login
        self._user_agent = user_agent
        self._exchange = exchange
        self._resumption = resumption
        self._random = random
        self._login_s = login_s
        self._logged_in_again = False
        self._reattached: tuple[str, ...] | None = None
        self._state: str | None = None
        self._repolls = 0
        self._asked = False
        self._poll_at_s: float | None = None

    @property
    def logged_in(self) -> bool:
        return self.phase in (
            Phase.AWAITING_READY,
            Phase.POLLING_GATEWAY,
            Phase.READY,
        )

    def open(self, reconnection: bool, now_s: float) -> None:
        """Queue the login at once: the proxy closes sockets that wait with it."""
        self._logged_in_again = False
        self._log_in(reconnection, now_s)

    def close(self) -> None:
        self._enter(Phase.CLOSED)

    def answered(self, now_s: float) -> None:
        """The login's result. `clientReady` should follow; without it we poll anyway.

        A `clientReady` that came first has moved us on already.
        """
        if self.phase is Phase.LOGGING_IN:
            self._enter(Phase.AWAITING_READY)
            self._poll_at_s = now_s + CLIENT_READY_WAIT_S

    def refused(self, error: ErrorObject) -> list[SessionEvent]:
        self._enter(Phase.FAILED)
        return [LoginRefused(error.code, error.message)]

    def client_ready(self, message: ClientReady, now_s: float) -> list[SessionEvent]:
        if self.phase in (Phase.CLOSED, Phase.FAILED):
            return []
        self._reattached = message.reattached_sessions
        if message.state is not None:
            return self.gateway_state(message.state, now_s)
        if self.phase in (Phase.LOGGING_IN, Phase.AWAITING_READY):
            self._poll(now_s)
        return []

    def gateway_state(self, state: str | None, now_s: float) -> list[SessionEvent]:
        """What the gateway says of us, asked or not; None when it says nothing."""
        if self.phase in (Phase.CLOSED, Phase.FAILED):
            return []
        if state in _REGISTERED:
            return self._registered()
        self._state = state or self._state
        if state in _DOWN:
            self._resumption.blame_node()
            return self._down()
        if self._repolls >= MAX_REPOLLS:
            return self._down()
        if self.phase not in (Phase.POLLING_GATEWAY, Phase.READY):
            self._enter(Phase.POLLING_GATEWAY)
        if self._poll_at_s is None:
            self._poll_at_s = now_s + self._repoll_delay_s()
        return []

    def authentication_required(
        self, error: ErrorObject, now_s: float
    ) -> list[SessionEvent]:
        """A request failed because the server forgot us: log in again, but once."""
        if str(error.code) != AUTHENTICATION_REQUIRED or not self.logged_in:
            return []
        if self._logged_in_again:
            return self.refused(error)
        self._logged_in_again = True
        self._log_in(True, now_s)
        return [LoginLost(error.message)]

    def login_overdue(self) -> list[SessionEvent]:
        if self.phase is not Phase.LOGGING_IN:
            return []
        self._enter(Phase.FAILED)
        return [LoginTimedOut()]

    def poll_overdue(self, now_s: float) -> list[SessionEvent]:
        """A poll that was not answered has waited already: ask again at once."""
        if not self._asked or self._poll_at_s is not None:
            return []
        if self._repolls >= MAX_REPOLLS:
            return self._down()
        self._repoll(now_s)
        return []

    def tick(self, now_s: float) -> None:
        if self._poll_at_s is None or now_s < self._poll_at_s:
            return
        if self.phase is Phase.AWAITING_READY:
            self._poll(now_s)
        else:
            self._repoll(now_s)

    def deadline(self) -> float | None:
        return self._poll_at_s

    def _log_in(self, reconnection: bool, now_s: float) -> None:
        self._enter(Phase.LOGGING_IN)
        self._reattached = None
        self._state = None
        self._repolls = 0
        request = requests.anonymous_login(
            self._login, self._user_agent, self._resumption.sessid, reconnection
        )
        self._exchange.request(request, now_s, self._login_s)

    def _poll(self, now_s: float) -> None:
        if self.phase is not Phase.READY:
            self._enter(Phase.POLLING_GATEWAY)
        self._asked = True
        self._poll_at_s = None
        request = requests.gateway_state(self._resumption.voice_sdk_id)
        self._exchange.request(request, now_s, self._repoll_delay_s())

    def _repoll(self, now_s: float) -> None:
        self._repolls += 1
        self._poll(now_s)

    def _repoll_delay_s(self) -> float:
        shortest_s, longest_s = REPOLL_S
        return shortest_s + (longest_s - shortest_s) * self._random()

    def _registered(self) -> list[SessionEvent]:
        again = self.phase is Phase.READY
        self._enter(Phase.READY)
        self._repolls = 0
        self._resumption.registered()
        return [] if again else [Ready(self._reattached)]

    def _down(self) -> list[SessionEvent]:
        self._enter(Phase.FAILED)
        return [GatewayDown(self._state)]

    def _enter(self, phase: Phase) -> None:
        self.phase = phase
        self._asked = False
        self._poll_at_s = None
