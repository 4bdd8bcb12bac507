"""PURE: the variables CALLPOINT_TABLE__KEY, each as a layer of its own.

A name is the key's path in capitals, with two underscores between its steps. A value is
read as TOML where it is TOML, and as text where it is not.
"""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, Final

import tomli

from callpoint.config.hints import tables
from callpoint.config.layers import Layer
from callpoint.errors import Fault

PREFIX: Final = "CALLPOINT_"
OTHERS: Final = ("CALLPOINT_SOCKET", "CALLPOINT_DEBUG", "CALLPOINT_LIBOPUS")
"""Variables that are no keys: read by the command line and by the voice engine."""

_BETWEEN: Final = "__"
_HALF_PAIR: Final = re.compile("[\ud800-\udfff]")
"""How bytes come that are no text; neither the wire nor a file has it."""


def variables(environment: Mapping[str, str]) -> tuple[list[Layer], list[Fault]]:
    """The layers that the environment makes, in the order of their names."""
    layers: list[Layer] = []
    found: list[Fault] = []
    for name in sorted(environment):
        if not name.startswith(PREFIX) or name in OTHERS:
            continue
        steps = name.removeprefix(PREFIX).lower().split(_BETWEEN)
        # Nothing prints half a surrogate pair.
        if len(steps) < 2 or "" in steps or not name.isprintable():
            found.append(_no_key(name))
            continue
        if _HALF_PAIR.search(environment[name]):
            found.append(Fault(name, "", "UTF-8", "bytes that are none"))
            continue
        layers.append(Layer(name, _nested(steps, _value(environment[name]))))
    return layers, found


def _value(text: str) -> Any:
    try:
        table = tomli.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    # A line break in it would let another key in.
    return table["value"] if table.keys() == {"value"} else text


def _nested(steps: list[str], value: Any) -> dict[str, Any]:
    for step in reversed(steps):
        value = {step: value}
    nested: dict[str, Any] = value
    return nested


def _no_key(name: str) -> Fault:
    known = [
        _BETWEEN.join(map(str, (*path, key))).upper()
        for path, table in tables().items()
        if path
        for key in table.model_fields
    ]
    others = [other.removeprefix(PREFIX) for other in OTHERS]
    close = get_close_matches(name.removeprefix(PREFIX), known + others, n=1)
    near = PREFIX + (close or known)[0]
    hint = f'did you mean "{near}"?' if close else f'such as "{near}"'
    written = name.encode(errors="backslashreplace").decode()
    return Fault(written, "", "a name of the form CALLPOINT_TABLE__KEY", "no key", hint)
