from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.config.templates import NO_FACTS, Facts, expanded

FACTS: Facts = {
    "hostname": "gate-4",
    "serial": "10000000abc",
    "mac": "dc:a6:32:00:00:01",
    "machine_id": "0123",
}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{hostname}", "gate-4"),
        ("a {serial}-{mac} b", "a 10000000abc-dc:a6:32:00:00:01 b"),
        ("{machine_id}", "0123"),
        ("{{hostname}}", "{hostname}"),
        ("{{{hostname}}}", "{gate-4}"),
        ("no braces", "no braces"),
        ("", ""),
        (17, 17),
        (True, True),
        (["{hostname}", 1], ["gate-4", 1]),
        ({"{hostname}": "{hostname}"}, {"{hostname}": "gate-4"}),
    ],
)
def test_names_in_braces_are_filled_in_in_text_alone(value: Any, expected: Any) -> None:
    assert expanded({"table": {"key": value}}, FACTS) == (
        {"table": {"key": expected}},
        [],
    )


def test_a_secret_is_taken_as_it_is() -> None:
    servers = {"webrtc_ice_servers": [{"credential": "a{b}}{hostname}"}]}
    assert expanded(servers, FACTS) == (servers, [])


@pytest.mark.parametrize(
    ("value", "expected", "found", "hint"),
    [
        (
            "{host}",
            "one of {hostname}, {serial}, {mac}, {machine_id}",
            "{host}",
            'did you mean "{hostname}"?',
        ),
        ("{place}", "one of {hostname}", "{place}", "written twice"),
        ("{}", "one of {hostname}", "{}", "written twice"),
        ("50 {", "braces in pairs", 'a single "{"', "written twice"),
        ("a }", "braces in pairs", 'a single "}"', "written twice"),
    ],
)
def test_what_cannot_be_filled_in_is_told(
    value: str, expected: str, found: str, hint: str
) -> None:
    table, (misfit,) = expanded({"call": {"caller_name": value}}, FACTS)
    assert table == {"call": {"caller_name": value}}
    assert misfit.path == ("call", "caller_name")
    assert misfit.expected.startswith(expected)
    assert misfit.found == found
    assert hint in misfit.hint


@pytest.mark.parametrize("name", ["hostname", "serial", "mac", "machine_id"])
def test_a_device_without_it_is_told_what_to_use(name: str) -> None:
    _, (misfit,) = expanded({"a": {"b": f"{{{name}}}"}}, NO_FACTS)
    assert (misfit.expected, misfit.found) == (f"a device that has a {name}", "none")
    assert misfit.hint


@given(st.text())
def test_any_text_can_be_meant_by_writing_its_braces_twice(text: str) -> None:
    written = text.replace("{", "{{").replace("}", "}}")
    assert expanded({"a": {"b": written}}, NO_FACTS) == ({"a": {"b": text}}, [])


@given(st.text("{}hostname"))
def test_any_text_is_filled_in_or_told(text: str) -> None:
    table, misfits = expanded({"a": {"b": text}}, FACTS)
    assert misfits == [] or table == {"a": {"b": text}}
