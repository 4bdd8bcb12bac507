"""PURE: what the client tells its caller; `at_s` is CLOCK_MONOTONIC at the cause."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

from callpoint.errors import CallpointError
from callpoint.telnyx.events import ToolCalled, WidgetSettingsReceived
from callpoint.telnyx.messages import TelnyxIds
from callpoint.telnyx.transcript import TranscriptLine


class CallState(Enum):
    """How far a call has come."""

    NEW = "new"
    CALLING = "calling"
    """The invite is on its way."""
    EARLY = "early"
    """Ringing, or media before the answer."""
    ACTIVE = "active"
    """Answered, and media flows."""
    ENDED = "ended"


EndedBy = Literal["far", "near", "fault"]


@dataclass(frozen=True)
class ClientReady:
    """Registered: calls can be placed."""

    at_s: float
    session_id: str | None
    remark: str | None = None
    """What somebody who looks at it should know, such as another host than wished."""


@dataclass(frozen=True)
class ClientError:
    """Something failed that no call and no login stands for."""

    at_s: float
    error: CallpointError


@dataclass(frozen=True)
class SocketDisconnected:
    """The socket is gone; live calls go on, and wait for the next login."""

    at_s: float
    reason: str


@dataclass(frozen=True)
class CallChanged:
    """A call entered a state; `by` and `cause` tell of its end."""

    at_s: float
    call_id: str
    state: CallState
    by: EndedBy | None = None
    cause: str | None = None
    broke_off: bool = False
    """It was up, and nobody wanted it to end."""


@dataclass(frozen=True)
class CallIdentified:
    """What the vendor calls a call; told with its ringing and with its answer."""

    at_s: float
    call_id: str
    ids: TelnyxIds


@dataclass(frozen=True)
class InviteSent:
    """`telnyx_rtc.invite` is on the wire."""

    at_s: float
    call_id: str


@dataclass(frozen=True)
class MediaBegan:
    """The first packet of a call went out, or came in."""

    at_s: float
    call_id: str
    kind: Literal["first_packet_sent", "first_packet_received"]


@dataclass(frozen=True)
class MediaChanged:
    """The far end of a live call is not heard any more, or is heard again."""

    at_s: float
    call_id: str
    is_quiet: bool


@dataclass(frozen=True)
class CallMeasured:
    """A live call in figures, every five seconds: totals so far, and of the moment."""

    at_s: float
    call_id: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class CallSummary:
    """A call in figures, at its end; `figures` are totals and seconds by name."""

    at_s: float
    call_id: str
    figures: Mapping[str, Any]


@dataclass(frozen=True)
class TranscriptChanged:
    """A line of the conversation is new or has grown."""

    at_s: float
    line: TranscriptLine


Notice = (
    ClientReady
    | ClientError
    | SocketDisconnected
    | CallChanged
    | CallIdentified
    | InviteSent
    | MediaBegan
    | MediaChanged
    | CallMeasured
    | CallSummary
    | TranscriptChanged
    | ToolCalled
    | WidgetSettingsReceived
)
