"""PURE: what breaks a call off, and whether another try may go better.

A set-up that fails for a cause that passes is tried once more. A refusal is not: it
would be refused again, and whoever refused it meant it.
"""

from dataclasses import dataclass
from typing import Final

from callpoint.telnyx.events import (
    ByeReceived,
    CallRefused,
    InviteTimedOut,
    NotReattached,
)
from callpoint.telnyx.notices import EndedBy
from callpoint.telnyx.registration import AUTHENTICATION_REQUIRED

_PASSING_REFUSALS: Final = ("GATEWAY_DOWN", "TEMPORAR")
"""In the words of the server; the vendor's SDKs know the first one by its text."""
_PASSING_CAUSES: Final = frozenset(
    {
        "NORMAL_TEMPORARY_FAILURE",
        "NETWORK_OUT_OF_ORDER",
        "SWITCH_CONGESTION",
        "RECOVERY_ON_TIMER_EXPIRE",
        "INVALID_GATEWAY",
        "MEDIA_TIMEOUT",
    }
)
"""Of a bye: names of Q.850 and of FreeSWITCH."""

LosingEvent = ByeReceived | CallRefused | InviteTimedOut | NotReattached


@dataclass(frozen=True)
class Setback:
    """Why a call, or one try of it, is over."""

    cause: str
    by: EndedBy = "fault"
    may_pass: bool = False
    """Another try of the set-up may go better."""
    owes_bye: bool = False
    """The far end may not know that it is over."""


def setback(event: LosingEvent) -> Setback:
    """What an event means to the call that it is about."""
    match event:
        case CallRefused(code=code, message=message):
            passes = str(code) == AUTHENTICATION_REQUIRED or any(
                word in message.upper() for word in _PASSING_REFUSALS
            )
            return Setback(f"refused: {message} ({code})", may_pass=passes)
        case InviteTimedOut():
            return Setback("the server did not answer the invite", owes_bye=True)
        case NotReattached():
            return Setback("the server no longer knows the call", may_pass=True)
        case ByeReceived(cause=cause):
            return Setback(
                cause or "NORMAL_CLEARING", "far", may_pass=cause in _PASSING_CAUSES
            )
