"""The configuration's files, as what they hold: read, decoded and parsed.

tomli reads them on every version of Python, so that its words are the same everywhere.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import tomli

from callpoint.config.faults import checked
from callpoint.config.layers import Layer
from callpoint.config.schema import Config
from callpoint.errors import ConfigError, Fault

_LIMIT_BYTES: Final = 1_000_000
_BYTE_ORDER_MARKS: Final = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_UNREADABLE: Final[dict[type[OSError], tuple[str, str]]] = {
    FileNotFoundError: ("nothing of that name", ""),
    IsADirectoryError: ("a directory", "name a file in it"),
    PermissionError: ("no permission to read it", "let the service's user read it"),
}


def load(paths: Sequence[Path]) -> Config:
    """The configuration that the files make together; later ones win key by key.

    Raises ConfigError with every fault of every file.
    """
    if not paths:
        raise ConfigError([Fault("--config", "", "a file", "none")])
    layers: list[Layer] = []
    found: list[Fault] = []
    for path in paths:
        try:
            layers.append(_parse(path, _text(path, _read(path))))
        except ConfigError as error:
            found += error.faults
    try:
        config = checked(layers, complete=not found)
    except ConfigError as error:
        raise ConfigError(found + error.faults) from None
    if found:
        raise ConfigError(found)
    return config


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            content = file.read(_LIMIT_BYTES + 1)
    except OSError as error:
        failure = ("an error", error.strerror or str(error))
        cause, advice = _UNREADABLE.get(type(error), failure)
        raise _fault(path, "a TOML file", cause, advice) from None
    if len(content) > _LIMIT_BYTES:
        raise _fault(path, "a TOML file", f"more than {_LIMIT_BYTES} bytes")
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
        raise _fault(path, "TOML", "a syntax error", error.msg, place) from None
    except (ValueError, RecursionError) as error:
        # Numbers of over 4300 digits are refused by int(), deep nesting by tomli.
        raise _fault(path, "TOML", "a syntax error", str(error)) from None


def _fault(
    path: Path, expected: str, found: str, hint: str = "", place: str = ""
) -> ConfigError:
    return ConfigError([Fault(str(path), place, expected, found, hint)])
