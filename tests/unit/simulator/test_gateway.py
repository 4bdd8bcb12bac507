import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from callpoint.simulator.actions import CloseSocket, DropSocket
from callpoint.simulator.scenario import FaultKind
from tests.unit.simulator.clients import Bench

JUNK = ["#SPU", "", "[]", "7", "null", b"\xff", "{", "[" * 100_000]


@pytest.mark.parametrize("text", JUNK, ids=range(len(JUNK)))
def test_a_frame_that_is_no_object_is_observed(text: str | bytes) -> None:
    bench = Bench()
    client = bench.client()
    client.send(text)
    assert bench.observations() == ["a frame is not a JSON object"]
    assert client.frames() == []


@pytest.mark.parametrize("params", [None, [], "text", {"dialogParams": 5}, {}])
@pytest.mark.parametrize(
    "method",
    ["invite", "attach", "bye", "modify", "info", "candidate", "gatewayState", "ping"],
)
def test_params_of_any_shape_are_answered_with_an_error(
    method: str, params: object
) -> None:
    answer = Bench().client().answer_to(f"telnyx_rtc.{method}", params)
    assert answer is not None
    assert "error" in answer


ANY_JSON = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats() | some.text(),
    lambda inner: some.lists(inner) | some.dictionaries(some.text(), inner),
    max_leaves=5,
)
KEYS = ["sdp", "dialogParams", "callID", "sessid", "item", "type", "action", "content"]
ANY_PARAMS = some.dictionaries(
    some.sampled_from(KEYS),
    ANY_JSON | some.dictionaries(some.sampled_from(KEYS), ANY_JSON),
)
METHODS = [
    *(f"telnyx_rtc.{name}" for name in ("invite", "attach", "bye", "modify", "info")),
    *("telnyx_rtc.candidate", "telnyx_rtc.gatewayState", "telnyx_rtc.ping"),
    *("anonymous_login", "ai_conversation"),
]


@settings(max_examples=40, deadline=None)
@given(some.sampled_from(METHODS), ANY_PARAMS, ANY_JSON)
def test_whatever_a_client_sends_the_gateway_lives(
    method: str, params: object, number: object
) -> None:
    client = Bench().client().call()
    client.send(json.dumps({"id": number, "method": method, "params": params}))
    client.send(json.dumps({"id": number, "result": params}))
    assert client.answer_to("telnyx_rtc.gatewayState", {}) is not None


@pytest.mark.parametrize("method", ["telnyx_rtc.dance", "", None, 7, ["a"]])
def test_an_unknown_method_is_refused(method: str) -> None:
    answer = Bench().client().answer_to(method, {})
    assert answer is not None
    assert answer["error"]["code"] == -32601


def test_pings_come_with_a_serial_number() -> None:
    bench = Bench("ping-every:10")
    client = bench.client().get_ready()
    bench.wait(20)
    pings = client.frames("telnyx_rtc.ping")
    assert [ping["params"] for ping in pings] == [{"serno": 1}, {"serno": 2}]


def test_a_socket_that_gives_no_sign_of_life_is_dropped() -> None:
    bench = Bench("ping-every:10")
    bench.client().get_ready()
    bench.wait(29)
    assert bench.of(DropSocket) == []
    bench.wait(1)
    assert bench.of(DropSocket) == [DropSocket(1)]


def test_any_frame_is_a_sign_of_life() -> None:
    bench = Bench("ping-every:10")
    client = bench.client().get_ready()
    for _ in range(6):
        bench.wait(10)
        client.send("{}")
    assert bench.of(DropSocket) == []


def test_a_ping_of_the_client_is_answered() -> None:
    client = Bench().client().get_ready()
    answer = client.answer_to("telnyx_rtc.ping", {})
    assert answer is not None
    assert answer["result"]["message"] == "PONG"


