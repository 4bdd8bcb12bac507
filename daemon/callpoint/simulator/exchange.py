"""PURE: what all rooms of the gateway share: sockets, sessions, calls, and what to do.

The rules of logins are in `logins.py`, those of calls in `calls.py`.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from callpoint.simulator import wire
from callpoint.simulator.actions import GatewayAction, Json, Note, SendText
from callpoint.simulator.agenda import Agenda
from callpoint.simulator.scenario import Fault, Scenario

# The vendor's numbers are seen in the thousands (RN SDK, attach.ts).
_FIRST_ID = 3084


@dataclass(frozen=True)
class Request:
    """What a client asks."""

    id: Any
    """Whatever the client gave; None for a notification."""
    params: Json
    at_s: float


@dataclass
class Call:
    """A call, from its invite to its bye."""

    id: str
    session: "Session"
    leg_id: str
    answered: bool = False
    held: bool = False
    attaching: bool = False
    """An attach with an offer is on its way to the client."""
    update_id: Any = None
    """Of the client's updateMedia request that waits for its SDP."""


@dataclass
class Socket:
    """One WebSocket connection."""

    number: int
    voice_sdk_id: str
    asked_voice_sdk_id: str
    """What the client put into the query; empty for a new client."""
    heard_at_s: float
    session: "Session | None" = None
    registered: bool = False
    half_dead: bool = False
    gone: bool = False
    sent_ids: set[int] = field(default_factory=set)


@dataclass
class Session:
    """A login, which outlives its socket by the retention time."""

    id: str
    voice_sdk_ids: set[str]
    socket: Socket | None
    calls: dict[str, Call] = field(default_factory=dict)
    lost_until_s: float | None = None
    """While it has no socket: when it is forgotten."""
    awaited: set[str] = field(default_factory=set)
    """Calls whose attach is to leave before clientReady does."""


class Exchange:
    """State of a gateway, and the list of what is to be done."""

    def __init__(self, scenario: Scenario, new_uuid: Callable[[], str]) -> None:
        self.scenario = scenario
        self.new_uuid = new_uuid
        self.agenda = Agenda()
        self.sockets: dict[int, Socket] = {}
        self.sessions: dict[str, Session] = {}
        self.report_ids: set[str] = set()
        """For the call reports of clients, as given with the gateway's state."""
        self.polls = 0
        self._spent: set[int] = set()
        self._times: dict[str, int] = {}
        self._ids = count(_FIRST_ID)
        self._actions: list[GatewayAction] = []

    def take(self) -> list[GatewayAction]:
        """What is to be done since the last time this was asked."""
        actions, self._actions = self._actions, []
        return actions

    def act(self, action: GatewayAction) -> None:
        self._actions.append(action)

    def note(self, event: str, **fields: Any) -> None:
        self.act(Note(event, fields))

    def observe(self, what: str, **fields: Any) -> None:
        """Something about the client that works here, but deserves a look."""
        self.note("observation", what=what, **fields)

    def find_call(self, call_id: str) -> Call | None:
        sessions = self.sessions.values()
        return next(
            (each.calls[call_id] for each in sessions if call_id in each.calls), None
        )

    def send(self, socket: Socket | None, frame: Json) -> None:
        """Send with the `voice_sdk_id`; a missing or half-dead socket swallows it."""
        if socket is not None:
            frame = frame | {"voice_sdk_id": socket.voice_sdk_id}
            self.send_text(socket, json.dumps(frame))

    def send_text(self, socket: Socket, text: str) -> None:
        if not socket.half_dead:
            self.act(SendText(socket.number, text))

    def ask(self, socket: Socket | None, method: str, params: Json) -> None:
        """A request of the server, with an integer id."""
        number = next(self._ids)
        if socket is not None:
            socket.sent_ids.add(number)
        self.send(socket, wire.request(number, method, params))

    def counts(self, field: str) -> bool:
        """Whether this is still one of the first times that the scenario names."""
        self._times[field] = self._times.get(field, 0) + 1
        limit: int = getattr(self.scenario, field)
        return self._times[field] <= limit

    def spend(self, fault: Fault) -> bool:
        """Whether a fault is still to happen; it then counts as done."""
        index = self.scenario.faults.index(fault)
        fresh = index not in self._spent
        self._spent.add(index)
        return fresh
