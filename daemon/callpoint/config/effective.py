"""PURE: the configuration that is in force, key by key, with the source of each value.

Secrets are masked here, and nothing that leaves this room has them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final

from callpoint.config import shown
from callpoint.config.applying import Applies, Table, applies
from callpoint.config.layers import Layer, Path, holds, origins, value_at
from callpoint.config.schema import Config

DEFAULT: Final = "default"
"""The source of a value that no file gives."""

_MASK: Final = "***"
_SECRETS: Final = ("credential",)
_ADDRESSES: Final = ("proxy", "signaling_server")
"""Before the host of a URL may stand a password."""
_WIDTH: Final = 40
"""Where the comments begin, unless a value is longer."""


@dataclass(frozen=True)
class Row:
    """One key. The value is None where there is none."""

    path: Path
    value: Any
    source: str
    applies: Applies

    @property
    def key(self) -> str:
        return shown.key_path(self.path)


def rows(
    config: Config, given: Mapping[str, Any], layers: Sequence[Layer]
) -> Iterator[Row]:
    """Every key, table by table, in the order of the schema.

    The `layers` make the table `given`, and that makes `config`.
    """
    for name in Config.model_fields:
        table: Table = getattr(config, name)
        free: list[Row] = []
        for key, field in type(table).model_fields.items():
            applied = applies(type(table), field)
            value = getattr(table, key)
            if isinstance(value, dict):
                free += [
                    Row(
                        (name, key, inner),
                        each,
                        _source(layers, name, key, inner),
                        applied,
                    )
                    for inner, each in value.items()
                ]
                continue
            source = DEFAULT
            if holds(given, (name, key)):
                value, source = value_at(given, (name, key)), _source(layers, name, key)
            yield Row((name, key), _open(value, key), source, applied)
        # In TOML a table within a table comes after the keys.
        yield from free


def as_toml(rows: Sequence[Row], origin: bool) -> str:
    """The rows as a TOML file; with `origin` the sources stand in comments."""
    lines: list[str] = []
    for table, keys in groupby(rows, lambda row: row.path[:-1]):
        lines += ["", f"[{shown.key_path(table)}]"]
        for row in keys:
            note = f"  # {row.source}; {row.applies.value}" if origin else ""
            lines.append(f"{_assignment(row):{_WIDTH if origin else 0}}{note}")
    return "\n".join(lines[1:])


def as_json(rows: Sequence[Row]) -> str:
    """The rows as JSON: by key its value, its source, and when a change applies."""
    found = {
        row.key: {
            "value": row.value,
            "source": row.source,
            "applies": row.applies.value,
        }
        for row in rows
    }
    return json.dumps(found, indent=2, ensure_ascii=False)


def _source(layers: Sequence[Layer], *path: str) -> str:
    return origins(layers, path)[-1]


def _open(value: Any, key: str) -> Any:
    """A value as the file may have it, without secrets."""
    if isinstance(value, dict):
        return {inner: _open(each, inner) for inner, each in value.items()}
    if isinstance(value, list | tuple):
        return [_open(each, key) for each in value]
    if key in _SECRETS and value:
        return _MASK
    if key in _ADDRESSES and value:
        return shown.masked(str(value))
    return value if isinstance(value, str | int | float | None) else str(value)


def _assignment(row: Row) -> str:
    name = shown.key_path(row.path[-1:])
    if row.value is None:
        return f"# {name} is not set"
    return f"{name} = {_toml(row.value)}"


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (
            f"{shown.key_path((key,))} = {_toml(each)}" for key, each in value.items()
        )
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    return shown.whole(value) if isinstance(value, str) else json.dumps(value)
