"""PURE: what somebody may have meant by a key that is not known."""

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import get_args

from callpoint.config.applying import Table
from callpoint.config.layers import Path
from callpoint.config.schema import Config


def tables(model: type[Table] = Config, path: Path = ()) -> dict[Path, type[Table]]:
    """Every table of the schema by its path, which has no list index in it."""
    found = {path: model}
    for key, field in model.model_fields.items():
        for inner in _models_in(field.annotation):
            found |= tables(inner, (*path, key))
    return found


def table_of(path: Path) -> type[Table]:
    """The table that holds the key at a path."""
    return tables()[tuple(step for step in path[:-1] if isinstance(step, str))]


def hint(path: Path) -> str:
    """What to tell about the unknown key at a path; never empty."""
    name = str(path[-1])
    known = table_of(path).model_fields
    if meant := _closest(name, known):
        return f'did you mean "{meant}"?'
    for table, model in tables().items():
        if table and (meant := _same(name, model.model_fields)):
            return f'did you mean "{meant}" in [{".".join(map(str, table))}]?'
    return "known here: " + ", ".join(known)


def _models_in(annotation: object) -> Iterator[type[Table]]:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


def _plain(name: str) -> str:
    """Vendor's SDKs and other files write `targetId` or `target-id`."""
    return name.lower().replace("_", "").replace("-", "")


def _same(name: str, known: Iterable[str]) -> str | None:
    return {_plain(key): key for key in known}.get(_plain(name))


def _closest(name: str, known: Iterable[str]) -> str | None:
    keys = {_plain(key): key for key in known}
    close = get_close_matches(_plain(name), keys, n=1)
    return keys[close[0]] if close else None
