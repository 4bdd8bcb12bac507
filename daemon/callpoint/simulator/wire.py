"""PURE: the frames that the gateway writes, shaped as in the vendor's logs and tests.

No state in here; ids and the top-level `voice_sdk_id` are put on by `exchange.py`.
"""

from typing import Any, Final

from callpoint.simulator.actions import Json

Refusal = tuple[int | str, str]
"""Code and message of an error."""

AUTHENTICATION_REQUIRED: Final[Refusal] = (-32000, "Authentication Required")
LOGIN_INCORRECT: Final[Refusal] = (-32001, "Login Incorrect")
STRING_CODE: Final[Refusal] = ("AUTH_BACKEND_DOWN", "Authentication is out of order")
METHOD_NOT_FOUND: Final[Refusal] = (-32601, "Method not found")
UNAUTHORISED_PING: Final[Refusal] = (401, "Unauthorized")
CALL_DOES_NOT_EXIST: Final[Refusal] = (404, "CALL_DOES_NOT_EXIST")
# The text is the vendor's (VertoHandler.ts), its code is in no source.
GATEWAY_DOWN: Final[Refusal] = (-32002, "GATEWAY_DOWN")
# The code is documented (README of the JS SDK), its text is not.
CONVERSATION_OVER: Final[Refusal] = (10007, "Conversation not found")
INVITE_REFUSED: Final[Refusal] = (-32002, "CALL REJECTED")

CAUSE_CODES: Final = {
    "NORMAL_CLEARING": 16,
    "USER_BUSY": 17,
    "NO_ANSWER": 19,
    "CALL_REJECTED": 21,
    "UNALLOCATED_NUMBER": 1,
    "NORMAL_TEMPORARY_FAILURE": 41,
    "INCOMPATIBLE_DESTINATION": 88,
    "MANDATORY_IE_MISSING": 96,
    "RECOVERY_ON_TIMER_EXPIRE": 102,
    "ORIGINATOR_CANCEL": 487,
    "ALLOTTED_TIMEOUT": 602,
    "INVALID_GATEWAY": 608,
}
"""iOS SDK, ByeMessage.swift. MEDIA_TIMEOUT is seen without a code of its own."""

SIP_CODES: Final = {
    "NORMAL_CLEARING": (200, "OK"),
    "USER_BUSY": (486, "Busy Here"),
    "ORIGINATOR_CANCEL": (487, "Request Terminated"),
    "INCOMPATIBLE_DESTINATION": (488, "Not Acceptable Here"),
}

NON_JSON: Final = "#SPU 1 65536"
"""What a speed test of the vendor's proxy looks like."""


def request(number: int | str, method: str, params: Json) -> Json:
    """A request of the server; ids of `telnyx_rtc.*` are integers."""
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def result(number: Any, body: Json) -> Json:
    """The answer to a request; `number` is its id, whatever type that has."""
    return {"jsonrpc": "2.0", "id": number, "result": body}


def error(number: Any, fault: Refusal, call_id: str = "") -> Json:
    code, message = fault
    body: Json = {"code": code, "message": message}
    if call_id:
        body["callID"] = call_id
    return {"jsonrpc": "2.0", "id": number, "error": body}


def gateway_state(state: str, session_id: str, report_id: str) -> Json:
    """Result of a poll; all but the state is optional to clients."""
    params = {"state": state, "call_report_id": report_id, "dc": "lo1", "region": "sim"}
    return {"params": params, "sessid": session_id}


def ringing(call_id: str, leg_id: str) -> Json:
    return {
        "callID": call_id,
        "callee_id_name": "Assistant",
        "callee_id_number": "assistant",
        "caller_id_name": "",
        "caller_id_number": "",
        "dialogParams": {"custom_headers": []},
        "display_direction": "outbound",
        "telnyx_leg_id": leg_id,
        "telnyx_session_id": leg_id,
    }


def answer(call_id: str, sdp: str | None, leg_id: str) -> Json:
    """The SDP is absent when early media brought it."""
    params: Json = {
        "callID": call_id,
        "dialogParams": {"custom_headers": []},
        "variables": {"Core-UUID": leg_id},
        "telnyx_leg_id": leg_id,
        "telnyx_session_id": leg_id,
    }
    if sdp is not None:
        params["sdp"] = sdp
    return params


def attach(call_id: str, offer: str, session_id: str, leg_id: str) -> Json:
    headers = [
        {"name": "X-RTC-CALLID", "value": call_id},
        {"name": "X-RTC-SESSID", "value": session_id},
    ]
    params = ringing(call_id, leg_id)
    params |= {"sdp": offer, "dialogParams": {"custom_headers": headers}}
    params["variables"] = {"Core-UUID": leg_id}
    return params


def bye(call_id: str, cause: str) -> Json:
    """With no cause it carries the call's id alone, which the vendor does too."""
    params: Json = {"callID": call_id}
    if not cause:
        return params
    params["cause"] = cause
    if cause in CAUSE_CODES:
        params["causeCode"] = CAUSE_CODES[cause]
    if cause in SIP_CODES:
        params["sipCode"], params["sipReason"] = SIP_CODES[cause]
    params["dialogParams"] = {"custom_headers": []}
    return params


def junk() -> list[Json]:
    """Well-formed frames that no client asked for."""
    return [
        error("a request that nobody made", ("BAD_THING", "Something happened")),
        result("another one", {"message": "CALL CREATED"}),
        {"jsonrpc": "2.0", "result": None, "id": None},
        {"jsonrpc": "2.0", "id": 1, "method": "telnyx_rtc.news", "params": {"a": [1]}},
        {"jsonrpc": "2.0", "id": 2, "method": "telnyx_rtc.event", "params": None},
        {"jsonrpc": "2.0", "id": 3, "method": "telnyx_rtc.info", "params": []},
        {"jsonrpc": "2.0", "id": 4, "method": "telnyx_rtc.answer", "params": {}},
        {"jsonrpc": "2.0", "id": 5, "method": "telnyx_rtc.display", "params": {}},
        {"jsonrpc": "2.0", "id": 6, "method": 7, "params": "text"},
        {
            "jsonrpc": "2.0",
            "id": "7",
            "method": "telnyx_rtc.bye",
            "params": {"callID": "00000000-0000-4000-8000-000000000000"},
        },
        *(
            {"jsonrpc": "2.0", "id": str(index), "method": "ai_conversation"} | params
            for index, params in enumerate(_STRANGE_ITEMS)
        ),
    ]


_STRANGE_ITEMS: Final[list[Json]] = [
    {},
    {"params": {"type": "response.output_text.delta", "delta": 5}},
    {"params": {"type": "response.text.delta"}},
    {"params": {"type": "conversation.item.created", "item": "text"}},
    {"params": {"type": "conversation.item.created", "item": {"role": "user"}}},
    {"params": {"type": "input_audio_buffer.speech_started", "audio_start_ms": 1}},
]
