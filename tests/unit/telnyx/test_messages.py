"""What the server says is read, whatever is missing from it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.telnyx import messages
from callpoint.telnyx.jsonrpc import Request
from callpoint.telnyx.messages import (
    ACKNOWLEDGED,
    Answer,
    Attach,
    Bye,
    ClientReady,
    GatewayState,
    Media,
    Message,
    Notice,
    Ping,
    Punt,
    Ringing,
    TelnyxIds,
)
from tests.unit.telnyx.anything import JSON

IDS = {
    "telnyx_call_control_id": "v3:1",
    "telnyx_leg_id": "leg",
    "telnyx_session_id": "session",
}
TELNYX_IDS = TelnyxIds("v3:1", "leg", "session")
NO_IDS = TelnyxIds()
HEADERS = {"custom_headers": [{"name": "X-A", "value": "1"}, {"name": "X-B"}, 5]}

MESSAGES: dict[str, tuple[str, dict[str, Any], Message]] = {
    "client ready": (
        "clientReady",
        {"reattached_sessions": ["a", 5, "b"]},
        ClientReady(("a", "b"), None),
    ),
    "client ready with a state": (
        "clientReady",
        {"reattached_sessions": [], "state": "REGED"},
        ClientReady((), "REGED"),
    ),
    "client ready without anything": ("clientReady", {}, ClientReady(None, None)),
    "client ready with a text for a list": (
        "clientReady",
        {"reattached_sessions": "a"},
        ClientReady(None, None),
    ),
    "the gateway's state": (
        "gatewayState",
        {"state": "reged ", "call_report_id": "r", "dc": "ch1", "region": "eu"},
        GatewayState("REGED", "r", "ch1", "eu"),
    ),
    "no state of the gateway": ("gatewayState", {"state": 5}, GatewayState(None)),
    "ringing": ("ringing", {"callID": "c", **IDS}, Ringing("c", TELNYX_IDS)),
    "ringing without any id": ("ringing", {}, Ringing(None, NO_IDS)),
    "early media": ("media", {"callID": "c", "sdp": "v=0"}, Media("c", "v=0")),
    "early media without an SDP": (
        "media",
        {"callID": "c", "sdp": ""},
        Media("c", None),
    ),
    "an answer": (
        "answer",
        {"callID": "c", "sdp": "v=0", "dialogParams": HEADERS, **IDS},
        Answer("c", "v=0", TELNYX_IDS, (("X-A", "1"),)),
    ),
    "an answer without an SDP": (
        "answer",
        {"callID": "c", "dialogParams": {"custom_headers": "none"}},
        Answer("c", None, NO_IDS, ()),
    ),
    "a bye with everything": (
        "bye",
        {
            "callID": "c",
            "cause": "ORIGINATOR_CANCEL",
            "causeCode": 487,
            "sipCode": 487,
            "sipReason": "Request Terminated",
            "sip_call_id": "sip",
            "dialogParams": HEADERS,
            "clientState": "c3Q=",
        },
        Bye(
            "c",
            "ORIGINATOR_CANCEL",
            487,
            487,
            "Request Terminated",
            "sip",
            (("X-A", "1"),),
            "c3Q=",
        ),
    ),
    "a bye with codes of other types": (
        "bye",
        {"callID": "c", "causeCode": "16", "sipCode": 200.0, "client_state": "x"},
        Bye("c", None, 16, 200, None, None, (), "x"),
    ),
    "a bye with codes that are none": (
        "bye",
        {"causeCode": True, "sipCode": "9" * 5000, "cause": 5},
        Bye(None, None, None, None, None, None, (), None),
    ),
    "an attach": (
        "attach",
        {"callID": "c", "sdp": "v=0", "dialogParams": HEADERS, **IDS},
        Attach("c", "v=0", TELNYX_IDS, (("X-A", "1"),)),
    ),
    "a punt": ("punt", {}, Punt()),
    "a ping": ("ping", {"serno": 7}, Ping(7)),
    "a ping without a number": ("ping", {}, Ping(None)),
    "a new name on a display": ("display", {"callID": "c"}, Notice("c")),
    "a candidate": ("candidate", {"callID": "c", "candidate": "x"}, Notice("c")),
    "the end of candidates": ("endOfCandidates", {}, Notice(None)),
    "an event": ("event", {"eventChannel": "x"}, Notice(None)),
    "an information": ("info", {}, Notice(None)),
}


@pytest.mark.parametrize(
    ("method", "params", "message"), MESSAGES.values(), ids=MESSAGES
)
def test_a_message_is_read(
    method: str, params: dict[str, Any], message: Message
) -> None:
    assert messages.read(Request(f"telnyx_rtc.{method}", params)) == message


@pytest.mark.parametrize(
    "params",
    [
        {"callID": "c"},
        {"callId": "c"},
        {"dialogParams": {"callID": "c"}},
        {"dialogParams": {"callId": "c"}, "callID": 5},
    ],
)
def test_a_call_id_is_found_wherever_the_server_puts_it(params: dict[str, Any]) -> None:
    assert messages.read(Request("telnyx_rtc.candidate", params)) == Notice("c")


def test_a_method_that_nobody_knows_is_no_message() -> None:
    assert messages.read(Request("telnyx_rtc.surprise")) is None
    assert messages.read(Request("ping")) is None


@pytest.mark.parametrize(
    "body", [{"params": {"state": "NOREG"}}, {"state": "NOREG"}], ids=["nested", "flat"]
)
def test_a_state_is_found_in_both_of_its_places(body: dict[str, Any]) -> None:
    assert messages.gateway_state(body) == GatewayState("NOREG")


@given(
    st.sampled_from([*sorted(ACKNOWLEDGED), "telnyx_rtc.clientReady"]),
    st.dictionaries(
        st.sampled_from(
            ["callID", "sdp", "state", "causeCode", "dialogParams", "custom_headers"]
        ),
        JSON,
    ),
)
def test_any_params_are_read_without_an_exception(
    method: str, params: dict[str, Any]
) -> None:
    messages.read(Request(method, params))
