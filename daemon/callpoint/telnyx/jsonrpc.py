"""PURE: JSON-RPC 2.0 frames, and what is asked and still unanswered on one socket.

Methods and their parameters belong to `requests` and `messages`. Nothing that the far
side sends raises here: what cannot be read becomes a `Malformed`.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.health import Health

JsonObject = Mapping[str, object]
JsonId = str | int | float
"""The server's own requests have integer ids, ai_conversation has strings: opaque."""

_EXCERPT_CHARACTERS: Final = 200
_MOST_PENDING: Final = 100
_SURROGATE: Final = re.compile(r"\\u[dD][89A-Fa-f]|[\ud800-\udfff]")


@dataclass(frozen=True)
class Request:
    """A request; without an id it is a notification, and nobody answers it."""

    method: str
    params: JsonObject = field(default_factory=dict, repr=False)
    id: JsonId | None = None
    voice_sdk_id: str | None = None


@dataclass(frozen=True)
class Result:
    """The answer to a request that went well."""

    id: JsonId | None
    body: JsonObject = field(default_factory=dict, repr=False)
    voice_sdk_id: str | None = None


@dataclass(frozen=True)
class ErrorObject:
    """Why a request failed; `code` may be a string, and `call_id` may be given."""

    code: int | str
    message: str
    call_id: str | None = None


@dataclass(frozen=True)
class Failure:
    """The answer to a request that failed."""

    id: JsonId | None
    error: ErrorObject
    voice_sdk_id: str | None = None


@dataclass(frozen=True)
class Malformed:
    """A frame that is not JSON-RPC, such as the speed test's `#SPU`."""

    reason: str
    excerpt: str


Frame = Request | Result | Failure | Malformed


def parse(text: str | bytes) -> Frame:
    """Read one frame. Never raises.

    NaN and infinities become null, as JavaScript's JSON.stringify writes them; half a
    surrogate pair becomes a question mark, so that every string can be written out.
    """
    if isinstance(text, bytes):
        return Malformed("a binary frame", excerpt(repr(text[:_EXCERPT_CHARACTERS])))
    try:
        value = _load(text)
    except RecursionError:
        return Malformed("nested too deeply", excerpt(text))
    except ValueError as error:
        return Malformed(f"not JSON: {error}", excerpt(text))
    if not isinstance(value, dict):
        return Malformed("not a JSON object", excerpt(text))
    return _frame(value) or Malformed("neither method, result nor error", excerpt(text))


