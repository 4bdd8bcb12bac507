"""A server that never stops making things up does not fill the memory."""

import gc
from collections.abc import Callable
from typing import Any

import pytest

from callpoint.telnyx.jsonrpc import parse
from callpoint.telnyx.transcript import Transcript
from tests.unit.telnyx.wire import CALL_ID, Wire

FEW, MANY = 1_000, 3_000


def held(root: object) -> int:
    """How many objects are reached from `root`, but classes, functions and modules."""
    seen: set[int] = set()
    ahead: list[Any] = [root]
    while ahead:
        thing = ahead.pop()
        if id(thing) in seen or isinstance(thing, type) or callable(thing):
            continue
        seen.add(id(thing))
        ahead += gc.get_referents(thing)
    return len(seen)


def item(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "type": "conversation.item.created",
        "item": {"id": f"i{number}", "type": "message", "role": "user", **fields},
    }


def tool(number: int) -> dict[str, Any]:
    call = {"call_id": f"t{number}", "name": "n", "arguments": "{}"}
    return item(number, **(call | {"type": "function_call"}))


FLOODS: dict[str, Callable[[Wire, int], object]] = {
    "methods": lambda wire, n: wire.asks(f"m{n}"),
    "types of items": lambda wire, n: wire.converses(type=f"t{n}"),
    "tool calls": lambda wire, n: wire.converses(**tool(n)),
    "pings": lambda wire, n: wire.asks("ping", id=n, serno=n),
    "byes": lambda wire, n: wire.asks("bye", callID=f"c{n}"),
    "attaches": lambda wire, n: wire.asks("attach", callID=f"c{n}", sdp="v=0"),
    "answers": lambda wire, n: wire.says(id=f"x{n}", result={}),
    "errors": lambda wire, n: wire.says(id=n, error={"code": n, "message": f"{n}"}),
    "gateway states": lambda wire, n: wire.asks("gatewayState", state=f"S{n}"),
    "readiness": lambda wire, n: wire.asks("clientReady", reattached_sessions=[f"{n}"]),
    "punts": lambda wire, n: wire.asks("punt", id=n),
    "ids": lambda wire, n: wire.says(id=n, result={}, voice_sdk_id=f"V{n}"),
}


@pytest.mark.parametrize("flood", FLOODS)
def test_a_session_holds_no_more_after_many_frames_than_after_some(flood: str) -> None:
    wire = Wire()
    wire.talks()
    sizes = []
    for number in range(MANY + 1):
        FLOODS[flood](wire, number)
        # Whoever owns the session takes what is to be sent.
        wire.session.outgoing()
        if number in (FEW, MANY):
            sizes.append(held(wire.session))
    assert sizes[1] <= sizes[0] * 1.1
    assert wire.session.bye(CALL_ID, None, wire.now_s)


LINES: dict[str, Callable[[int], dict[str, Any]]] = {
    "assistant": lambda n: {
        "type": "response.text.delta",
        "item_id": f"a{n}",
        "delta": "x",
    },
    "unnamed": lambda n: item(n, id=None, content="x", status="completed"),
    "user": lambda n: item(n, content="x", status="completed"),
    "user in progress": lambda n: item(n, content="x", status="in_progress"),
}


@pytest.mark.parametrize("kind", LINES)
def test_a_transcript_holds_no_more_after_many_lines_than_after_some(kind: str) -> None:
    transcript, sizes = Transcript(), []
    for number in range(MANY + 1):
        transcript.receive(LINES[kind](number), number / 100)
        if number in (FEW, MANY):
            sizes.append(held(transcript))
    assert sizes[1] <= sizes[0] * 1.1


def test_a_line_that_never_ends_is_cut() -> None:
    transcript = Transcript()
    delta = {"type": "response.text.delta", "item_id": "a", "delta": 30_000 * "x"}
    for number in range(3):
        transcript.receive(delta, float(number))
    (line,) = transcript.end()
    assert len(line.text) == 20_000
    long = item(1, content=30_000 * "x", status="completed")
    assert len(transcript.receive(long, 9.0)[0].text) == 20_000


def test_a_forgotten_line_may_come_again() -> None:
    transcript = Transcript()
    for number in range(300):
        transcript.receive(LINES["assistant"](number), 0.0)
    (_, again) = transcript.receive(LINES["assistant"](0), 1.0)
    assert (again.item_id, again.text) == ("a0", "x")


def test_a_deep_frame_is_read_or_refused() -> None:
    for depth in (10, 500, 5_000, 200_000):
        parse("[" * depth)
        parse('{"result":' * depth + "1" + "}" * depth)
