import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli

from callpoint.config.hints import tables
from callpoint.config.json_schema import json_schema

CONFIG = Path(__file__).parents[3] / "config"
SCHEMA = json_schema()


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: dict[str, Any] = SCHEMA["$defs"][reference.removeprefix("#/$defs/")]
    return found


def test_every_key_is_there_and_says_what_it_takes_and_when_it_applies() -> None:
    for path, model in tables().items():
        table = SCHEMA
        for step in path:
            table = resolved(table["properties"][step])
            table = resolved(table.get("items", table))
        assert table["additionalProperties"] is False
        assert table["properties"].keys() == model.model_fields.keys()
        if len(path) == 1:
            for key in table["properties"].values():
                assert key["x-applies"] in ("live", "next call", "restart")


@pytest.mark.parametrize(
    ("table", "key", "expected"),
    [
        ("Button", "pin", {"type": "integer", "minimum": 0, "maximum": 27}),
        ("Button", "mode", {"enum": ["hold", "toggle"], "default": "hold"}),
        ("Call", "caller_name", {"type": "string"}),
        ("IceServer", "credential", {"format": "password"}),
    ],
)
def test_a_key_has_its_limits(table: str, key: str, expected: dict[str, Any]) -> None:
    found = SCHEMA["$defs"][table]["properties"][key]
    assert expected.items() <= found.items()
    assert found["description"]


def test_what_may_be_one_or_a_list_is_both() -> None:
    urls = SCHEMA["$defs"]["IceServer"]["properties"]["urls"]
    assert [choice["type"] for choice in urls["anyOf"]] == ["string", "array"]


def test_a_drop_in_needs_no_key_of_the_file_below() -> None:
    assert "required" not in SCHEMA
    assert "required" not in SCHEMA["$defs"]["Assistant"]
    assert SCHEMA["$defs"]["IceServer"]["required"] == ["urls"]


def test_toml_has_no_null() -> None:
    assert "null" not in json.dumps(SCHEMA)


@pytest.mark.parametrize("file", sorted(CONFIG.rglob("*.toml")), ids=lambda f: f.name)
def test_the_files_that_people_start_from_fit_it(file: Path) -> None:
    jsonschema.validate(tomli.loads(file.read_text()), SCHEMA)
