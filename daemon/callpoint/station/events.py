"""PURE: what happens to a station, and what it is told to do.

Events rise from the adapters and are named in the past; commands descend from the
table and are named as orders. Every event carries `at_s`, the CLOCK_MONOTONIC time of
its cause, in seconds.

Calls are numbered by the table, from 1 upwards: `PlaceCall` gives the number, and what
becomes of that call carries it back, so that the late end of an older call cannot end
a newer one.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from callpoint.system.entries import Entry


@dataclass(frozen=True)
class Pressed:
    """The button went down; `at_s` is the time of the edge."""

    at_s: float


@dataclass(frozen=True)
class Released:
    """The button came up."""

    at_s: float


@dataclass(frozen=True)
class LinkUp:
    """Logged in and registered: a call can be placed."""

    at_s: float


@dataclass(frozen=True)
class LinkDown:
    """The signalling connection is gone; a live call goes on."""

    at_s: float
    reason: str


@dataclass(frozen=True)
class CallAnswered:
    """The far end took the call and media flows."""

    at_s: float
    call_id: str
    number: int
    """Of the `PlaceCall` that this answers."""


@dataclass(frozen=True)
class CallEnded:
    """The call is over, or never came to be.

    `by` is who ended it: the far end, ourselves, or a fault (then `cause` tells).
    """

    at_s: float
    call_id: str
    by: Literal["far", "near", "fault"]
    cause: str
    number: int
    """Of the `PlaceCall` that this ends."""
    broke_off: bool = False
    """It was up, and nobody wanted it to end."""


@dataclass(frozen=True)
class MediaChanged:
    """The far end of a call is not heard any more, or is heard again."""

    at_s: float
    is_quiet: bool
    number: int


@dataclass(frozen=True)
class CallSurvived:
    """An earlier life of this program died in a call, which may still be up."""

    at_s: float
    placed_at_s: float
    held: bool
    """Whether the button is down."""


@dataclass(frozen=True)
class Spoke:
    """Somebody spoke; at most twice a second and speaker.

    Speech counts, not an open microphone: `quiet_s` is measured from here.
    """

    at_s: float
    who: Literal["caller", "assistant"]


@dataclass(frozen=True)
class HangupAsked:
    """Somebody asked for the end of the call, over the control socket."""

    at_s: float


@dataclass(frozen=True)
class DeviceFailed:
    """A device is missing, busy or broken; the call goes on without it."""

    at_s: float
    device: str
    cause: str
    advice: str = ""


@dataclass(frozen=True)
class DeviceRecovered:
    """A device that had failed works again."""

    at_s: float
    device: str


@dataclass(frozen=True)
class TimeCame:
    """The deadline that the table asked for has come."""

    at_s: float


Event = (
    Pressed
    | Released
    | LinkUp
    | LinkDown
    | CallAnswered
    | CallEnded
    | CallSurvived
    | MediaChanged
    | Spoke
    | HangupAsked
    | DeviceFailed
    | DeviceRecovered
    | TimeCame
)


class Indication(Enum):
    """What the LED shows."""

    OFF = "off"
    CONNECTING = "connecting"
    READY = "ready"
    CALLING = "calling"
    MICROPHONE_OPEN = "microphone open"
    LISTENING = "listening"
    """In a call with the microphone closed."""
    FAULT = "fault"


class Earcon(Enum):
    """A short sound that tells something."""

    NO_CONNECTION = "no connection"
    CALL_FAILED = "call failed"
    CALL_ENDED = "call ended"


@dataclass(frozen=True)
class PlaceCall:
    """Start a call now; it may be placed while the bye of an older one is in flight."""

    number: int


@dataclass(frozen=True)
class TakeUpCall:
    """Go on with the call that survived, under this number."""

    number: int


@dataclass(frozen=True)
class HangUp:
    """End the call with a bye; its `CallEnded` is awaited."""

    number: int
    reason: str


@dataclass(frozen=True)
class OpenMicrophone:
    """Let the far end hear."""


@dataclass(frozen=True)
class CloseMicrophone:
    """Send silence."""


@dataclass(frozen=True)
class Show:
    """Let the LED show this."""

    indication: Indication


@dataclass(frozen=True)
class Play:
    """Sound an earcon."""

    earcon: Earcon


@dataclass(frozen=True)
class Tell:
    """Tell people: a line for the log, and an error on the event stream."""

    what: str
    advice: str = ""
    entry: Entry = field(default=Entry.TROUBLE, compare=False)
    """What kind of entry of the journal it becomes."""
    device: str | None = field(default=None, compare=False)


Command = (
    PlaceCall
    | TakeUpCall
    | HangUp
    | OpenMicrophone
    | CloseMicrophone
    | Show
    | Play
    | Tell
)
