"""A call on file: what was written is read again, and nothing else is believed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from callpoint.telnyx.requests import CallRequest
from callpoint.telnyx.survivor import Origin, Survivor, read, written

ORIGIN = Origin("wss://rtc.example", "assistant-1", "a boot")
CALL = CallRequest(
    "c1", "Lobby", "12", "", {"X-Floor": "3"}, "state", {"room": 12}, "Somebody"
)
SURVIVOR = Survivor("s1", "VSDK1", CALL, True, False, 100.0)
TEXT = written(SURVIVOR, ORIGIN)
OLDEST_S = 690.0


def reads(text: str, origin: Origin = ORIGIN, now_s: float = 200.0) -> Survivor:
    return read(text, origin, now_s, OLDEST_S)


def spoilt(**changes: Any) -> str:
    return json.dumps(json.loads(TEXT) | changes)


def spoilt_call(**changes: Any) -> str:
    return spoilt(call=json.loads(TEXT)["call"] | changes)


@pytest.mark.parametrize(
    "survivor",
    [
        SURVIVOR,
        replace(SURVIVOR, voice_sdk_id=None, is_answered=False, is_muted=True),
        replace(SURVIVOR, call=CallRequest("c2")),
    ],
)
def test_what_was_written_is_read(survivor: Survivor) -> None:
    assert reads(written(survivor, ORIGIN)) == survivor


def test_what_is_equal_is_written_alike() -> None:
    assert written(replace(SURVIVOR), replace(ORIGIN)) == TEXT


@pytest.mark.parametrize("length", range(0, len(TEXT) - 1, 7))
def test_a_truncated_text_is_refused(length: int) -> None:
    with pytest.raises(ValueError, match="no JSON object"):
        reads(TEXT[:length])


@pytest.mark.parametrize(
    "origin",
    [
        replace(ORIGIN, signaling_server="wss://other.example"),
        replace(ORIGIN, target_id="assistant-2"),
        replace(ORIGIN, boot_id="another"),
    ],
)
def test_a_call_of_somebody_else_is_left_alone(origin: Origin) -> None:
    with pytest.raises(ValueError, match="another server, assistant or boot"):
        reads(TEXT, origin)


@pytest.mark.parametrize("now_s", [99.9, 100 + OLDEST_S + 1])
def test_a_call_that_is_too_old_or_of_the_future_is_left_alone(now_s: float) -> None:
    with pytest.raises(ValueError, match="too old"):
        reads(TEXT, now_s=now_s)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "7",
        "[" * 100_000,
        spoilt(version=2),
        spoilt(origin=None),
        spoilt(placed_s=None),
        spoilt(placed_s=True),
        spoilt(placed_s=float("nan")),
        spoilt(placed_s=float("inf")),
        spoilt(sessid=None),
        spoilt(sessid=""),
        spoilt(sessid=["s1"]),
        spoilt(sessid="x" * 257),
        spoilt(sessid="a\r\nb"),
        spoilt(voice_sdk_id=7),
        spoilt(voice_sdk_id="\u202e"),
        spoilt(call=None),
        spoilt(call=[]),
        spoilt_call(call_id=""),
        spoilt_call(caller_name=None),
        spoilt_call(custom_headers=[]),
        spoilt_call(custom_headers={"X-A": 1}),
        spoilt_call(custom_headers={"Via": "elsewhere"}),
        spoilt_call(custom_headers={"X-A": "a\r\nVia: elsewhere"}),
        spoilt_call(user_variables="room"),
        spoilt_call(client_state=1),
    ],
)
def test_what_cannot_be_believed_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        reads(text)
