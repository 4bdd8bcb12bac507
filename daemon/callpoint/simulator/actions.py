"""PURE: what the gateway and the assistant want done by those who have sockets.

The gateway decides on sockets and calls, the assistant on speech; both tell the event
stream through `Note`.
"""

from dataclasses import dataclass
from typing import Any

Json = dict[str, Any]
"""A JSON object."""


@dataclass(frozen=True)
class Note:
    """Something happened: a line on the event stream."""

    event: str
    fields: Json


@dataclass(frozen=True)
class SendText:
    """A text frame for a socket."""

    socket: int
    text: str


@dataclass(frozen=True)
class CloseSocket:
    """A WebSocket close frame with this code."""

    socket: int
    code: int
    reason: str


@dataclass(frozen=True)
class DropSocket:
    """Cut the TCP connection without a word; the client sees code 1006."""

    socket: int


@dataclass(frozen=True)
class Welcome:
    """A WebSocket upgrade is answered by one."""


@dataclass(frozen=True)
class Unheard:
    """A WebSocket upgrade gets no answer."""


@dataclass(frozen=True)
class TurnedAway:
    """A WebSocket upgrade gets this HTTP status."""

    status: int


Knock = Welcome | Unheard | TurnedAway


@dataclass(frozen=True)
class AnswerOffer:
    """Open a media end for a new call; then `Gateway.offer_answered`."""

    call_id: str
    offer: str


@dataclass(frozen=True)
class RenewMedia:
    """A new offer for a call that lives; then `Gateway.media_renewed`."""

    call_id: str
    offer: str


@dataclass(frozen=True)
class MakeOffer:
    """Offer new media for a call to be attached; then `Gateway.offer_made`."""

    call_id: str


@dataclass(frozen=True)
class AcceptAnswer:
    """The client's answer to the offer that went out with an attach."""

    call_id: str
    answer: str


@dataclass(frozen=True)
class BeginTalk:
    """The answer is on its way to the client: the assistant may speak."""

    call_id: str


@dataclass(frozen=True)
class StopMedia:
    """Send no RTP any more; with `dies` the media end is closed."""

    call_id: str
    dies: bool


@dataclass(frozen=True)
class EndCall:
    """Close the media of a call."""

    call_id: str


@dataclass(frozen=True)
class HearText:
    """The caller wrote a text message; `item` is the item as it came."""

    call_id: str
    item: Json


@dataclass(frozen=True)
class HearToolOutput:
    """The client answered a tool call."""

    call_id: str
    item: Json


SocketAction = SendText | CloseSocket | DropSocket
CallAction = (
    AnswerOffer
    | RenewMedia
    | MakeOffer
    | AcceptAnswer
    | BeginTalk
    | StopMedia
    | EndCall
    | HearText
    | HearToolOutput
)
GatewayAction = Note | SocketAction | CallAction


@dataclass(frozen=True)
class Speak:
    """Say these parts in a row; what is being said is dropped."""

    parts: tuple[str, ...]
    """Names of prompts, `clip:WORDS` of known recordings, `turn` for what was heard."""
    text: str


@dataclass(frozen=True)
class Hush:
    """Stop speaking in the middle of the word."""


@dataclass(frozen=True)
class Tell:
    """Parameters of an `ai_conversation` message for the client."""

    params: Json


@dataclass(frozen=True)
class HangUp:
    """The assistant ends the call."""

    cause: str


AssistantAction = Note | Speak | Hush | Tell | HangUp
