"""What we say, letter for letter."""

import json
from typing import Any

import pytest

from callpoint.errors import LocalProtocolError
from callpoint.telnyx import requests
from callpoint.telnyx.jsonrpc import Request, Result, encode
from callpoint.telnyx.requests import CallRequest, HangupCause, Login, UserAgent

USER_AGENT = UserAgent("0.1.0", "callpoint-0.1.0")
FULL_LOGIN = Login(
    "assistant-1",
    target_version_id="v2",
    user_variables={"room": "7", "floor": 2},
    conversation_id="conv-1",
)
CALL = CallRequest("call-1", "Lobby", "100")
DIALOG = {
    "callID": "call-1",
    "destination_number": "",
    "caller_id_name": "Lobby",
    "caller_id_number": "100",
    "remote_caller_id_name": "Outbound Call",
    "audio": True,
    "video": False,
    "useStereo": False,
    "attach": False,
    "screenShare": False,
    "userVariables": {},
    "custom_headers": [],
}

WIRE: dict[str, tuple[Request | Result, dict[str, Any]]] = {
    "the first login": (
        requests.anonymous_login(Login("assistant-1"), USER_AGENT, None, False),
        {
            "method": "anonymous_login",
            "params": {
                "target_type": "ai_assistant",
                "target_id": "assistant-1",
                "reconnection": False,
                "User-Agent": {"sdkVersion": "0.1.0", "data": "callpoint-0.1.0"},
            },
        },
    ),
    "a login with everything": (
        requests.anonymous_login(FULL_LOGIN, USER_AGENT, "sessid-1", True),
        {
            "method": "anonymous_login",
            "params": {
                "target_type": "ai_assistant",
                "target_id": "assistant-1",
                "target_version_id": "v2",
                "userVariables": {"room": "7", "floor": 2},
                "target_params": {"conversation_id": "conv-1"},
                "reconnection": True,
                "User-Agent": {"sdkVersion": "0.1.0", "data": "callpoint-0.1.0"},
                "sessid": "sessid-1",
            },
        },
    ),
    "a question for the gateway's state": (
        requests.gateway_state("VSDK1"),
        {"method": "telnyx_rtc.gatewayState", "voice_sdk_id": "VSDK1", "params": {}},
    ),
    "a ping": (
        requests.ping("VSDK1"),
        {"method": "telnyx_rtc.ping", "voice_sdk_id": "VSDK1", "params": {}},
    ),
    "a ping without a node": (
        requests.ping(None),
        {"method": "telnyx_rtc.ping", "params": {}},
    ),
    "an invite": (
        requests.invite(CALL, "v=0", "sessid-1", USER_AGENT),
        {
            "method": "telnyx_rtc.invite",
            "params": {
                "sessid": "sessid-1",
                "sdp": "v=0",
                "User-Agent": "callpoint-0.1.0",
                "dialogParams": DIALOG,
            },
        },
    ),
    "an invite with everything": (
        requests.invite(
            CallRequest(
                "call-1",
                "Lobby",
                "100",
                "0800",
                {"X-Room": "7"},
                "state \N{SNOWMAN}",
                {"room": 7},
                "Desk",
                ({"mimeType": "audio/opus", "clockRate": 48000},),
            ),
            "v=0",
            None,
            USER_AGENT,
        ),
        {
            "method": "telnyx_rtc.invite",
            "params": {
                "sdp": "v=0",
                "User-Agent": "callpoint-0.1.0",
                "dialogParams": DIALOG
                | {
                    "destination_number": "0800",
                    "remote_caller_id_name": "Desk",
                    "userVariables": {"room": 7},
                    "custom_headers": [{"name": "X-Room", "value": "7"}],
                    "clientState": "c3RhdGUg4piD",
                    "preferred_codecs": [
                        {"mimeType": "audio/opus", "clockRate": 48000}
                    ],
                },
            },
        },
    ),
    "the answer to an attach": (
        requests.attach(CALL, "v=0", "sessid-1", USER_AGENT),
        {
            "method": "telnyx_rtc.attach",
            "params": {
                "sessid": "sessid-1",
                "sdp": "v=0",
                "User-Agent": "callpoint-0.1.0",
                "dialogParams": DIALOG | {"attach": True},
            },
        },
    ),
    "a bye": (
        requests.bye("call-1", HangupCause.NORMAL_CLEARING, "sessid-1"),
        {
            "method": "telnyx_rtc.bye",
            "params": {
                "sessid": "sessid-1",
                "cause": "NORMAL_CLEARING",
                "causeCode": 16,
                "sipCode": None,
                "sip_call_id": None,
                "dialogParams": {"callID": "call-1", "custom_headers": []},
            },
        },
    ),
    "key tones": (
        requests.dtmf("call-1", "12#*AD", "sessid-1"),
        {
            "method": "telnyx_rtc.info",
            "params": {
                "sessid": "sessid-1",
                "dtmf": "12#*AD",
                "dialogParams": {"callID": "call-1"},
            },
        },
    ),
    "a text": (
        requests.user_message("item-1", "Hello"),
        {
            "method": "ai_conversation",
            "params": {
                "type": "conversation.item.create",
                "previous_item_id": None,
                "item": {
                    "id": "item-1",
                    "type": "message",
                    "role": "user",
                    "content": [{"type": "input_text", "text": "Hello"}],
                },
            },
        },
    ),
    "an image alone": (
        requests.user_message("item-1", "", ["https://example.org/a.jpg"]),
        {
            "method": "ai_conversation",
            "params": {
                "type": "conversation.item.create",
                "previous_item_id": None,
                "item": {
                    "id": "item-1",
                    "type": "message",
                    "role": "user",
                    "content": [
                        {
                            "type": "image_url",
                            "image_url": {"url": "https://example.org/a.jpg"},
                        }
                    ],
                },
            },
        },
    ),
    "a tool's output, without an id": (
        requests.tool_output("tool-1", '{"ok":true}'),
        {
            "method": "ai_conversation",
            "params": {
                "type": "conversation.item.create",
                "item": {
                    "type": "function_call_output",
                    "call_id": "tool-1",
                    "output": '{"ok":true}',
                },
            },
        },
    ),
    "an acknowledgement, with an id of the same type": (
        requests.acknowledgement(Request("telnyx_rtc.answer", {"sdp": "v=0"}, 4402)),
        {"id": 4402, "result": {"method": "telnyx_rtc.answer"}},
    ),
}


