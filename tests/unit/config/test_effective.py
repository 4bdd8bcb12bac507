"""The configuration in force, with sources and without secrets."""

import json
from typing import Any

import pytest
import tomli

from callpoint.config import effective
from callpoint.config.applying import Applies
from callpoint.config.effective import Row
from callpoint.config.faults import checked
from callpoint.config.layers import Layer, merged

LAYERS = [
    Layer(
        "own",
        {
            "assistant": {"target_id": "a-1", "user_variables": {"floor": 0}},
            "server": {
                "signaling_server": "wss://me:hush@gateway.example",
                "proxy": "http://me:hush@proxy.example:3128",
                "webrtc_ice_servers": [
                    {"urls": "turn:t", "username": "u", "credential": "hush"}
                ],
            },
            "button": {"pin": 17},
        },
    ),
    Layer(
        "site",
        {
            "assistant": {"user_variables": {"place": 'Tür "4"\n'}},
            "button": {"pin": 23},
        },
    ),
]


@pytest.fixture
def rows() -> list[Row]:
    config = checked(LAYERS, complete=True)
    return list(effective.rows(config, merged(LAYERS), LAYERS))


def row(rows: list[Row], key: str) -> Row:
    (found,) = (row for row in rows if row.key == key)
    return found


@pytest.mark.parametrize(
    ("key", "value", "source", "applies"),
    [
        ("assistant.target_id", "a-1", "own", Applies.NEXT_CALL),
        ("assistant.user_variables.floor", 0, "own", Applies.NEXT_CALL),
        (
            "assistant.user_variables.place",
            'Tür "4"\n',
            "site",
            Applies.NEXT_CALL,
        ),
        ("button.pin", 23, "site", Applies.RESTART),
        ("button.debounce_ms", 30, "default", Applies.LIVE),
        ("led.pin", None, "default", Applies.RESTART),
        ("control.socket", "/run/callpoint/control.sock", "default", Applies.RESTART),
    ],
)
def test_each_key_has_its_value_its_source_and_when_it_applies(
    rows: list[Row], key: str, value: Any, source: str, applies: Applies
) -> None:
    found = row(rows, key)
    assert (found.value, found.source, found.applies) == (value, source, applies)


@pytest.mark.parametrize("origin", [True, False])
def test_the_text_is_the_same_configuration_but_for_its_secrets(
    rows: list[Row], origin: bool
) -> None:
    text = effective.as_toml(rows, origin)
    table = tomli.loads(text)
    expected = merged(LAYERS)
    expected["server"] = {
        "signaling_server": "wss://***@gateway.example",
        "proxy": "http://***@proxy.example:3128",
        "webrtc_ice_servers": [
            {"urls": "turn:t", "username": "u", "credential": "***"}
        ],
    }
    for name, keys in expected.items():
        assert {key: table[name][key] for key in keys} == keys
    assert "hush" not in text


def test_a_comment_tells_the_source_and_when_it_applies(rows: list[Row]) -> None:
    lines = effective.as_toml(rows, origin=True).splitlines()
    (pin,) = (line for line in lines if line.startswith("pin = 23"))
    assert pin.split("  # ")[1] == "site; restart"
    assert "#" not in effective.as_toml([row(rows, "button.pin")], origin=False)


def test_for_programs_it_is_json(rows: list[Row]) -> None:
    found = json.loads(effective.as_json(rows))
    assert found["button.pin"] == {"value": 23, "source": "site", "applies": "restart"}
    assert "hush" not in json.dumps(found)