def test_a_ping_before_the_login_is_refused_as_the_vendor_does() -> None:
    bench = Bench()
    answer = bench.client().answer_to("telnyx_rtc.ping", {})
    assert answer is not None
    assert answer["error"]["code"] == 401
    assert bench.observations() == ["a ping comes before the login"]


def test_an_ack_is_told_and_one_of_an_unknown_id_observed() -> None:
    bench = Bench()
    client = bench.client().get_ready()
    (ready,) = client.frames("telnyx_rtc.clientReady")
    client.send(json.dumps({"id": ready["id"], "result": {"method": "x"}}))
    assert bench.notes("ack") == [{"id": ready["id"], "result": {"method": "x"}}]
    client.send(json.dumps({"id": str(ready["id"]), "result": {}}))
    assert bench.observations() == ["an answer has an id that nobody gave"]


def test_a_debug_report_wants_no_answer() -> None:
    bench = Bench()
    client = bench.client()
    client.send(json.dumps({"jsonrpc": "2.0", "id": "1", "type": "debug_report_data"}))
    assert (bench.observations(), client.frames()) == ([], [])


@pytest.mark.parametrize(
    ("kind", "code", "action"),
    [
        (FaultKind.DROP, 0, DropSocket(1)),
        (FaultKind.CLOSE, 4014, CloseSocket(1, 4014, "")),
        (FaultKind.CLOSE, 1006, DropSocket(1)),
    ],
)
def test_a_socket_can_be_struck_at_any_moment(
    kind: FaultKind, code: int, action: object
) -> None:
    bench = Bench()
    bench.client()
    bench.take(bench.gateway.strike(kind, code, bench.now_s))
    assert action in bench.actions


def test_a_half_dead_socket_stays_open_and_nothing_passes() -> None:
    bench = Bench()
    client = bench.client().get_ready()
    sent = len(client.frames())
    bench.take(bench.gateway.strike(FaultKind.HALF_DEAD, 0, bench.now_s))
    client.ask("telnyx_rtc.ping", {})
    assert len(client.frames()) == sent


def test_a_client_that_stays_after_a_punt_is_closed() -> None:
    bench = Bench()
    client = bench.client().get_ready()
    bench.take(bench.gateway.strike(FaultKind.PUNT, 0, bench.now_s))
    assert len(client.frames("telnyx_rtc.punt")) == 1
    bench.wait(5)
    assert bench.of(CloseSocket) == [CloseSocket(1, 1000, "punt")]


def test_a_client_that_goes_at_a_punt_is_left_alone() -> None:
    bench = Bench("punt-after-login:1")
    client = bench.client()
    client.log_in()
    bench.wait(1)
    client.go()
    bench.wait(9)
    assert bench.of(CloseSocket) == []


@pytest.mark.parametrize(
    ("preset", "event"),
    [
        ("drop-after-login:3", "drop"),
        ("punt-after-login:3", "punt"),
        ("close:4014,3", "close"),
        ("half-dead:3", "half-dead"),
    ],
)
def test_a_fault_after_the_login_happens_once(preset: str, event: str) -> None:
    bench = Bench(preset)
    bench.client(1).log_in()
    bench.wait(2.9)
    assert bench.notes(event) == []
    bench.wait(0.2)
    assert bench.notes(event) == [{"socket": 1}]
    bench.client(2).log_in()
    bench.wait(10)
    assert len(bench.notes(event)) == 1


@pytest.mark.parametrize(
    ("preset", "event"),
    [
        ("drop-after:3", "drop"),
        ("punt-after:3", "punt"),
        ("half-dead-after:3", "half-dead"),
    ],
)
def test_a_fault_after_the_answer_counts_from_there(preset: str, event: str) -> None:
    bench = Bench(preset)
    client = bench.client().get_ready()
    bench.wait(10)
    client.invite()
    bench.take(bench.gateway.offer_answered("c1", "an answer", bench.now_s))
    bench.wait(2.9)
    assert bench.notes(event) == []
    bench.wait(0.1)
    assert bench.notes(event) == [{"socket": 1}]
