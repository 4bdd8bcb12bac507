"""PURE: every telnyx_rtc message of the server, read leniently.

A field that is missing or of the wrong type is None (or empty): each SDK of the vendor
has crashed once on a field that did not come. Conversations are read by `conversation`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from callpoint.telnyx.jsonrpc import JsonObject, Request

CustomHeaders = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class TelnyxIds:
    """The names that the vendor's support asks for; any may be missing."""

    telnyx_call_control_id: str | None = None
    telnyx_leg_id: str | None = None
    telnyx_session_id: str | None = None


@dataclass(frozen=True)
class ClientReady:
    """Logged in. `reattached_sessions` holds call ids; None when nothing was said."""

    reattached_sessions: tuple[str, ...] | None
    state: str | None


@dataclass(frozen=True)
class GatewayState:
    """The state of our registration, upper case, such as `REGED`."""

    state: str | None
    call_report_id: str | None = None
    dc: str | None = None
    region: str | None = None


@dataclass(frozen=True)
class Ringing:
    call_id: str | None
    ids: TelnyxIds


@dataclass(frozen=True)
class Media:
    """Early media; `sdp` is an answer."""

    call_id: str | None
    sdp: str | None


@dataclass(frozen=True)
class Answer:
    """The call is taken; `sdp` is missing when `Media` brought it."""

    call_id: str | None
    sdp: str | None
    ids: TelnyxIds
    custom_headers: CustomHeaders


@dataclass(frozen=True)
class Bye:
    """The far end hung up; everything may be missing."""

    call_id: str | None
    cause: str | None
    cause_code: int | None
    sip_code: int | None
    sip_reason: str | None
    sip_call_id: str | None
    custom_headers: CustomHeaders
    client_state: str | None


@dataclass(frozen=True)
class Attach:
    """The offer to take a call up again on a new socket; `sdp` is an offer."""

    call_id: str | None
    sdp: str | None
    ids: TelnyxIds
    custom_headers: CustomHeaders


@dataclass(frozen=True)
class Punt:
    """The server wants this socket gone; it is not the end of a call."""


@dataclass(frozen=True)
class Ping:
    serno: int | None


@dataclass(frozen=True)
class Notice:
    """Known, and of no use here: display, candidate, event, info."""

    call_id: str | None


Message = (
    ClientReady
    | GatewayState
    | Ringing
    | Media
    | Answer
    | Bye
    | Attach
    | Punt
    | Ping
    | Notice
)

ACKNOWLEDGED: Final = frozenset(
    f"telnyx_rtc.{name}"
    for name in (
        "invite",
        "ringing",
        "media",
        "answer",
        "bye",
        "display",
        "candidate",
        "attach",
        "punt",
    )
)
"""What the JS SDK acknowledges. We do it for unknown calls too, which is harmless."""


def read(request: Request) -> Message | None:
    """The message in a request of the server; None for a method nobody knows."""
    reader = _READERS.get(request.method)
    return reader(request.params) if reader else None


def gateway_state(body: JsonObject) -> GatewayState:
    """From a result's body or a request's params: both carry the state alike.

    JS SDK, getGatewayState in util/helpers.ts: `result.params.state` or `params.state`.
    """
    params = mapping(body, "params") or body
    state = text(params, "state")
    return GatewayState(
        state.strip().upper() if state else None,
        text(params, "call_report_id"),
        text(params, "dc"),
        text(params, "region"),
    )


def text(values: JsonObject, key: str) -> str | None:
    """A string that is not empty, or None."""
    value = values.get(key)
    return value if isinstance(value, str) and value else None


def mapping(values: JsonObject, key: str) -> JsonObject:
    value = values.get(key)
    return value if isinstance(value, dict) else {}


def _integer(values: JsonObject, key: str) -> int | None:
    value = values.get(key)
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        return int(value) if re.fullmatch(r"[0-9]{1,9}", value) else None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None


def _call_id(params: JsonObject) -> str | None:
    dialog = mapping(params, "dialogParams")
    places = ((params, "callID"), (params, "callId"), (dialog, "callID"))
    found = (text(values, key) for values, key in (*places, (dialog, "callId")))
    return next(filter(None, found), None)


def _ids(params: JsonObject) -> TelnyxIds:
    return TelnyxIds(
        text(params, "telnyx_call_control_id"),
        text(params, "telnyx_leg_id"),
        text(params, "telnyx_session_id"),
    )


def _custom_headers(params: JsonObject) -> CustomHeaders:
    headers = mapping(params, "dialogParams").get("custom_headers")
    return tuple(
        (header["name"], header["value"])
        for header in (headers if isinstance(headers, list) else [])
        if isinstance(header, dict)
        and isinstance(header.get("name"), str)
        and isinstance(header.get("value"), str)
    )


def _client_ready(params: JsonObject) -> ClientReady:
    calls = params.get("reattached_sessions")
    return ClientReady(
        tuple(call for call in calls if isinstance(call, str))
        if isinstance(calls, list)
        else None,
        gateway_state(params).state,
    )


def _ringing(params: JsonObject) -> Ringing:
    return Ringing(_call_id(params), _ids(params))


def _media(params: JsonObject) -> Media:
    return Media(_call_id(params), text(params, "sdp"))


def _answer(params: JsonObject) -> Answer:
    headers = _custom_headers(params)
    return Answer(_call_id(params), text(params, "sdp"), _ids(params), headers)


def _attach(params: JsonObject) -> Attach:
    headers = _custom_headers(params)
    return Attach(_call_id(params), text(params, "sdp"), _ids(params), headers)


def _bye(params: JsonObject) -> Bye:
    return Bye(
        _call_id(params),
        text(params, "cause"),
        _integer(params, "causeCode"),
        _integer(params, "sipCode"),
        text(params, "sipReason"),
        text(params, "sip_call_id"),
        _custom_headers(params),
        text(params, "client_state") or text(params, "clientState"),
    )


def _punt(_: JsonObject) -> Punt:
    return Punt()


def _ping(params: JsonObject) -> Ping:
    return Ping(_integer(params, "serno"))


def _notice(params: JsonObject) -> Notice:
    return Notice(_call_id(params))


_READERS: Final[dict[str, Callable[[JsonObject], Message]]] = {
    "telnyx_rtc.clientReady": _client_ready,
    "telnyx_rtc.gatewayState": gateway_state,
    "telnyx_rtc.ringing": _ringing,
    "telnyx_rtc.media": _media,
    "telnyx_rtc.answer": _answer,
    "telnyx_rtc.bye": _bye,
    "telnyx_rtc.attach": _attach,
    "telnyx_rtc.punt": _punt,
    "telnyx_rtc.ping": _ping,
    "telnyx_rtc.display": _notice,
    "telnyx_rtc.candidate": _notice,
    "telnyx_rtc.endOfCandidates": _notice,
    "telnyx_rtc.event": _notice,
    "telnyx_rtc.info": _notice,
}
