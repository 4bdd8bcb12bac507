"""PURE: several files as one table, and which file a key came from.

Later files win key by key: tables are merged, everything else is replaced whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final

Path = tuple[str | int, ...]
"""The way to a value: `("server", "webrtc_ice_servers", 0, "urls")`."""

# `assistant.user_variables` lies deepest; what is below a variable is a fault anyway.
_DEPTH: Final = 2


@dataclass(frozen=True)
class Layer:
    """The table that one file holds."""

    file: str
    table: Mapping[str, Any]


def merged(layers: Sequence[Layer]) -> dict[str, Any]:
    """All layers as one table; the layers stay as they are."""
    return reduce(_merge, (layer.table for layer in layers), {})


def _merge(
    base: Mapping[str, Any], over: Mapping[str, Any], depth: int = _DEPTH
) -> dict[str, Any]:
    result = dict(base)
    for key, value in over.items():
        old = base.get(key)
        if depth and isinstance(old, dict) and isinstance(value, dict):
            result[key] = _merge(old, value, depth - 1)
        else:
            result[key] = value
    return result


def value_at(table: Any, path: Path) -> Any:
    """The value at a path. Raises KeyError where there is none."""
    for step in path:
        if not isinstance(table, dict if isinstance(step, str) else list):
            raise KeyError(path)
        items: Any = table
        try:
            table = items[step]
        except IndexError:
            raise KeyError(path) from None
    return table


def holds(table: object, path: Path) -> bool:
    try:
        value_at(table, path)
    except KeyError:
        return False
    return True


def origins(layers: Sequence[Layer], path: Path) -> list[str]:
    """The files that give the value at a path, the one that wins last.

    For a path that no file gives: the files that give the table it is missing from.
    """
    index = next((i for i, step in enumerate(path) if isinstance(step, int)), None)
    if index is not None:
        layers = [layer for layer in layers if holds(layer.table, path[:index])][-1:]
    for length in range(len(path), 0, -1):
        files = [layer.file for layer in layers if holds(layer.table, path[:length])]
        if files:
            return files
    return [layer.file for layer in layers]
