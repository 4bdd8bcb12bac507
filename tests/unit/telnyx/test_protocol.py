"""The session as a whole: pings, conversations, tools, and frames from hell."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callpoint.errors import CallpointError, LocalProtocolError
from callpoint.telnyx.events import (
    ConversationReceived,
    RequestRefused,
    RequestTimedOut,
    ToolCalled,
    Unknown,
    Unmatched,
    Unresponsive,
    WidgetSettingsReceived,
)
from callpoint.telnyx.health import Doubt
from callpoint.telnyx.jsonrpc import Malformed
from callpoint.telnyx.messages import ACKNOWLEDGED
from callpoint.telnyx.registration import Phase
from callpoint.telnyx.requests import CallRequest
from tests.unit.telnyx.anything import JSON
from tests.unit.telnyx.wire import ANSWER, CALL_ID, VOICE_SDK_ID, Wire

TOOL_CALL = {
    "type": "conversation.item.created",
    "item": {
        "type": "function_call",
        "call_id": "tool-1",
        "name": "open_door",
        "arguments": '{"door":1}',
    },
}


@pytest.fixture
def wire() -> Wire:
    return Wire()


def test_a_ping_is_answered_by_a_request_of_our_own(wire: Wire) -> None:
    wire.registers()
    assert wire.asks("ping", id=77, serno=7) == []
    pong = wire.sent_one()
    assert pong["method"] == "telnyx_rtc.ping"
    assert pong["id"] != 77
    assert (pong["voice_sdk_id"], pong["params"]) == (VOICE_SDK_ID, {})
    assert wire.answers(pong) == []


def test_a_ping_before_the_login_is_left_alone(wire: Wire) -> None:
    login = wire.opens()
    wire.asks("ping", serno=1)
    wire.session.suspect(wire.now_s)
    assert wire.waits(0.0) == []
    assert wire.sent() == []
    wire.answers(login)
    wire.asks("ping", serno=2)
    assert wire.sent_one()["method"] == "telnyx_rtc.ping"
    wire.is_there = False
    wire.waits(0.0)
    assert wire.sent_one()["method"] == "telnyx_rtc.ping"


def test_a_ping_after_a_refused_login_is_left_alone(wire: Wire) -> None:
    wire.refuses(wire.opens(), -32001)
    wire.asks("ping", serno=1)
    assert wire.sent() == []


def test_nothing_follows_when_our_answer_to_a_ping_meets_silence(wire: Wire) -> None:
    wire.registers()
    wire.asks("ping", serno=1)
    assert wire.waits(60.0) == []


def test_a_server_that_says_nothing_is_asked_and_then_given_up(wire: Wire) -> None:
    wire.registers()
    wire.is_there = False
    assert wire.waits(19.9) == []
    assert wire.sent() == []
    assert wire.waits(0.1) == []
    probe = wire.sent_one()
    assert (probe["method"], probe["voice_sdk_id"]) == ("telnyx_rtc.ping", VOICE_SDK_ID)
    assert wire.waits(4.9) == []
    assert wire.waits(0.1) == [Unresponsive(Doubt.SILENCE.value)]
    assert wire.waits(600.0) == []


def test_a_server_that_hears_nothing_is_given_up_though_it_speaks(wire: Wire) -> None:
    wire.registers()
    wire.is_there = False
    events = []
    for serno in range(10):
        wire.asks("ping", serno=serno)
        events += wire.waits(5.0)
    assert events == [Unresponsive(Doubt.UNCONFIRMED.value)]


def test_whoever_answers_is_never_given_up(wire: Wire) -> None:
    wire.registers()
    assert wire.waits(86_400.0) == []


def test_an_invite_into_a_long_silence_is_followed_by_a_ping(wire: Wire) -> None:
    wire.registers()
    wire.waits(10.0)
    wire.is_there = False
    invite = wire.invites_again()
    assert wire.waits(0.0) == []
    assert wire.sent_one()["method"] == "telnyx_rtc.ping"
    assert wire.waits(1.9) == []
    assert wire.waits(0.1) == [Unresponsive(Doubt.NEED.value)]
    wire.closes()
    assert wire.answers(invite, callID=CALL_ID) == []


def test_an_invite_on_a_lively_socket_goes_alone(wire: Wire) -> None:
    wire.registers()
    wire.invites_again()
    wire.waits(0.0)
    assert wire.sent() == []


def test_a_request_that_nobody_answers_makes_the_socket_suspect(wire: Wire) -> None:
    wire.talks()
    wire.session.say("Hello", (), wire.now_s)
    wire.sent_one()
    assert wire.waits(9.9) == []
    wire.is_there = False
    assert wire.waits(0.1) == [RequestTimedOut("ai_conversation", None)]
    assert wire.sent_one()["method"] == "telnyx_rtc.ping"


def test_a_new_socket_is_not_blamed_for_the_old_one(wire: Wire) -> None:
    wire.registers()
    wire.is_there = False
    wire.waits(24.0)
    wire.sent()
    wire.closes()
    wire.registers()
    assert wire.waits(19.9) == []
    assert wire.sent() == []


@pytest.mark.parametrize("id", ["id-99", 99, None, "id-1"])
def test_an_answer_to_nothing_is_told(wire: Wire, id: Any) -> None:
    wire.registers()
    assert wire.says(id=id, result={}) == [Unmatched(str(id), None)]
    refused = wire.says(id=id, error={"code": -32000, "message": "no"})
    assert refused == [Unmatched(str(id), "no")]
    assert wire.sent() == []


def test_a_frame_that_is_not_json_is_told(wire: Wire) -> None:
    wire.registers()
    (event,) = wire.session.receive("#SPU 1234", wire.now_s)
    assert isinstance(event, Malformed)
    assert event.excerpt == "#SPU 1234"
    assert wire.phase() is Phase.READY


def test_an_unknown_method_is_told_counted_and_not_acknowledged(wire: Wire) -> None:
    wire.registers()
    (first,) = wire.asks("surprise", x=1)
    (second,) = wire.asks("surprise", x=2)
    assert isinstance(first, Unknown)
    assert isinstance(second, Unknown)
    assert (first.kind, first.count, second.count) == ("telnyx_rtc.surprise", 1, 2)
    assert '"x": 1' in first.excerpt
    assert wire.session.unknown == {"telnyx_rtc.surprise": 2}
    assert wire.sent() == []


def test_a_server_that_makes_up_names_does_not_fill_the_memory(wire: Wire) -> None:
    wire.registers()
    for number in range(1000):
        wire.asks(f"surprise{number}" + "x" * 10_000)
    assert len(wire.session.unknown) == 101
    assert wire.session.unknown["other"] == 900
    assert max(map(len, wire.session.unknown)) <= 200


def test_a_conversation_is_passed_on_and_not_acknowledged(wire: Wire) -> None:
    wire.talks()
    params = {"type": "response.text.delta", "item_id": "a1", "delta": "Hi"}
    assert wire.converses(**params) == [ConversationReceived(params)]
    assert wire.sent() == []


def test_an_unknown_type_of_conversation_is_told_and_passed_on(wire: Wire) -> None:
    wire.talks()
    passed, unknown = wire.converses(type="surprise")
    assert passed == ConversationReceived({"type": "surprise"})
    assert isinstance(unknown, Unknown)
    assert unknown.kind == "ai_conversation surprise"


def test_widget_settings_are_told_on_whatever_type(wire: Wire) -> None:
    wire.talks()
    settings = {"theme": "dark"}
    _, told = wire.converses(type="surprise", widget_settings=settings)
    assert told == WidgetSettingsReceived(settings)


def test_a_text_goes_into_the_call_under_a_new_id(wire: Wire) -> None:
    wire.talks()
    item_id = wire.session.say("Hello", ["https://example.org/a.jpg"], wire.now_s)
    message = wire.sent_one()
    assert message["method"] == "ai_conversation"
    item = message["params"]["item"]
    assert item["id"] == item_id
    assert item_id != message["id"]
    assert [part["type"] for part in item["content"]] == ["input_text", "image_url"]
    assert wire.answers(message) == []


def test_a_text_that_the_server_refuses_is_told(wire: Wire) -> None:
    wire.talks()
    wire.session.say("Hello", (), wire.now_s)
    refused = wire.refuses(wire.sent_one(), 404, "no call")
    assert refused == [RequestRefused("ai_conversation", None, 404, "no call")]


def test_a_tool_is_called_and_answered_once(wire: Wire) -> None:
    wire.talks()
    _, called = wire.converses(**TOOL_CALL)
    assert called == ToolCalled("tool-1", "open_door", '{"door":1}')
    assert wire.session.tool_output("tool-1", "open")
    output = wire.sent_one()
    assert "id" not in output
    assert output["params"]["item"] == {
        "type": "function_call_output",
        "call_id": "tool-1",
        "output": "open",
    }
    assert not wire.session.tool_output("tool-1", "open")
    assert wire.sent() == []


def test_a_tool_call_that_is_repeated_is_told_once(wire: Wire) -> None:
    wire.talks()
    wire.converses(**TOOL_CALL)
    assert wire.converses(**TOOL_CALL) == [ConversationReceived(TOOL_CALL)]
    wire.session.tool_output("tool-1", "open")
    assert len(wire.converses(**TOOL_CALL)) == 1


def test_the_next_call_may_use_a_tool_call_s_id_again(wire: Wire) -> None:
    wire.talks()
    wire.converses(**TOOL_CALL)
    wire.asks("bye")
    wire.sent()
    wire.invites_again("call-2")
    assert len(wire.converses(**TOOL_CALL)) == 2


def test_a_tool_s_output_is_dropped_when_nobody_asked(wire: Wire) -> None:
    wire.talks()
    assert not wire.session.tool_output("never-heard", "x")
    assert wire.sent() == []


def test_a_tool_s_output_is_dropped_after_the_call(wire: Wire) -> None:
    wire.talks()
    wire.converses(**TOOL_CALL)
    wire.asks("bye")
    wire.sent()
    assert not wire.session.tool_output("tool-1", "open")
    assert wire.sent() == []


def test_a_tool_s_output_is_dropped_without_a_socket(wire: Wire) -> None:
    wire.talks()
    wire.converses(**TOOL_CALL)
    wire.closes()
    assert not wire.session.tool_output("tool-1", "open")


def test_a_tool_s_output_does_not_outlive_its_socket(wire: Wire) -> None:
    wire.talks()
    wire.converses(**TOOL_CALL)
    wire.closes()
    wire.registers(CALL_ID)
    assert not wire.session.tool_output("tool-1", "open")
    assert wire.sent() == []


def test_a_tool_s_output_does_not_reach_the_next_call(wire: Wire) -> None:
    wire.talks()
    wire.converses(**TOOL_CALL)
    wire.asks("bye")
    wire.sent()
    wire.invites_again("call-2")
    assert not wire.session.tool_output("tool-1", "open")
    assert wire.sent() == []


def test_a_frame_that_was_not_sent_dies_with_its_socket(wire: Wire) -> None:
    wire.talks()
    wire.session.say("Hello", (), wire.now_s)
    wire.closes()
    assert wire.sent() == []
    assert wire.opens()["method"] == "anonymous_login"


def test_a_tick_before_the_deadline_does_nothing(wire: Wire) -> None:
    wire.opens()
    deadline_s = wire.session.deadline()
    assert deadline_s == wire.now_s + 5.0
    assert wire.session.tick(deadline_s - 0.001) == []
    assert wire.phase() is Phase.LOGGING_IN


METHODS = [
    *sorted(ACKNOWLEDGED),
    "telnyx_rtc.clientReady",
    "telnyx_rtc.gatewayState",
    "telnyx_rtc.ping",
    "ai_conversation",
]
KEYS = [
    "callID",
    "sdp",
    "state",
    "params",
    "sessid",
    "reattached_sessions",
    "dialogParams",
    "causeCode",
    "type",
    "item",
    "item_id",
    "delta",
    "response",
    "widget_settings",
]
VALUES = JSON | st.sampled_from(
    [CALL_ID, [CALL_ID], "REGED", "NOREG", "FAILED", "response.text.delta", "id-3"]
)
PARAMS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)
REQUESTS = st.builds(
    lambda method, id, params: {"method": method, "id": id, "params": params},
    st.sampled_from(METHODS),
    VALUES,
    PARAMS | VALUES,
)
RESPONSES = st.builds(
    lambda key, id, value: {key: value, "id": id},
    st.sampled_from(["result", "error"]),
    st.sampled_from([f"id-{number}" for number in range(1, 9)]) | VALUES,
    PARAMS | VALUES,
)
STEPS = st.one_of(
    REQUESTS.map(json.dumps),
    RESPONSES.map(json.dumps),
    st.text(max_size=20),
    st.sampled_from(["open", "close", "wait", "invite", "bye", "say", "attach"]),
)


def step(wire: Wire, what: str) -> None:
    """One thing that may happen to a session."""
    session = wire.session
    match what:
        case "open":
            session.socket_opened(False, wire.now_s)
        case "close":
            session.socket_closed(wire.now_s)
        case "wait":
            wire.waits(3.0)
        case "invite":
            session.invite(CallRequest(f"call-{wire.now_s}"), "v=0", wire.now_s)
        case "bye":
            session.bye(CALL_ID, None, wire.now_s)
        case "say":
            session.say("Hello", (), wire.now_s)
        case "attach":
            session.answer_attach(CALL_ID, ANSWER, wire.now_s)
        case text:
            session.receive(text, wire.now_s)


@settings(max_examples=150)
@given(st.lists(STEPS, max_size=8))
def test_a_session_survives_whatever_happens_to_it(steps: list[str]) -> None:
    wire = Wire()
    wire.talks()
    for what in steps:
        with suppress(LocalProtocolError):
            step(wire, what)
        for frame in wire.sent():
            assert frame["jsonrpc"] == "2.0"
    wire.closes()
    assert wire.waits(120.0) == []
    assert wire.session.deadline() is None


def test_a_deep_nest_in_a_known_message_is_survived(wire: Wire) -> None:
    wire.talks()
    for depth in (100, 900, 990, 100_000):
        nest = "[" * depth + "]" * depth
        text = f'{{"id":{nest},"method":"telnyx_rtc.answer","params":{{"x":{nest}}}}}'
        for event in wire.session.receive(text, wire.now_s):
            assert repr(event)
        wire.sent()


def test_our_errors_are_callpoint_s(wire: Wire) -> None:
    with pytest.raises(CallpointError) as error:
        wire.session.say("Hello", (), wire.now_s)
    assert error.value.advice == "Wait until the link is ready."
