"""PURE: {hostname} and the like in values, so that one file fits forty devices.

They stand in text only, not in the names of keys, and not in a `credential`, whose
braces are its own. A brace that is meant is written twice.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, Final

from callpoint.config.layers import Path

Facts = Mapping[str, str | None]
"""What is known of this device by name; None is what it does not have."""

NAMES: Final = ("hostname", "serial", "mac", "machine_id")
NO_FACTS: Final[Facts] = dict.fromkeys(NAMES)

_EXEMPT: Final = ("credential",)
_PART: Final = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]")
_BRACES: Final = 'a brace that is meant is written twice: "{{" or "}}"'
_SOURCES: Final = {
    "hostname": "see hostnamectl",
    "serial": "only boards with a device tree have one; {machine_id} is everywhere",
    "mac": "it has no network card yet; {machine_id} is everywhere",
    "machine_id": "see systemd-machine-id-setup",
}


@dataclass(frozen=True)
class Misfit:
    """A value whose template cannot be filled in."""

    path: Path
    expected: str
    found: str
    hint: str


def expanded(table: Any, facts: Facts) -> tuple[Any, list[Misfit]]:
    """The table with all its templates filled in, and those that cannot be."""
    misfits: list[Misfit] = []
    return _expanded(table, (), facts, misfits), misfits


def _expanded(value: Any, path: Path, facts: Facts, misfits: list[Misfit]) -> Any:
    if isinstance(value, dict):
        return {
            key: _expanded(inner, (*path, key), facts, misfits)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [
            _expanded(inner, (*path, index), facts, misfits)
            for index, inner in enumerate(value)
        ]
    if not isinstance(value, str) or path[-1] in _EXEMPT:
        return value
    wrong = list(_misfits(value, path, facts))
    misfits += wrong
    return value if wrong else _PART.sub(lambda part: _filled(part[0], facts), value)


def _filled(part: str, facts: Facts) -> str:
    if part in ("{{", "}}"):
        return part[0]
    return facts[part[1:-1]] or ""


def _misfits(text: str, path: Path, facts: Facts) -> Iterator[Misfit]:
    for part in _PART.findall(text):
        name = part[1:-1]
        if part in ("{{", "}}") or facts.get(name) is not None:
            continue
        if part in ("{", "}"):
            yield Misfit(path, "braces in pairs", f'a single "{part}"', _BRACES)
        elif name in NAMES:
            device = f"a device that has a {name}"
            yield Misfit(path, device, "none", _SOURCES[name])
        else:
            yield Misfit(path, f"one of {_known()}", part, _meant(name))


def _known() -> str:
    return ", ".join(f"{{{name}}}" for name in NAMES)


def _meant(name: str) -> str:
    close = get_close_matches(name, NAMES, n=1)
    return f'did you mean "{{{close[0]}}}"?' if close else _BRACES
