"""PURE: when a changed key comes into force, and what of a change is in force by now.

A table of the schema says so for its keys, and a key for itself. A key of which nothing
is said waits for a restart.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, ConfigDict
from pydantic.fields import FieldInfo


class Applies(Enum):
    """When a changed value is used; annotates a key that differs from its table."""

    LIVE = "live"
    """At once, also in a call, which goes on."""
    NEXT_CALL = "next call"
    """As soon as no call is up."""
    RESTART = "restart"


LIVE: Final = Applies.LIVE
NEXT_CALL: Final = Applies.NEXT_CALL


class Table(BaseModel):
    """A table of the file; a key that it does not know is a fault."""

    # Building the validators is half of the import time: it waits for their first use.
    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    applies: ClassVar[Applies] = Applies.RESTART


Whole = TypeVar("Whole", bound=Table)


@dataclass(frozen=True)
class Change:
    """A key that has another value than before."""

    key: str
    """Such as `call.quiet_s`."""
    applies: Applies


def applies(table: type[Table], field: FieldInfo) -> Applies:
    """When a changed value of this key of the table comes into force."""
    marks = (mark for mark in field.metadata if isinstance(mark, Applies))
    return next(marks, table.applies)


def changes(old: Table, new: Table) -> list[Change]:
    """What differs between two configurations, key by key."""
    return [
        Change(f"{name}.{key}", applied)
        for name, key, applied in _keys(old)
        if _value(old, name, key) != _value(new, name, key)
    ]


def in_force(old: Whole, new: Whole, wanted: Collection[Applies]) -> Whole:
    """The old configuration, with the new values of those keys that are `wanted`."""
    taken: dict[str, dict[str, Any]] = {name: {} for name in type(old).model_fields}
    for name, key, applied in _keys(old):
        if applied in wanted:
            taken[name][key] = _value(new, name, key)
    return old.model_copy(
        update={
            name: getattr(old, name).model_copy(update=values)
            for name, values in taken.items()
        }
    )


def _keys(config: Table) -> Iterator[tuple[str, str, Applies]]:
    for name in type(config).model_fields:
        table = type(getattr(config, name))
        for key, field in table.model_fields.items():
            yield name, key, applies(table, field)


def _value(config: Table, name: str, key: str) -> Any:
    return getattr(getattr(config, name), key)
