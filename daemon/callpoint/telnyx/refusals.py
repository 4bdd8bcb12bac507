"""PURE: why a login was refused, and what mends it.

The vendor documents codes for credentials only; for an assistant that is wrong or
closed no source of its SDKs has the text. The words decide where they are clear, and
are shown as they came.
"""

import re
from typing import Final

from callpoint.errors import RefusedError
from callpoint.telnyx.requests import Login

_UNKNOWN: Final = r"not found|unknown|unrecogni[sz]ed|invalid|does ?n.t exist|no such"
CONVERSATION_OVER: Final = "10007"
"""Documented for a conversation that does not exist (any more)."""

_SWITCH: Final = (
    "allow unauthenticated web calls in the assistant's telephony settings"
    " (supports_unauthenticated_web_calls)"
)


def explained(code: int | str, message: str, login: Login) -> RefusedError:
    """The refusal of a login as an error."""
    meaning, advice = _read(str(code), message.lower(), login)
    return RefusedError("login", code, message, meaning, advice)


def _read(code: str, words: str, login: Login) -> tuple[str, str]:
    if code == CONVERSATION_OVER or (login.conversation_id and "conversation" in words):
        return (
            f"the conversation {login.conversation_id} is not known, or over",
            "remove [assistant] conversation_id, or name one that goes on",
        )
    if re.search(r"unauthenticated|anonymous|web.?calls?", words):
        return "the assistant takes no unauthenticated calls", _SWITCH
    if "version" in words:
        return (
            f"there is no version {login.target_version_id} of the assistant",
            "check [assistant] target_version_id",
        )
    if re.search(r"assistant|target|agent", words) and re.search(_UNKNOWN, words):
        return (
            f"the assistant {login.target_id} is not known",
            "check [assistant] target_id",
        )
    version = ", target_version_id" if login.target_version_id else ""
    return "", f"check [assistant] target_id{version}, and {_SWITCH}"
