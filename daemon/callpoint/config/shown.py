"""PURE: keys and values as a fault shows them: on one line, short, without secrets."""

import json
import re
from datetime import date, time
from typing import Final

from callpoint.config.layers import Path

_CHARACTERS: Final = 60
_DIGITS: Final = 20
_BARE_KEY: Final = re.compile(r"[A-Za-z0-9_-]+")
_USER_INFO: Final = re.compile(r"^(.*//)?.*@", re.DOTALL)


def key_path(path: Path) -> str:
    """The path as TOML writes it, such as `server.webrtc_ice_servers[0].urls`."""
    steps = (
        f"[{step}]" if isinstance(step, int) else f".{_key(step)}" for step in path
    )
    return "".join(steps).removeprefix(".")


def value(found: object) -> str:
    """The value as TOML writes it; tables and lists may hold secrets: only named."""
    if isinstance(found, dict):
        return "a table"
    if isinstance(found, list):
        return "a list"
    if isinstance(found, bool):
        return str(found).lower()
    if isinstance(found, int):
        return str(found) if abs(found) < 10**_DIGITS else "a number of many digits"
    if isinstance(found, date | time):
        return f"the time {found.isoformat()}"
    return quoted(found) if isinstance(found, str) else str(found)


def quoted(text: str) -> str:
    """Text in quotes, short; what stands before an @ is masked."""
    open_ = masked(text)
    return whole(open_[: _CHARACTERS - 1] + "…" if len(open_) > _CHARACTERS else open_)


def whole(text: str) -> str:
    """Text in quotes as TOML writes it, of any length."""
    escaped = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped)


def masked(text: str) -> str:
    """What stands before an @ may be a password."""
    return _USER_INFO.sub(r"\1***@", text)


def _key(step: str) -> str:
    return step if _BARE_KEY.fullmatch(step) else quoted(step)
