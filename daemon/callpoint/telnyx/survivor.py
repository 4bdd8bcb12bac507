"""PURE: what a call needs to outlive the program that placed it, as text.

The server keeps a session without a socket for 90 s, with its call, and an assistant
that talks on. Whoever logs in with the ids of that session is offered the call again.
What is read was written by an earlier life of this program, or by anybody: nothing of
it is believed before it was looked at.
"""

import json
from dataclasses import asdict, dataclass
from typing import Any, Final

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.requests import CallRequest

LONGEST_TEXT: Final = 65_536
_VERSION: Final = 1
_LONGEST_ID: Final = 256


@dataclass(frozen=True)
class Origin:
    """Whose call it is: of which server, which assistant, and since which boot."""

    signaling_server: str
    target_id: str
    boot_id: str


@dataclass(frozen=True)
class Survivor:
    """A call that is up, or was when its program died."""

    sessid: str
    voice_sdk_id: str | None
    call: CallRequest
    is_answered: bool
    is_muted: bool
    placed_s: float
    """CLOCK_MONOTONIC, which is the same for all programs between two boots."""


def written(survivor: Survivor, origin: Origin) -> str:
    """As text; equal for what is equal."""
    return json.dumps(
        {"version": _VERSION, "origin": asdict(origin), **asdict(survivor)}
    )


def read(text: str, origin: Origin, now_s: float, oldest_s: float) -> Survivor:
    """The call of a text.

    Raises ValueError, with the reason in a few words, for a text that is none, that is
    of another server, assistant or boot, or of a call placed more than `oldest_s` ago.
    """
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    _require(isinstance(found, dict), "it is no JSON object")
    _require(found.get("version") == _VERSION, "another version wrote it")
    _require(
        found.get("origin") == asdict(origin),
        "it is of another server, assistant or boot",
    )
    placed_s = found.get("placed_s")
    _require(type(placed_s) in (int, float), "it does not say when it was placed")
    # A number may have any number of digits: it is compared, and not reckoned with.
    _require(now_s - oldest_s <= placed_s <= now_s, "it is too old")
    voice_sdk_id = found.get("voice_sdk_id")
    return Survivor(
        _id(found, "sessid"),
        None if voice_sdk_id is None else _id(found, "voice_sdk_id"),
        _call(found.get("call")),
        found.get("is_answered") is True,
        found.get("is_muted") is True,
        float(placed_s),
    )


def _id(values: dict[str, Any], key: str) -> str:
    value = values.get(key)
    is_text = isinstance(value, str) and value.isascii() and value.isprintable()
    _require(is_text and 0 < len(str(value)) <= _LONGEST_ID, f"its {key} is no id")
    return str(value)


def _call(values: Any) -> CallRequest:
    _require(isinstance(values, dict), "it describes no call")
    names = ("caller_name", "caller_number", "destination_number", "remote_caller_name")
    headers = values.get("custom_headers")
    state = values.get("client_state")
    variables = values.get("user_variables")
    _require(
        all(isinstance(values.get(name), str) for name in names)
        and isinstance(headers, dict)
        and all(isinstance(value, str) for value in headers.values())
        and isinstance(state, str | None)
        and isinstance(variables, dict),
        "it describes no call",
    )
    try:
        return CallRequest(
            _id(values, "call_id"),
            custom_headers=headers,
            client_state=state,
            user_variables=variables,
            **{name: values[name] for name in names},
        )
    except LocalProtocolError as error:
        raise ValueError(str(error)) from None


def _require(holds: bool, reason: str) -> None:
    if not holds:
        raise ValueError(reason)
