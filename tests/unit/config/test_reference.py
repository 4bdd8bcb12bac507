"""The files that people start from."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
import tomli

from callpoint.config.applying import applies
from callpoint.config.faults import checked
from callpoint.config.files import load
from callpoint.config.hints import tables
from callpoint.config.layers import Layer, value_at
from callpoint.config.schema import Config
from callpoint.config.sources import Sources
from callpoint.errors import ConfigError

CONFIG = Path(__file__).parents[3] / "config"
REFERENCE = CONFIG / "callpoint.toml"

# Keys whose default is that they are absent: the file gives an example.
EXAMPLES = {
    ("assistant", "target_id"),
    ("assistant", "user_variables"),
    ("server", "webrtc_ice_servers"),
    ("button", "pin"),
    ("led", "pin"),
    ("call", "custom_headers"),
}


def uncommented() -> str:
    """The reference with every key in force."""
    return re.sub(r"^#(?! )(?!$)", "", REFERENCE.read_text(), flags=re.MULTILINE)


def test_the_reference_is_a_configuration_of_defaults() -> None:
    config = load([REFERENCE])
    target_id = config.assistant.target_id
    assert target_id == "assistant-00000000-0000-0000-0000-000000000000"
    assert config == Config.model_validate({"assistant": {"target_id": target_id}})


def test_the_reference_gives_every_key_with_its_default() -> None:
    text = uncommented()
    given = checked([Layer("reference", tomli.loads(text))], complete=True)
    default = load([REFERENCE])
    for path, table in tables().items():
        for key in table.model_fields:
            if len(path) == 1 and (*path, key) not in EXAMPLES:
                value, expected = (
                    getattr(getattr(config, path[0]), key)  # type: ignore[arg-type]
                    for config in (given, default)
                )
                assert value == expected, f"{path[0]}.{key}"


def test_the_reference_leaves_no_key_out() -> None:
    table = tomli.loads(uncommented())
    for path, model in tables().items():
        place = (*path, 0) if path == ("server", "webrtc_ice_servers") else path
        assert value_at(table, place).keys() == model.model_fields.keys(), path


def test_the_examples_of_the_reference_differ_from_the_defaults() -> None:
    table = tomli.loads(uncommented())
    default = load([REFERENCE]).model_dump()
    for path in EXAMPLES - {("assistant", "target_id")}:
        assert value_at(table, path)
        assert not value_at(default, path), path


def test_the_reference_says_when_a_change_applies() -> None:
    notes: dict[str, str | None] = {}
    table = ""
    for line in REFERENCE.read_text().splitlines():
        if header := re.fullmatch(r"\[([a-z]+)\](  # (.*))?", line):
            table = header[1]
            notes[table] = header[3]
        elif given := re.fullmatch(r"#?([a-z_]+) = .*?(  # ([a-z ]+))?", line):
            notes[f"{table}.{given[1]}"] = given[3]
    for name in Config.model_fields:
        model = tables()[(name,)]
        assert notes[name] == model.applies.value, name
        for key, field in model.model_fields.items():
            applied = applies(model, field).value
            differs = applied if applied != notes[name] else None
            assert notes.get(f"{name}.{key}") == differs, f"{name}.{key}"


def test_every_key_of_the_reference_is_explained() -> None:
    lines = REFERENCE.read_text().splitlines()
    for above, line in pairwise(lines):
        if re.match(r"#?[a-z_]+ = ", line):
            assert above.startswith(("# ", "#username", "[assistant.user_v", "#place"))


def test_the_kiosk_is_toggled_and_says_where_it_is() -> None:
    config = load([CONFIG / "examples" / "kiosk.toml"])
    assert config.button.mode == "toggle"
    assert config.call.custom_headers


def test_the_intercom_is_held() -> None:
    config = load([CONFIG / "examples" / "intercom.toml"])
    assert config.button.mode == "hold"
    assert config.button.pin != config.led.pin


def test_the_drop_in_only_changes_what_differs() -> None:
    drop_in = CONFIG / "examples" / "fleet-drop-in.toml"
    config, common = Sources((REFERENCE, drop_in)).load().config, load([REFERENCE])
    assert config.assistant.target_version_id
    assert config.assistant.user_variables
    assert config.assistant.target_id == common.assistant.target_id
    assert config.model_copy(update={"assistant": common.assistant}) == common
    with pytest.raises(ConfigError, match=r"assistant\.target_id"):
        Sources((drop_in,)).load()