@pytest.mark.parametrize(("frame", "wire"), WIRE.values(), ids=WIRE)
def test_on_the_wire(frame: Request | Result, wire: dict[str, Any]) -> None:
    assert json.loads(encode(frame)) == {"jsonrpc": "2.0", **wire}


@pytest.mark.parametrize("digits", ["", "1 2", "E", "one", "1\n", "a"])
def test_other_than_key_tones_cannot_be_dialled(digits: str) -> None:
    with pytest.raises(LocalProtocolError, match="cannot be dialled"):
        requests.dtmf("call-1", digits, None)


def test_a_message_has_something_to_say() -> None:
    with pytest.raises(LocalProtocolError, match="needs a text or an image"):
        requests.user_message("item-1", "")


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("Room", "7", "cannot be a custom header"),
        ("X-", "7", "cannot be a custom header"),
        ("X-Ro om", "7", "cannot be a custom header"),
        ("X-Room\r\nVia", "7", "cannot be a custom header"),
        ("X-Room", "7\r\nVia: evil", "holds a line break"),
    ],
)
def test_a_custom_header_is_one_that_sip_allows(
    name: str, value: str, why: str
) -> None:
    with pytest.raises(LocalProtocolError, match=why):
        CallRequest("call-1", custom_headers={name: value})


@pytest.mark.parametrize(
    "blank", [{"target_id": " "}, {"target_type": ""}, {"conversation_id": ""}]
)
def test_a_login_names_its_target(blank: dict[str, Any]) -> None:
    (name,) = blank
    with pytest.raises(LocalProtocolError, match=f"{name} is blank"):
        Login(**({"target_id": "assistant-1"} | blank))
