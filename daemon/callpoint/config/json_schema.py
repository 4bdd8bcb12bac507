"""PURE: the schema as JSON Schema, for editors and CI.

It holds for one file of several: no key has to be there, but what is there has to fit.
TOML has no null, so an absent key is left out and never null.
"""

from typing import Any, Final

from callpoint.config.applying import applies
from callpoint.config.hints import tables
from callpoint.config.schema import Config

_SAYS: Final = "https://json-schema.org/draft/2020-12/schema"
_FILE_WIDE: Final = ("Assistant", "Config")
"""Tables that another file may complete."""


def json_schema() -> dict[str, Any]:
    """A JSON Schema of a configuration file; each key says when a change applies."""
    schema: dict[str, Any] = _plain(Config.model_json_schema(mode="validation"))
    named = {"Config": schema} | schema["$defs"]
    for model in tables().values():
        table = named[model.__name__]
        if model.__name__ in _FILE_WIDE:
            table.pop("required", None)
        for key, field in model.model_fields.items():
            if model.__name__ not in ("Config", "IceServer"):
                table["properties"][key]["x-applies"] = applies(model, field).value
    return {"$schema": _SAYS, "title": "callpoint.toml"} | schema


def _plain(value: Any) -> Any:
    """Without nulls, and without the titles that pydantic makes of names."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    table = {
        key: _plain(each)
        for key, each in value.items()
        if not (key == "title" and isinstance(each, str))
        and not (key == "default" and each is None)
    }
    if "anyOf" in table:
        choices = [each for each in table.pop("anyOf") if each != {"type": "null"}]
        table |= choices[0] if len(choices) == 1 else {"anyOf": choices}
    return table
