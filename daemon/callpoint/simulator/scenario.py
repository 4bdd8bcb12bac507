"""PURE: how a simulator behaves; the default is a gateway without faults.

The names by which a behaviour is chosen are in `presets.py`; what it does is in
`logins.py`, `calls.py`, `faults.py` and `assistant.py`.
"""

from dataclasses import dataclass, field
from enum import Enum

from callpoint.simulator.freeswitch import Quirks
from callpoint.simulator.link import Conditions


class LoginAnswer(Enum):
    """What a login gets; the codes are those of the vendor's SDKs."""

    ACCEPTED = "accepted"
    AUTHENTICATION_REQUIRED = "-32000"
    LOGIN_INCORRECT = "-32001"
    STRING_CODE = "a code that is not a number"
    NOTHING = "nothing"
    CLOSE = "the socket is closed"


class InviteAnswer(Enum):
    """What an invite gets."""

    CREATED = "CALL CREATED"
    REFUSED = "an error"
    NOTHING = "nothing"


class Answer(Enum):
    """How the answer to a call comes."""

    WITH_SDP = "with SDP"
    WITHOUT_SDP = "without, because early media brought it"
    NEVER = "never"


class Attach(Enum):
    """When a call that survived its socket is offered again."""

    AFTER_READY = "after clientReady"
    BEFORE_READY = "before clientReady"
    NEVER = "never"


class UserText(Enum):
    """The shape of the content in a user's item."""

    TRANSCRIPT = "an input_audio part with a transcript"
    BARE = "a bare string"
    PARTS = "several parts"


class FaultKind(Enum):
    """What goes wrong by itself."""

    BYE = "bye"
    PUNT = "punt"
    CLOSE = "close"
    DROP = "drop"
    HALF_DEAD = "half-dead"
    MUTE = "mute"
    """The far end sends no RTP any more, and reports all the same (RTCP)."""
    MEDIA_DEATH = "media death"
    """Its media end is gone; signalling is not."""


class Since(Enum):
    """What a fault counts its seconds from."""

    LOGIN = "login"
    ANSWER = "answer"


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong, once in the life of a simulator."""

    kind: FaultKind
    since: Since
    after_s: float
    code: int = 1006
    """Of the WebSocket close frame; 1006 stands for a cut without a frame."""


@dataclass(frozen=True)
class Scenario:
    """Every behaviour that can be chosen."""

    hung_upgrades: int = 0
    """So many sockets in the simulator's life get no answer to their upgrade."""
    http_status: int = 0
    """Instead of a WebSocket, every upgrade gets this; 0 for none."""

    login: LoginAnswer = LoginAnswer.ACCEPTED
    login_refusal: str = ""
    """A login is refused with these words; empty: as `login` says."""
    login_delay_s: float = 0.0
    client_ready: bool = True
    state_in_client_ready: bool = False
    gateway_states: tuple[str, ...] = ("REGED",)
    """Answers to polls, counted over the simulator's life; the last one stays.

    An empty string is silence."""

    conversation_over: bool = False
    """A login that names a conversation is refused."""

    invite: InviteAnswer = InviteAnswer.CREATED
    down_invites: int = 0
    """So many invites in the simulator's life are refused, because the gateway is down.
    """
    unreachable_answers: int = 0
    """So many answers in the simulator's life lead nowhere."""
    ringing: bool = False
    early_media: bool = False
    answer: Answer = Answer.WITH_SDP
    answer_delay_s: float = 0.0
    duplicate_answer: bool = False
    media_timeout_s: float = 30.0
    """Without a packet for that long the call ends with MEDIA_TIMEOUT."""

    quirks: Quirks = field(default_factory=Quirks)
    """How the SDP is written."""

    ping_every_s: float = 30.0
    """A socket that gives no sign of life for twice as long is dropped."""

    faults: tuple[Fault, ...] = ()
    bye_cause: str = "NORMAL_CLEARING"
    """Empty: a bye with nothing but the call's id."""

    retention_s: float = 90.0
    """How long a session outlives its socket."""
    attach: Attach = Attach.AFTER_READY
    attach_unknown: bool = False
    attach_stops_media: bool = False
    """The old media stop with the offer, and not when the new ones flow."""

    greets: bool = True
    replies: bool = True
    monologue_s: float = 0.0
    """Instead of a greeting, known recordings for that long."""
    say: str = ""
    """Instead of a greeting, this WAV file."""
    user_text: UserText = UserText.TRANSCRIPT
    partial_user_items: bool = True
    tool_timeout_s: float = 5.0

    link: Conditions = field(default_factory=Conditions)
    """What becomes of the packets that the simulator sends."""
    fec: bool = True
    """Whether its packets repeat the ones before them."""
    clock_ppm: float = 0.0
    """By how many millionths the far end's clock is quicker than ours."""

    junk: bool = False
    """Frames that a client has to survive, after login and after the answer."""
    big_frame_bytes: int = 0
    """A frame of that size after login; 0 for none."""
