"""Keys and values on one line, short, without secrets."""

from datetime import UTC, date, datetime, time

import pytest

from callpoint.config import shown
from callpoint.config.layers import Path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("button", "pin"), "button.pin"),
        (
            ("server", "webrtc_ice_servers", 0, "urls"),
            "server.webrtc_ice_servers[0].urls",
        ),
        (("call", "custom_headers", "X-Shop"), "call.custom_headers.X-Shop"),
        (("assistant", "two words"), 'assistant."two words"'),
        (("", "a.b"), '""."a.b"'),
        (("line\nfeed",), '"line\\nfeed"'),
    ],
)
def test_a_path_is_written_as_toml_does(path: Path, text: str) -> None:
    assert shown.key_path(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain", '"plain"'),
        ("", '""'),
        ('a "quote"', '"a \\"quote\\""'),
        ("Grüße", '"Grüße"'),
        ("\x1b[2J\x9b\u202e", '"\\u001b[2J\\u009b\\u202e"'),
        ("x" * 60, '"' + "x" * 60 + '"'),
        ("x" * 61, '"' + "x" * 59 + '…"'),
        ("http://user:pass@host:80", '"http://***@host:80"'),
        ("http://user:p@ss/w@host", '"http://***@host"'),
        ("user:pass\n@host", '"***@host"'),
        (True, "true"),
        (17, "17"),
        (-(2**63), "-9223372036854775808"),
        (0.5, "0.5"),
        (float("nan"), "nan"),
        (date(2024, 2, 29), "the time 2024-02-29"),
        (time(7, 30), "the time 07:30:00"),
        (
            datetime(2024, 2, 29, 7, 30, tzinfo=UTC),
            "the time 2024-02-29T07:30:00+00:00",
        ),
        ([{"credential": "secret"}], "a list"),
        ({"credential": "secret"}, "a table"),
    ],
)
def test_a_value_is_shown_short_and_without_secrets(value: object, text: str) -> None:
    assert shown.value(value) == text


def test_a_number_that_python_does_not_print_is_named() -> None:
    assert shown.value(16**9000) == "a number of many digits"
