"""PURE: the files against the schema; what does not fit, as faults to be mended.

Nothing of pydantic's own words passes this room.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from callpoint.config import shown
from callpoint.config.expected import SECRET_UNMET, UNMET, Expected
from callpoint.config.hints import hint, table_of
from callpoint.config.layers import Layer, Path, holds, merged, origins, value_at
from callpoint.config.schema import Config
from callpoint.config.templates import NO_FACTS, Facts, Misfit, expanded
from callpoint.errors import ConfigError, Fault

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_KEY_MARK: Final = "[key]"
_TABLES: Final = ("model_type", "dict_type")


def checked(layers: Sequence[Layer], complete: bool, facts: Facts = NO_FACTS) -> Config:
    """The configuration that the layers make together; later ones win key by key.

    Its templates are filled in from `facts`. Raises ConfigError with every fault, file
    by file. Of a set of files that is not `complete`, because some could not be read,
    no key is known to be missing.
    """
    table, misfits = expanded(merged(layers), facts)
    found = [_misfitting(misfit, layers) for misfit in misfits]
    try:
        # Without any [assistant], the key in it is what is missing.
        config = Config.model_validate({"assistant": {}} | table)
        if not found:
            return config
    except ValidationError as error:
        keys = {fault.key for fault in found}
        found += [
            fault
            for detail in error.errors(include_url=False)
            if complete or detail["type"] != "missing"
            for fault in _faults(detail, table, layers)
            if fault.key not in keys
        ]
    order = {layer.file: number for number, layer in enumerate(layers)}
    raise ConfigError(
        sorted(found, key=lambda fault: order.get(fault.file, len(order)))
    )


def _faults(
    detail: "ErrorDetails", table: object, layers: Sequence[Layer]
) -> list[Fault]:
    path = _path(detail, table)
    files = origins(layers, path)
    if detail["type"] == "extra_forbidden":
        return [_unknown(file, path) for file in files]
    # A key that no file gives may be added to any of those that have its table.
    file = files[-1] if holds(table, path) else " or ".join(files)
    found = _found(detail, path, table)
    return [Fault(file, shown.key_path(path), _expected(detail, path), found)]


def _misfitting(misfit: Misfit, layers: Sequence[Layer]) -> Fault:
    file = origins(layers, misfit.path)[-1]
    key = shown.key_path(misfit.path)
    return Fault(file, key, misfit.expected, misfit.found, misfit.hint)


def _unknown(file: str, path: Path) -> Fault:
    name = shown.quoted(str(path[-1]))
    return Fault(file, shown.key_path(path), "a known key", name, hint(path))


def _path(detail: "ErrorDetails", table: object) -> Path:
    """Where the fault is, in the file's terms and not in those of the schema."""
    path = detail["loc"]
    if detail["type"] == UNMET and (key := detail["ctx"]["key"]):
        return (*path, key)
    if path[-1] == _KEY_MARK or _is_single(path, table):
        return path if holds(table, path) else path[:-1]
    return path


def _is_single(path: Path, table: object) -> bool:
    """Whether the first of a list is meant where the file has no list."""
    return isinstance(path[-1], int) and isinstance(value_at(table, path[:-1]), str)


def _expected(detail: "ErrorDetails", path: Path) -> str:
    if detail["type"] in _TABLES:
        return "a table"
    if detail["type"] != "missing":
        return detail["msg"]
    field = table_of(path).model_fields[str(path[-1])]
    return next(mark.words for mark in field.metadata if isinstance(mark, Expected))


def _found(detail: "ErrorDetails", path: Path, table: object) -> str:
    if not holds(table, path):
        return "nothing"
    if detail["type"] == SECRET_UNMET:
        return "a value that is not shown"
    if detail["loc"][-1] == _KEY_MARK and detail["loc"] != path:
        return shown.quoted(str(path[-1]))
    return shown.value(value_at(table, path))
