"""Frames survive whatever is in them, and every request ends."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.health import Health
from callpoint.telnyx.jsonrpc import (
    ErrorObject,
    Exchange,
    Failure,
    Frame,
    Malformed,
    Request,
    Result,
    encode,
    parse,
)
from tests.unit.telnyx.anything import JSON, STRICT_JSON

FRAMES: dict[str, tuple[str, Frame]] = {
    "a request with an integer id": (
        '{"jsonrpc":"2.0","id":3084,"method":"telnyx_rtc.ping","params":{"serno":1},'
        '"voice_sdk_id":"VSDK1"}',
        Request("telnyx_rtc.ping", {"serno": 1}, 3084, "VSDK1"),
    ),
    "a request with a string id": (
        '{"id":"f2a9","method":"ai_conversation","params":{}}',
        Request("ai_conversation", {}, "f2a9"),
    ),
    "a notification": ('{"method":"m"}', Request("m")),
    "an id of null is none": ('{"id":null,"method":"m"}', Request("m")),
    "an id that is a list is none": ('{"id":[1],"method":"m"}', Request("m")),
    "params that are a list are none": ('{"method":"m","params":[1]}', Request("m")),
    "a result": ('{"id":"a","result":{"x":1}}', Result("a", {"x": 1})),
    "a result of null": ('{"id":"a","result":null}', Result("a")),
    "a result that is a text": ('{"id":"a","result":"ok"}', Result("a")),
    "a result beside a null error": (
        '{"id":"a","result":{},"error":null}',
        Result("a"),
    ),
    "a nested result": (
        '{"id":"a","result":{"result":{"x":1}}}',
        Result("a", {"x": 1}),
    ),
    "a result nested twice with codes": (
        '{"id":"a","result":{"result":{"code":"200","result":{"x":1}}}}',
        Result("a", {"x": 1}),
    ),
    "a nested result with a bad code": (
        '{"id":"a","result":{"result":{"code":"404","message":"gone"}}}',
        Failure("a", ErrorObject("404", "gone")),
    ),
    "an error within a nested result": (
        '{"id":"a","result":{"result":{"error":{"code":5,"message":"gone"}}}}',
        Failure("a", ErrorObject(5, "gone")),
    ),
    "an error with an integer code": (
        '{"id":"a","error":{"code":-32000,"message":"Authentication Required"}}',
        Failure("a", ErrorObject(-32000, "Authentication Required")),
    ),
    "an error with a string code and a call": (
        '{"id":"a","error":{"code":"CALL","message":"gone","callID":"c"}}',
        Failure("a", ErrorObject("CALL", "gone", "c")),
    ),
    "an error that is a text": (
        '{"id":"a","error":"gone"}',
        Failure("a", ErrorObject("unknown", "gone")),
    ),
    "an error with nothing in it": (
        '{"id":"a","error":{}}',
        Failure("a", ErrorObject("unknown", "no message")),
    ),
    "a voice_sdk_id that is a number is none": (
        '{"method":"m","voice_sdk_id":5}',
        Request("m"),
    ),
    "an empty voice_sdk_id is none": ('{"method":"m","voice_sdk_id":""}', Request("m")),
    "not-a-numbers become null": (
        '{"id":NaN,"method":"m","params":{"a":-Infinity,"b":1e999,"c":1.5}}',
        Request("m", {"a": None, "b": None, "c": 1.5}),
    ),
    "half a surrogate pair becomes a question mark": (
        r'{"method":"m","params":{"a":"x\ud83dy"}}',
        Request("m", {"a": "x?y"}),
    ),
    "a whole surrogate pair stays": (
        r'{"method":"m","params":{"a":"\ud83d\ude00"}}',
        Request("m", {"a": "\N{GRINNING FACE}"}),
    ),
    "a surrogate that is no escape becomes a question mark": (
        '{"method":"m","params":{"a":"\udc00"}}',
        Request("m", {"a": "?"}),
    ),
    "the last of two equal keys counts": (
        '{"id":1,"id":2,"method":"m"}',
        Request("m", {}, 2),
    ),
}

MALFORMED: dict[str, tuple[str | bytes, str]] = {
    "the speed test's answer": ("#SPU 123", "not JSON"),
    "nothing": ("", "not JSON"),
    "half a frame": ('{"method":"telnyx_rtc.an', "not JSON"),
    "a list": ('[{"method":"m"}]', "not a JSON object"),
    "a text": ('"method"', "not a JSON object"),
    "null": ("null", "not a JSON object"),
    "an object of something else": ('{"hello":1}', "neither method"),
    "a method that is a number": ('{"method":1}', "neither method"),
    "an integer of 5000 digits": (f'{{"id":{"1" * 5000}}}', "not JSON"),
    "a deep nest": ('{"method":"m","params":' + "[" * 100_000, "too deeply"),
    "a deep nest that ends": ("[" * 100_000 + "]" * 100_000, "too deeply"),
    "a binary frame": (b'{"method":"m"}', "a binary frame"),
}


@pytest.mark.parametrize(("text", "frame"), FRAMES.values(), ids=FRAMES)
def test_a_frame_is_read(text: str, frame: Frame) -> None:
    assert parse(text) == frame


@pytest.mark.parametrize(("text", "reason"), MALFORMED.values(), ids=MALFORMED)
def test_a_frame_that_cannot_be_read_says_why(text: str | bytes, reason: str) -> None:
    malformed = parse(text)
    assert isinstance(malformed, Malformed)
    assert reason in malformed.reason
    assert len(malformed.excerpt) <= 210


def test_a_frame_of_a_megabyte_is_read() -> None:
    words = "x" * 1_000_000
    frame = parse(json.dumps({"method": "m", "params": {"a": words}}))
    assert isinstance(frame, Request)
    assert frame.params["a"] == words


def test_junk_of_a_megabyte_leaves_a_short_excerpt() -> None:
    malformed = parse("#" * 1_000_000)
    assert isinstance(malformed, Malformed)
    assert len(malformed.excerpt) == 200


def test_an_excerpt_can_be_written_to_a_log() -> None:
    malformed = parse("\ud800")
    assert isinstance(malformed, Malformed)
    assert malformed.excerpt.encode() == b"?"


@given(st.text() | st.binary())
def test_any_text_is_read_without_an_exception(text: str | bytes) -> None:
    parse(text)


@given(st.dictionaries(st.sampled_from(["id", "method", "result", "error"]), JSON))
def test_any_object_is_read_without_an_exception(value: dict[str, Any]) -> None:
    parse(json.dumps(value))


@given(
    st.text(),
    st.dictionaries(st.text(max_size=8), STRICT_JSON, max_size=3),
    st.none() | st.integers() | st.text(),
)
def test_what_is_written_is_read_back(
    method: str, params: dict[str, Any], id: str | int | None
) -> None:
    request = Request(method, params, id, "VSDK1")
    assert parse(encode(request)) == request


def test_a_written_frame_is_ascii() -> None:
    text = encode(Request("m", {"a": "\N{GRINNING FACE}\ud800"}))
    assert text.isascii()


def test_a_result_and_a_failure_are_read_back() -> None:
    for frame in (Result(7, {"method": "m"}), Failure(7, ErrorObject(-1, "no"))):
        assert parse(encode(frame)) == frame


@pytest.mark.parametrize("value", [float("nan"), float("inf"), object(), b"x"])
def test_a_value_that_json_cannot_hold_is_our_fault(value: object) -> None:
    with pytest.raises(LocalProtocolError, match="cannot be written as JSON"):
        encode(Request("m", {"a": value}))


def exchange() -> Exchange:
    ids = itertools.count(1)
    return Exchange(lambda: f"id-{next(ids)}", Health())


def test_a_request_gets_an_id_and_waits_for_its_answer() -> None:
    asking = exchange()
    asking.request(Request("m", {"a": 1}), now_s=10.0, timeout_s=5.0, call_id="c")
    (text,) = asking.outgoing()
    assert json.loads(text) == {
        "jsonrpc": "2.0",
        "id": "id-1",
        "method": "m",
        "params": {"a": 1},
    }
    assert asking.deadline() == 15.0
    pending = asking.take("id-1")
    assert pending is not None
    assert (pending.method, pending.call_id) == ("m", "c")
    assert asking.deadline() is None


def test_a_request_is_answered_once() -> None:
    asking = exchange()
    asking.request(Request("m"), 10.0, 5.0)
    assert asking.take("id-1") is not None
    assert asking.take("id-1") is None


@pytest.mark.parametrize("id", ["id-2", 1, 1.5, None, True])
def test_a_stranger_s_answer_belongs_to_nothing(id: str | float | None) -> None:
    asking = exchange()
    asking.request(Request("m"), 10.0, 5.0)
    assert asking.take(id) is None


def test_only_what_is_overdue_is_given_up() -> None:
    asking = exchange()
    asking.request(Request("slow"), 10.0, 9.0)
    asking.request(Request("quick"), 10.0, 5.0)
    assert asking.deadline() == 15.0
    assert asking.overdue(14.9) == []
    assert [pending.method for pending in asking.overdue(15.0)] == ["quick"]
    assert asking.overdue(15.0) == []
    assert asking.deadline() == 19.0


def test_what_is_sent_is_sent_once_and_in_order() -> None:
    asking = exchange()
    asking.post(Result(1))
    asking.post(Result(2))
    assert [json.loads(text)["id"] for text in asking.outgoing()] == [1, 2]
    assert asking.outgoing() == []


def test_nothing_outlives_a_socket() -> None:
    asking = exchange()
    asking.request(Request("m"), 10.0, 5.0)
    asking.clear()
    assert (asking.outgoing(), asking.deadline()) == ([], None)


def test_a_request_that_cannot_be_written_is_not_expected() -> None:
    asking = exchange()
    with pytest.raises(LocalProtocolError):
        asking.request(Request("m", {"a": object()}), 10.0, 5.0)
    assert (asking.outgoing(), asking.deadline()) == ([], None)
