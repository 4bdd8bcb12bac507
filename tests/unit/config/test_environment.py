import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import callpoint
from callpoint.config.environment import OTHERS, variables
from callpoint.config.layers import merged

PACKAGE = Path(callpoint.__file__).parent


@pytest.mark.parametrize(
    ("name", "value", "table"),
    [
        ("CALLPOINT_ASSISTANT__TARGET_ID", "a-1", {"assistant": {"target_id": "a-1"}}),
        ("CALLPOINT_ASSISTANT__TARGET_ID", '"a"', {"assistant": {"target_id": "a"}}),
        ("CALLPOINT_BUTTON__PIN", "17", {"button": {"pin": 17}}),
        ("CALLPOINT_BUTTON__PIN", " 17 ", {"button": {"pin": 17}}),
        ("CALLPOINT_LED__ACTIVE_HIGH", "false", {"led": {"active_high": False}}),
        ("CALLPOINT_CALL__QUIET_S", "2.5", {"call": {"quiet_s": 2.5}}),
        ("CALLPOINT_CALL__CALLER_NAME", "", {"call": {"caller_name": ""}}),
        (
            "CALLPOINT_CALL__CUSTOM_HEADERS",
            '{ X-Site = "hall 4" }',
            {"call": {"custom_headers": {"X-Site": "hall 4"}}},
        ),
        (
            "CALLPOINT_ASSISTANT__USER_VARIABLES__PLACE",
            "hall 4",
            {"assistant": {"user_variables": {"place": "hall 4"}}},
        ),
        (
            "CALLPOINT_SERVER__WEBRTC_ICE_SERVERS",
            '[{ urls = "stun:a" }]',
            {"server": {"webrtc_ice_servers": [{"urls": "stun:a"}]}},
        ),
        (
            "CALLPOINT_CALL__CALLER_NAME",
            "1\nx = 2",
            {"call": {"caller_name": "1\nx = 2"}},
        ),
    ],
)
def test_a_name_is_a_path_and_a_value_toml_where_it_is(
    name: str, value: str, table: dict[str, Any]
) -> None:
    (layer,), found = variables({name: value})
    assert (layer.file, layer.table) == (name, table)
    assert found == []


def test_several_variables_make_one_table() -> None:
    layers, _ = variables({"CALLPOINT_LED__PIN": "1", "CALLPOINT_BUTTON__PIN": "2"})
    assert merged(layers) == {"button": {"pin": 2}, "led": {"pin": 1}}


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("CALLPOINT_BUTTON_PIN", 'did you mean "CALLPOINT_BUTTON__PIN"?'),
        ("CALLPOINT_SOKET", 'did you mean "CALLPOINT_SOCKET"?'),
        ("CALLPOINT___X", "CALLPOINT_"),
        ("CALLPOINT_", "CALLPOINT_"),
        ("CALLPOINT_WXYZ", 'such as "CALLPOINT_ASSISTANT__TARGET_ID"'),
    ],
)
def test_a_name_that_is_no_key_is_a_fault(name: str, hint: str) -> None:
    layers, (fault,) = variables({name: "1"})
    assert layers == []
    assert str(fault).startswith(f"{name}: expected a name of the form CALLPOINT_TABLE")
    assert hint in fault.hint


def test_a_name_that_is_no_text_is_a_fault_that_can_be_printed() -> None:
    layers, (fault,) = variables({"CALLPOINT_BUTTO\udcd1__PIN": "17"})
    assert layers == []
    assert (
        str(fault).encode().startswith(rb"CALLPOINT_BUTTO\udcd1__PIN: expected a name")
    )


def test_what_is_not_ours_is_left_alone() -> None:
    others = dict.fromkeys((*OTHERS, "PATH", "callpoint_button__pin"), "x")
    assert variables(others) == ([], [])


def test_every_other_variable_of_the_package_is_known() -> None:
    text = "\n".join(file.read_text() for file in PACKAGE.rglob("*.py"))
    named = set(re.findall(r"\"(CALLPOINT_[A-Z]+)\"", text))
    assert named == set(OTHERS)


@given(st.text(), st.text())
def test_any_variable_is_a_layer_or_a_fault(name: str, value: str) -> None:
    layers, found = variables({f"CALLPOINT_{name}": value})
    assert len(layers) + len(found) == 1 or f"CALLPOINT_{name}" in OTHERS


def test_a_value_that_is_no_text_is_a_fault() -> None:
    name = "CALLPOINT_ASSISTANT__USER_VARIABLES__PLACE"
    layers, (fault,) = variables({name: "caf\udce9"})
    assert layers == []
    assert str(fault) == f"{name}: expected UTF-8, found bytes that are none"