def encode(frame: Request | Result | Failure) -> str:
    """The text of a frame, in ASCII: strings of any content survive the socket.

    Raises LocalProtocolError for a value that JSON cannot hold.
    """
    members: dict[str, object] = {"jsonrpc": "2.0"}
    if frame.id is not None or not isinstance(frame, Request):
        members["id"] = frame.id
    match frame:
        case Request():
            members["method"] = frame.method
        case Result():
            members["result"] = frame.body
        case Failure(error=error):
            members["error"] = {"code": error.code, "message": error.message}
    if frame.voice_sdk_id is not None:
        members["voice_sdk_id"] = frame.voice_sdk_id
    if isinstance(frame, Request):
        members["params"] = frame.params
    try:
        return json.dumps(members, separators=(",", ":"), allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise LocalProtocolError(
            f"a message cannot be written as JSON: {error}",
            "Variables are strings, finite numbers, booleans, and tables of these.",
        ) from error


def excerpt(text: str) -> str:
    """The beginning of a text, short enough for a log."""
    return text[:_EXCERPT_CHARACTERS].encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class Pending:
    """A request of ours that has no answer yet."""

    id: str
    method: str
    call_id: str | None
    deadline_s: float
    matters: bool = True
    """Whether anything follows from silence."""


class Exchange:
    """What waits to be sent, and what was sent and waits for its answer."""

    def __init__(self, new_id: Callable[[], str], health: Health) -> None:
        self._new_id = new_id
        self._health = health
        self._outgoing: list[str] = []
        self._pending: dict[str, Pending] = {}

    def request(
        self,
        request: Request,
        now_s: float,
        timeout_s: float,
        call_id: str | None = None,
        matters: bool = True,
    ) -> None:
        """Give a request an id, queue it, and expect its answer within `timeout_s`.

        Every request has a deadline: a server that never answers must not make the
        list of pending ones grow for as long as the daemon lives.
        """
        id = self._new_id()
        self._outgoing.append(encode(replace(request, id=id)))
        self._health.asked(now_s)
        deadline_s = now_s + timeout_s
        self._pending[id] = Pending(id, request.method, call_id, deadline_s, matters)

    @property
    def is_full(self) -> bool:
        """So much is unanswered that what the far end asks for has to wait."""
        return len(self._pending) >= _MOST_PENDING

    def post(self, frame: Request | Result) -> None:
        """Queue what nobody answers: a notification or an acknowledgement."""
        self._outgoing.append(encode(frame))

    def outgoing(self) -> list[str]:
        """Take the texts that wait to be sent, oldest first."""
        texts, self._outgoing = self._outgoing, []
        return texts

    def take(self, id: JsonId | None) -> Pending | None:
        """The request that an answer belongs to; None for a stranger or a repeat."""
        return self._pending.pop(id, None) if isinstance(id, str) else None

    def overdue(self, now_s: float) -> list[Pending]:
        """Take the requests whose deadline has come."""
        late = [each for each in self._pending.values() if each.deadline_s <= now_s]
        for each in late:
            del self._pending[each.id]
        return late

    def deadline(self) -> float | None:
        return min((each.deadline_s for each in self._pending.values()), default=None)

    def clear(self) -> None:
        """Forget all of it: ids and answers do not outlive their socket."""
        self._outgoing.clear()
        self._pending.clear()


def _load(text: str) -> object:
    value = json.loads(text, parse_constant=_null, parse_float=_finite)
    if _SURROGATE.search(text):
        mended = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        value = json.loads(mended)
    return value


def _null(_: str) -> None:
    return None


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _frame(value: dict[str, object]) -> Request | Result | Failure | None:
    id, voice_sdk_id = _id(value.get("id")), value.get("voice_sdk_id")
    if not isinstance(voice_sdk_id, str) or not voice_sdk_id:
        voice_sdk_id = None
    if isinstance(method := value.get("method"), str):
        return Request(method, _object(value.get("params")), id, voice_sdk_id)
    if value.get("error") is not None:
        return Failure(id, _error(value["error"]), voice_sdk_id)
    if "result" in value:
        body = _unwrapped(_object(value["result"]))
        if isinstance(body, ErrorObject):
            return Failure(id, body, voice_sdk_id)
        return Result(id, body, voice_sdk_id)
    return None


def _unwrapped(body: JsonObject) -> JsonObject | ErrorObject:
    """Results may come nested, each level with a code (JS SDK, util/helpers.ts)."""
    while isinstance(inner := body.get("result"), dict):
        if inner.get("error") is not None:
            return _error(inner["error"])
        if inner.get("code") not in (None, 200, "200"):
            return _error(inner)
        body = inner
    return body


def _error(value: object) -> ErrorObject:
    if not isinstance(value, dict):
        return ErrorObject("unknown", str(value)[:_EXCERPT_CHARACTERS])
    code, message, call_id = (value.get(key) for key in ("code", "message", "callID"))
    return ErrorObject(
        code if isinstance(code, int | str) else "unknown",
        message if isinstance(message, str) else "no message",
        call_id if isinstance(call_id, str) else None,
    )


def _id(value: object) -> JsonId | None:
    return value if isinstance(value, str | int | float) else None


def _object(value: object) -> JsonObject:
    return value if isinstance(value, dict) else {}
