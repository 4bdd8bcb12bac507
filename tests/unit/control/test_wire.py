"""The lines of the control socket, read and written."""

import json

import pytest

from callpoint.control.wire import (
    Request,
    encode,
    parse_request,
    refusal,
    unknown_command,
)
from callpoint.errors import ControlError

EXAMPLE = 'send one JSON object a line, such as {"command":"status"}'


def request(**arguments: object) -> Request:
    return Request("say", arguments, at_s=1.0, client=None)


def test_a_request_is_its_command_its_arguments_its_time_and_its_client() -> None:
    line = b'{"command":"say","text":"gr\xc3\xbc\xc3\x9fe"}\n'
    assert parse_request(line, 12.5, "a client") == Request(
        "say", {"text": "grüße"}, 12.5, "a client"
    )


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (b"\n", "the line is not JSON: Expecting value"),
        (b"press\n", "the line is not JSON: Expecting value"),
        (b'{"command":"press"\n', "the line is not JSON: Expecting ',' delimiter"),
        (b'{"command":"press"} {}\n', "the line is not JSON: Extra data"),
        (b"\xff\xfe\n", "the line is not UTF-8: byte 1"),
        (b'{"a":"\xc3"}\n', "the line is not UTF-8: byte 7"),
        ('{"command":"press"}\n'.encode("utf-16-le"), "the line is not JSON"),
        (b"9" * 5000 + b"\n", "the line is not JSON: Exceeds the limit"),
        (b"[" * 60_000 + b"\n", "the line is nested too deeply"),
        (b"[]\n", "expected an object, found a list"),
        (b"3\n", "expected an object, found a number"),
        (b"null\n", "expected an object, found null"),
        (b'"press"\n', "expected an object, found a string"),
        (b"{}\n", 'the object has no "command" that is a string'),
        (b'{"command":3}\n', 'the object has no "command" that is a string'),
        (b'{"command":null}\n', 'the object has no "command" that is a string'),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_line_that_is_no_request_is_told_why(line: bytes, fault: str) -> None:
    with pytest.raises(ControlError) as raised:
        parse_request(line, 0.0, None)
    assert str(raised.value).startswith(fault)
    assert raised.value.advice == EXAMPLE


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ({}, '"text" of "say": expected a string, found nothing'),
        ({"text": 3}, '"text" of "say": expected a string, found 3 (a number)'),
        ({"text": None}, '"text" of "say": expected a string, found null (null)'),
        (
            {"text": ["a"]},
            '"text" of "say": expected a string, found ["a"] (a list)',
        ),
        (
            {"text": " "},
            '"text" of "say": expected a string that is not empty, '
            'found " " (a string)',
        ),
        (
            {"text": "\ud83d"},
            '"text" of "say": expected a string of whole characters, '
            'found "\\ud83d" (a string)',
        ),
    ],
)
def test_a_text_that_is_none_is_told(arguments: dict[str, object], fault: str) -> None:
    with pytest.raises(ControlError) as raised:
        request(**arguments).text("text")
    assert str(raised.value) == fault


def test_a_flag_is_true_or_false_and_nothing_like_it() -> None:
    assert request(on=True).flag("on") is True
    assert request().flag("on", default=False) is False
    with pytest.raises(ControlError, match="expected true or false, found nothing"):
        request().flag("on")
    with pytest.raises(ControlError, match=r"found 1 \(a number\)"):
        request(on=1).flag("on", default=False)


@pytest.mark.parametrize(
    ("takes", "advice"),
    [
        (("text",), 'did you mean "text"?'),
        (("stay",), "it takes stay"),
        ((), "it takes no arguments"),
    ],
)
def test_an_argument_that_nobody_knows_is_refused(
    takes: tuple[str, ...], advice: str
) -> None:
    with pytest.raises(ControlError, match='"say" does not take "txt"') as raised:
        request(txt="hello").only(takes)
    assert raised.value.advice == advice


def test_an_unknown_command_is_told_the_nearest_one_or_all() -> None:
    near = unknown_command("pres", ["status", "press"])
    assert (str(near), near.advice) == ('no command "pres"', 'did you mean "press"?')
    far = unknown_command("x" * 1000, ["status", "press"])
    assert str(far) == f'no command "{"x" * 39}…"'
    assert far.advice == "the commands are press, status"


def test_a_line_is_utf_8_and_ends_with_the_only_newline() -> None:
    line = encode({"text": "grüße\nan alle"})
    assert line == '{"text":"grüße\\nan alle"}\n'.encode()


def test_half_a_character_does_not_break_a_line() -> None:
    assert json.loads(encode({"text": "a\ud83db"})) == {"text": "a?b"}


def test_a_refusal_has_advice_only_where_there_is_some() -> None:
    assert refusal(ControlError("no")) == {"ok": False, "error": "no"}
    assert refusal(ControlError("no", "do")) == {
        "ok": False,
        "error": "no",
        "advice": "do",
    }
