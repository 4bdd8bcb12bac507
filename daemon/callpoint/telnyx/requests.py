"""PURE: every message that we send, in the vendor's wire names.

Shapes are those of the vendor's JS SDK (Modules/Verto/messages), which all its other
SDKs share in the main. When each is sent is up to `protocol`.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.jsonrpc import JsonObject, Request, Result

ANONYMOUS_LOGIN: Final = "anonymous_login"
GATEWAY_STATE: Final = "telnyx_rtc.gatewayState"
PING: Final = "telnyx_rtc.ping"
INVITE: Final = "telnyx_rtc.invite"
ATTACH: Final = "telnyx_rtc.attach"
BYE: Final = "telnyx_rtc.bye"
INFO: Final = "telnyx_rtc.info"
AI_CONVERSATION: Final = "ai_conversation"

_DTMF_DIGITS: Final = re.compile(r"[0-9A-D*#]+")


class HangupCause(IntEnum):
    """Why we end a call: the name is the wire's `cause`, the value its `causeCode`.

    16 or 17 decides whether the platform tries the call again (JS SDK #506).
    """

    NORMAL_CLEARING = 16
    USER_BUSY = 17
    NO_ANSWER = 19
    CALL_REJECTED = 21
    NORMAL_TEMPORARY_FAILURE = 41
    INCOMPATIBLE_DESTINATION = 88
    RECOVERY_ON_TIMER_EXPIRE = 102
    ORIGINATOR_CANCEL = 487


@dataclass(frozen=True)
class UserAgent:
    """Who we are. The login wants an object, calls want the string of `data`."""

    sdk_version: str
    data: str


@dataclass(frozen=True)
class Login:
    """Whom to log in to. Raises LocalProtocolError for a blank id."""

    target_id: str
    target_type: str = "ai_assistant"
    target_version_id: str | None = None
    user_variables: JsonObject = field(default_factory=dict)
    conversation_id: str | None = None
    """An existing conversation to join; the server refuses an unknown one."""

    def __post_init__(self) -> None:
        _require_text("target_id", self.target_id)
        _require_text("target_type", self.target_type)
        if self.conversation_id is not None:
            _require_text("conversation_id", self.conversation_id)


@dataclass(frozen=True)
class CallRequest:
    """What a call says about itself.

    `custom_headers` become the assistant's variables; their names begin with `X-`.
    `client_state` is plain text, encoded on its way. `user_variables` are added to
    those of the login. An anonymous call reaches the assistant of the login whatever
    `destination_number` says. Raises LocalProtocolError for a header that SIP forbids.
    """

    call_id: str
    caller_name: str = ""
    caller_number: str = ""
    destination_number: str = ""
    custom_headers: Mapping[str, str] = field(default_factory=dict)
    client_state: str | None = None
    user_variables: JsonObject = field(default_factory=dict)
    remote_caller_name: str = "Outbound Call"
    preferred_codecs: tuple[JsonObject, ...] = ()

    def __post_init__(self) -> None:
        for name, value in self.custom_headers.items():
            _require_header(name, value)


def anonymous_login(
    login: Login, user_agent: UserAgent, sessid: str | None, reconnection: bool
) -> Request:
    """The key is `sessid`: with any other the server never re-attaches a call."""
    params: dict[str, object] = {
        "target_type": login.target_type,
        "target_id": login.target_id,
        "reconnection": reconnection,
        "User-Agent": {"sdkVersion": user_agent.sdk_version, "data": user_agent.data},
    }
    if login.target_version_id:
        params["target_version_id"] = login.target_version_id
    if login.user_variables:
        params["userVariables"] = dict(login.user_variables)
    if login.conversation_id:
        params["target_params"] = {"conversation_id": login.conversation_id}
    return Request(ANONYMOUS_LOGIN, params | _session(sessid))


def gateway_state(voice_sdk_id: str | None) -> Request:
    return Request(GATEWAY_STATE, voice_sdk_id=voice_sdk_id)


def ping(voice_sdk_id: str | None) -> Request:
    return Request(PING, voice_sdk_id=voice_sdk_id)


def invite(
    call: CallRequest, sdp: str, sessid: str | None, user_agent: UserAgent
) -> Request:
    return Request(INVITE, _with_sdp(call, sdp, sessid, user_agent, attach=False))


def attach(
    call: CallRequest, sdp: str, sessid: str | None, user_agent: UserAgent
) -> Request:
    """Our answer to the server's offer to take a call up again; `sdp` is an answer."""
    return Request(ATTACH, _with_sdp(call, sdp, sessid, user_agent, attach=True))


def bye(call_id: str, cause: HangupCause, sessid: str | None) -> Request:
    params: dict[str, object] = {
        "cause": cause.name,
        "causeCode": cause.value,
        "sipCode": None,
        "sip_call_id": None,
        "dialogParams": {"callID": call_id, "custom_headers": []},
    }
    return Request(BYE, _session(sessid) | params)


def dtmf(call_id: str, digits: str, sessid: str | None) -> Request:
    """Raises LocalProtocolError for anything but 0 to 9, A to D, `*` and `#`."""
    if not _DTMF_DIGITS.fullmatch(digits):
        raise LocalProtocolError(
            f"{digits!r} cannot be dialled", "DTMF knows 0 to 9, A to D, * and #."
        )
    params: dict[str, object] = {"dtmf": digits, "dialogParams": {"callID": call_id}}
    return Request(INFO, _session(sessid) | params)


def user_message(item_id: str, text: str, images: Sequence[str] = ()) -> Request:
    """What the caller writes; an image is an https or a data URL.

    Raises LocalProtocolError when there is nothing to say.
    """
    content: list[JsonObject] = []
    if text:
        content.append({"type": "input_text", "text": text})
    for url in images:
        content.append({"type": "image_url", "image_url": {"url": url}})
    if not content:
        raise LocalProtocolError("a message needs a text or an image")
    item = {"id": item_id, "type": "message", "role": "user", "content": content}
    params = {
        "type": "conversation.item.create",
        "previous_item_id": None,
        "item": item,
    }
    return Request(AI_CONVERSATION, params)


def tool_output(call_id: str, output: str) -> Request:
    """A notification: the server takes tool outputs without an id only."""
    item = {"type": "function_call_output", "call_id": call_id, "output": output}
    return Request(AI_CONVERSATION, {"type": "conversation.item.create", "item": item})


def acknowledgement(request: Request) -> Result:
    return Result(request.id, {"method": request.method})


def _with_sdp(
    call: CallRequest,
    sdp: str,
    sessid: str | None,
    user_agent: UserAgent,
    attach: bool,
) -> JsonObject:
    params: dict[str, object] = {
        "sdp": sdp,
        "User-Agent": user_agent.data,
        "dialogParams": _dialog(call, attach),
    }
    return _session(sessid) | params


def _dialog(call: CallRequest, attach: bool) -> JsonObject:
    dialog: dict[str, object] = {
        "callID": call.call_id,
        "destination_number": call.destination_number,
        "caller_id_name": call.caller_name,
        "caller_id_number": call.caller_number,
        "remote_caller_id_name": call.remote_caller_name,
        "audio": True,
        "video": False,
        "useStereo": False,
        "attach": attach,
        "screenShare": False,
        "userVariables": dict(call.user_variables),
        "custom_headers": [
            {"name": name, "value": value}
            for name, value in call.custom_headers.items()
        ],
    }
    if call.client_state is not None:
        state = call.client_state.encode("utf-8", "replace")
        dialog["clientState"] = base64.b64encode(state).decode("ascii")
    if call.preferred_codecs:
        dialog["preferred_codecs"] = [dict(codec) for codec in call.preferred_codecs]
    return dialog


def _session(sessid: str | None) -> dict[str, object]:
    return {} if sessid is None else {"sessid": sessid}


def _require_text(name: str, value: str) -> None:
    if not value.strip():
        raise LocalProtocolError(f"{name} is blank")


def _require_header(name: str, value: str) -> None:
    if not re.fullmatch(r"[Xx]-[0-9A-Za-z_.-]+", name):
        raise LocalProtocolError(
            f"{name!r} cannot be a custom header", "Such names look like X-Room-Name."
        )
    if re.search(r"[\r\n\0]", value):
        raise LocalProtocolError(f"the custom header {name} holds a line break")
