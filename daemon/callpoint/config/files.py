"""The configuration's files, as what they hold: read, decoded and parsed.

tomli reads them on every version of Python, so that its words are the same everywhere.
"""

import re
from ast import literal_eval
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import tomli

from callpoint.config.faults import checked
from callpoint.config.layers import Layer, merged
from callpoint.config.schema import Config
from callpoint.config.templates import NO_FACTS, Facts, expanded
from callpoint.errors import ConfigError, Fault

_LIMIT_BYTES: Final = 1_000_000
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_KEYS: Final = re.compile(r"\('[^()]*\)")
"""How tomli names a table: a tuple of Python's."""
_UNREADABLE: Final[dict[type[OSError], tuple[str, str]]] = {
    FileNotFoundError: ("nothing of that name", ""),
    IsADirectoryError: ("a directory", "name a file in it"),
    PermissionError: (
        "no permission to read it",
        "use sudo, or let the service's user read it",
    ),
}


@dataclass(frozen=True)
class Loaded:
    """A configuration, and what each source gave to it, the one that wins last."""

    config: Config
    table: Mapping[str, Any]
    """The layers as one table, its templates filled in."""
    layers: tuple[Layer, ...]


def load(paths: Sequence[Path], facts: Facts = NO_FACTS) -> Config:
    """The configuration that the files make together; later ones win key by key.

    Raises ConfigError with every fault of every file.
    """
    if not paths:
        raise ConfigError([Fault("--config", "", "a file", "none")])
    return loaded([(path, path) for path in paths], facts=facts).config


def loaded(
    reads: Sequence[tuple[Path, Path]],
    over: Sequence[Layer] = (),
    faults: Sequence[Fault] = (),
    facts: Facts = NO_FACTS,
) -> Loaded:
    """The same with the layers `over` the files, and the `faults` found on the way.

    Of each pair the first names the file, and the second is read.
    """
    layers: list[Layer] = []
    found = list(faults)
    for named, path in reads:
        try:
            layers.append(_parse(named, _text(named, _read(named, path))))
        except ConfigError as error:
            found += error.faults
    layers += over
    try:
        config = checked(layers, complete=not found, facts=facts)
    except ConfigError as error:
        raise ConfigError(found + error.faults) from None
    if found:
        raise ConfigError(found)
    table, _ = expanded(merged(layers), facts)
    return Loaded(config, table, tuple(layers))


def unreadable(error: OSError) -> tuple[str, str]:
    """What was found instead of something to read, and what to do about it."""
    failure = ("an error", error.strerror or str(error))
    return _UNREADABLE.get(type(error), failure)


def _read(named: Path, path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LIMIT_BYTES + 1)
    except OSError as error:
        raise _fault(named, "a TOML file", *unreadable(error)) from None
    if len(content) > _LIMIT_BYTES:
        raise _fault(named, "a TOML file", f"more than {_LIMIT_BYTES} bytes")
    return content


def _text(path: Path, content: bytes) -> str:
    if content.startswith(_BYTE_ORDER_MARKS):
        raise _fault(
            path,
            "UTF-8",
            "a byte order mark",
            'save it as plain "UTF-8", not as "UTF-8 with BOM" or "Unicode"',
        )
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = f"byte 0x{content[error.start]:02x}"
        raise _fault(
            path, "UTF-8", byte, 'save it as "UTF-8"', f"line {line}"
        ) from None


def _parse(path: Path, text: str) -> Layer:
    try:
        return Layer(str(path), tomli.loads(text))
    except tomli.TOMLDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        hint = _KEYS.sub(_as_table, error.msg)
        raise _fault(path, "TOML", "a syntax error", hint, place) from None
    except (ValueError, RecursionError) as error:
        # Numbers of over 4300 digits are refused by int(), deep nesting by tomli.
        raise _fault(path, "TOML", "a syntax error", str(error)) from None


def _as_table(keys: re.Match[str]) -> str:
    return f"[{'.'.join(literal_eval(keys[0]))}]"


def _fault(
    path: Path, expected: str, found: str, hint: str = "", place: str = ""
) -> ConfigError:
    return ConfigError([Fault(str(path), place, expected, found, hint)])
