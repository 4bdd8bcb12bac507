"""PURE: what a signalling session tells its owner.

An event whose call id is missing on the wire belongs to the single live call; without
one it becomes `Stray`. `Malformed` of `jsonrpc` rises unchanged.
"""

from dataclasses import dataclass, field

from callpoint.telnyx.jsonrpc import JsonObject, Malformed
from callpoint.telnyx.messages import CustomHeaders, TelnyxIds


@dataclass(frozen=True)
class Ready:
    """Registered: calls can be placed. Once a login.

    `reattached_calls` are the ids of the calls that the server kept over a lost
    socket; None when it did not say.
    """

    reattached_calls: tuple[str, ...] | None


@dataclass(frozen=True)
class LoginRefused:
    """The server does not let us in. Only a new socket helps, and not soon."""

    code: int | str
    message: str


@dataclass(frozen=True)
class LoginTimedOut:
    """Nobody answered the login. Only a new socket helps."""


@dataclass(frozen=True)
class LoginLost:
    """The server forgot our login; a second one is under way, and `Ready` follows."""

    message: str


@dataclass(frozen=True)
class GatewayDown:
    """We were not registered. Only a new socket helps.

    `state` is the last one that the gateway told, None when it stayed silent.
    """

    state: str | None


@dataclass(frozen=True)
class Unresponsive:
    """The socket is open, and carries nothing any more. Only a new one helps."""

    why: str


@dataclass(frozen=True)
class CallCreated:
    """The server took the invite."""

    call_id: str


@dataclass(frozen=True)
class Ringing:
    call_id: str
    ids: TelnyxIds


@dataclass(frozen=True)
class EarlyMedia:
    """The remote description came in a message of its own, usually before `Answered`.

    Of several descriptions of one call only the first is told.
    """

    call_id: str
    sdp: str


@dataclass(frozen=True)
class Answered:
    """The far end took the call.

    `sdp` is None when `EarlyMedia` brought it, or has yet to.
    """

    call_id: str
    sdp: str | None
    ids: TelnyxIds
    custom_headers: CustomHeaders = ()


@dataclass(frozen=True)
class CallRefused:
    """The server refused an invite, or our answer to its attach: the call is over."""

    call_id: str
    code: int | str
    message: str


@dataclass(frozen=True)
class InviteTimedOut:
    """Nobody answered the invite. The call may still come up: end it with a bye."""

    call_id: str


@dataclass(frozen=True)
class ByeReceived:
    """The far end ended the call; nothing is to be sent. Every field may be None."""

    call_id: str
    cause: str | None
    cause_code: int | None
    sip_code: int | None
    sip_reason: str | None
    sip_call_id: str | None
    custom_headers: CustomHeaders = ()


@dataclass(frozen=True)
class ByeConfirmed:
    """The server answered our bye, well or badly."""

    call_id: str


@dataclass(frozen=True)
class AttachOffered:
    """The server offers to take a call up again; `sdp` is an offer.

    Answer it from a new peer connection with `Session.answer_attach`. A call that is
    not `known` was placed by an earlier life of this program.
    """

    call_id: str
    sdp: str
    known: bool


@dataclass(frozen=True)
class NotReattached:
    """The server no longer knows a call that was up when the socket broke."""

    call_id: str


@dataclass(frozen=True)
class Punted:
    """The server wants this socket gone. No bye: the call may go on over another."""


@dataclass(frozen=True)
class ConversationReceived:
    """The params of an `ai_conversation`, food for `Transcript.receive`."""

    params: JsonObject = field(repr=False)


@dataclass(frozen=True)
class ToolCalled:
    """The assistant asks for a tool; answer with `Session.tool_output(call_id, ...)`.

    `call_id` is the id of this tool call, not of the telephone call. `arguments` is
    JSON text as it came.
    """

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class WidgetSettingsReceived:
    """How the vendor's web page would look."""

    settings: JsonObject


@dataclass(frozen=True)
class RequestRefused:
    """The server refused a request that no other event speaks of."""

    method: str
    call_id: str | None
    code: int | str
    message: str


@dataclass(frozen=True)
class RequestTimedOut:
    """Nobody answered a request that no other event speaks of."""

    method: str
    call_id: str | None


@dataclass(frozen=True)
class Stray:
    """A message for a call that is unknown or over, or one that lacks its SDP."""

    method: str
    call_id: str | None


@dataclass(frozen=True)
class Unmatched:
    """An answer to nothing that we asked, or to what was given up."""

    id: str
    error: str | None


@dataclass(frozen=True)
class Unknown:
    """A message that nobody documents; `count` says how often this kind came."""

    kind: str
    count: int
    excerpt: str


SessionEvent = (
    Ready
    | LoginRefused
    | LoginTimedOut
    | LoginLost
    | GatewayDown
    | Unresponsive
    | CallCreated
    | Ringing
    | EarlyMedia
    | Answered
    | CallRefused
    | InviteTimedOut
    | ByeReceived
    | ByeConfirmed
    | AttachOffered
    | NotReattached
    | Punted
    | ConversationReceived
    | ToolCalled
    | WidgetSettingsReceived
    | RequestRefused
    | RequestTimedOut
    | Stray
    | Unmatched
    | Unknown
    | Malformed
)
