"""PURE: the values that a key may hold, each with the words that a fault says of it.

What a key is called, and what it defaults to, belongs to `schema`.
"""

import re
from ipaddress import ip_address
from math import isfinite
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import SplitResult, urlsplit

from pydantic import (
    BeforeValidator,
    SecretStr,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
)

from callpoint.audio.choice import is_name
from callpoint.config.expected import Expected, between
from callpoint.telnyx.servers import is_ice_url, is_region

# sun_path of unix(7) has 108 bytes, the last of which is NUL.
_SOCKET_PATH_BYTES: Final = 107

_HEADER_NAME: Final = re.compile(r"X-[A-Za-z0-9.!%*_+`'~-]+")  # a token of RFC 3261
_FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*")


def _none_if(*absent: str) -> BeforeValidator:
    return BeforeValidator(lambda value: None if value in absent else value)


_list_of_one: Final = BeforeValidator(
    lambda value: [value] if isinstance(value, str) else value,
    json_schema_input_type=str | list[str],
)


def _is_line(text: str) -> bool:
    return text.isprintable()


def _is_word(text: str) -> bool:
    return text.isprintable() and text != "" and not any(map(str.isspace, text))


def _split(url: str) -> SplitResult | None:
    """The parts of a URL; None if it has no host, or a port that is none."""
    try:
        parts = urlsplit(url)
        valid = _is_word(url) and parts.hostname and parts.port != 0
    except ValueError:
        return None
    return parts if valid else None


def _is_websocket_url(url: str) -> bool:
    parts = _split(url)
    return bool(parts and parts.scheme in ("ws", "wss") and "#" not in url)


def _is_proxy_url(url: str) -> bool:
    parts = _split(url)
    if not parts or parts.scheme not in ("http", "https"):
        return False
    named = (parts.username is None) == (parts.password is None)
    return named and parts.path in ("", "/") and not (parts.query or parts.fragment)


def is_loopback(url: str) -> bool:
    """Whether the host of a URL is this machine, told without a look-up."""
    host = urlsplit(url).hostname or ""
    return host == "localhost" or (is_address(url) and ip_address(host).is_loopback)


def is_address(url: str) -> bool:
    """Whether the host of a URL is an IP address and not a name."""
    try:
        ip_address(urlsplit(url).hostname or "")
    except ValueError:
        return False
    return True


def _is_path(path: Path) -> bool:
    return path != Path() and str(path).isprintable()


def _is_socket_path(path: Path) -> bool:
    return _is_path(path) and len(str(path).encode()) <= _SOCKET_PATH_BYTES


def _is_tone(frequency_hz: str) -> bool:
    try:
        return 20 <= float(frequency_hz) <= 20_000
    except ValueError:
        return False


def _is_sound_device(name: str, file_kind: str, tones: bool) -> bool:
    kind, colon, argument = name.partition(":")
    if not (name.strip() == name != "" and _is_line(name)):
        return False
    if not is_name(name):
        return False
    if kind == file_kind:
        return argument != ""
    if kind == "tone":
        return tones and _is_tone(argument)
    return kind not in ("wav", "record") and not (kind == "silence" and colon)


def _is_json(value: str | bool | float) -> bool:
    """Whether JSON has it: no nan, no infinity, and no more than TOML's 64 bits."""
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, str) or -(2**63) <= value < 2**63


Switch = Annotated[StrictBool, Expected("true or false")]
Line = Annotated[StrictStr, Expected("text in quotes, on one line", _is_line)]
Name = Annotated[StrictStr, Expected("a name in quotes, without spaces", _is_word)]
TargetId = Annotated[
    StrictStr, Expected('the assistant\'s id, such as "assistant-0123..."', _is_word)
]
AbsentName = Annotated[Name | None, _none_if("")]
AbsentLine = Annotated[Line | None, _none_if("")]
CredentialName = Annotated[
    StrictStr | None,
    Expected(
        'the name of a credential of systemd\'s, such as "callpoint.turn"',
        lambda name: bool(_FILE_NAME.fullmatch(name)),
    ),
    _none_if(""),
]
Secret = Annotated[
    SecretStr | None, Expected("text in quotes", secret=True), _none_if("")
]

WebSocketUrl = Annotated[
    StrictStr,
    Expected('an address such as "wss://rtc.telnyx.com"', _is_websocket_url),
]
ProxyUrl = Annotated[
    StrictStr | None,
    Expected(
        'an address such as "http://proxy.example:3128"',
        lambda url: url is None or _is_proxy_url(url),
    ),
    _none_if(""),
]
Region = Annotated[
    StrictStr | None,
    Expected(
        '"auto" or a region of small letters, digits and hyphens, such as "eu"',
        lambda name: name is None or is_region(name),
    ),
    _none_if("", "auto"),
]
IceUrl = Annotated[
    StrictStr,
    Expected(
        '"stun:HOST:PORT", "turn:HOST:PORT?transport=udp" (or tcp), '
        'or "turns:HOST:PORT"',
        is_ice_url,
    ),
]
IceUrls = Annotated[
    tuple[IceUrl, ...],
    Expected("the address of a STUN or TURN server, or a list of them", bool),
    _list_of_one,
]
FilePath = Annotated[
    Path | None,
    Expected("a path in quotes", lambda path: path is None or _is_path(path)),
    _none_if(""),
]
SocketPath = Annotated[
    Path,
    Expected(
        f"a path in quotes, of {_SOCKET_PATH_BYTES} bytes at most", _is_socket_path
    ),
]

Pin = Annotated[StrictInt, between(0, 27, "a whole number")]
DebounceMs = Annotated[StrictInt, between(0, 1000, "a whole number of milliseconds")]
QuietS = Annotated[StrictFloat, between(0.1, 3600, "a number of seconds")]
CallS = Annotated[StrictFloat, between(0.1, 86_400, "a number of seconds")]
GainDb = Annotated[StrictFloat, between(-40, 40, "a number of decibels")]
PrerollS = Annotated[StrictFloat, between(0.1, 30, "a number of seconds")]
WaitS = Annotated[StrictFloat, between(0, 60, "a number of seconds")]

_CARD_NAME: Final = 'a sound card\'s name in quotes ("callpoint devices" lists them)'
CaptureName = Annotated[
    StrictStr,
    Expected(
        f'{_CARD_NAME}, "wav:FILE", "tone:HZ" (20 to 20000) or "silence"',
        lambda name: _is_sound_device(name, file_kind="wav", tones=True),
    ),
]
PlayoutName = Annotated[
    StrictStr,
    Expected(
        f'{_CARD_NAME}, "record:FILE" or "silence"',
        lambda name: _is_sound_device(name, file_kind="record", tones=False),
    ),
]
_SOUND_NAMES: Final = Expected(f"{_CARD_NAME}, or a list of such names", bool)
CaptureNames = Annotated[tuple[CaptureName, ...], _SOUND_NAMES, _list_of_one]
PlayoutNames = Annotated[tuple[PlayoutName, ...], _SOUND_NAMES, _list_of_one]
HeaderName = Annotated[
    StrictStr,
    Expected(
        'a header name that begins with "X-", of letters, digits and hyphens',
        lambda name: bool(_HEADER_NAME.fullmatch(name)),
    ),
]
Variable = Annotated[
    StrictStr | StrictBool | StrictInt | StrictFloat,
    Expected("text in quotes, a number, true or false", _is_json),
]
