"""PURE: the lines of the control socket: requests read, answers and events written.

One JSON object a line, UTF-8, in both directions. What a command does is in
`commands`; who may connect, and how much, is in `server`.
"""

import difflib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from callpoint.errors import CallpointError, ControlError

DEFAULT_SOCKET = "/run/callpoint/control.sock"


def socket_of(line: str | None) -> str:
    """Where the daemon of a line listens, unless its configuration says otherwise."""
    return DEFAULT_SOCKET if line is None else f"/run/callpoint-{line}/control.sock"


LINE_BYTES = 64 * 1024
"""The longest request, without its newline."""

_EXAMPLE = 'send one JSON object a line, such as {"command":"status"}'

_KINDS = {
    str: "a string",
    bool: "true or false",
    int: "a number",
    float: "a number",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


@dataclass(frozen=True)
class Request:
    """One line of a client."""

    command: str
    arguments: Mapping[str, object]
    at_s: float
    """CLOCK_MONOTONIC when the line was read, in seconds."""
    client: object
    """Who sent it; the same object for every line of one connection."""

    def text(self, name: str) -> str:
        """The argument `name`, a string with something in it; else ControlError."""
        value = self.arguments.get(name)
        if not isinstance(value, str):
            raise self._wrong(name, "a string")
        if not value.strip():
            raise self._wrong(name, "a string that is not empty")
        if not _encodes(value):
            raise self._wrong(name, "a string of whole characters")
        return value

    def flag(self, name: str, default: bool | None = None) -> bool:
        """The argument `name`, true or false; without `default` it must be there."""
        value = self.arguments.get(name, default)
        if not isinstance(value, bool):
            raise self._wrong(name, "true or false")
        return value

    def only(self, names: Collection[str]) -> None:
        """Raise ControlError for an argument that is none of `names`."""
        for name in self.arguments:
            if name not in names:
                raise ControlError(
                    f'"{self.command}" does not take "{shown(name)}"',
                    did_you_mean(name, names) or _taken(names),
                )

    def _wrong(self, name: str, expected: str) -> ControlError:
        found = "nothing"
        if name in self.arguments:
            value = self.arguments[name]
            found = f"{shown(json.dumps(value))} ({_KINDS[type(value)]})"
        return ControlError(
            f'"{name}" of "{self.command}": expected {expected}, found {found}'
        )


def parse_request(line: bytes, at_s: float, client: object) -> Request:
    """The request in `line`; raises ControlError that tells what is wrong with it."""
    try:
        message = json.loads(line.decode())
    except UnicodeDecodeError as error:
        raise ControlError(
            f"the line is not UTF-8: byte {error.start + 1}", _EXAMPLE
        ) from error
    except ValueError as error:
        raise ControlError(f"the line is not JSON: {error}", _EXAMPLE) from error
    except RecursionError as error:
        raise ControlError("the line is nested too deeply", _EXAMPLE) from error
    if not isinstance(message, dict):
        kind = _KINDS[type(message)]
        raise ControlError(f"expected an object, found {kind}", _EXAMPLE)
    command = message.pop("command", None)
    if not isinstance(command, str):
        raise ControlError('the object has no "command" that is a string', _EXAMPLE)
    return Request(command, message, at_s, client)


def unknown_command(name: str, known: Iterable[str]) -> ControlError:
    """What to answer to a command that is none of `known`."""
    names = sorted(known)
    return ControlError(
        f'no command "{shown(name)}"',
        did_you_mean(name, names) or f"the commands are {', '.join(names)}",
    )


def encode(message: Mapping[str, object]) -> bytes:
    """`message` as one line, its newline included.

    Half a surrogate pair, which the far side's JSON may carry, becomes "?".
    """
    line = json.dumps(message, ensure_ascii=False, separators=(",", ":"))
    return line.encode(errors="replace") + b"\n"


def refusal(error: CallpointError) -> dict[str, object]:
    """The answer that tells `error`."""
    answer: dict[str, object] = {"ok": False, "error": str(error)}
    return answer | {"advice": error.advice} if error.advice else answer


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean "status"?`, or nothing where no name is near."""
    near = difflib.get_close_matches(name[:40], list(known), n=1)
    return f'did you mean "{near[0]}"?' if near else ""


def shown(text: str, longest: int = 40) -> str:
    """`text` cut to `longest` characters, for a message."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _taken(names: Collection[str]) -> str:
    return f"it takes {', '.join(names)}" if names else "it takes no arguments"


def _encodes(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
