import json

import pytest
from hypothesis import given
from hypothesis import strategies as some

from callpoint.simulator.reports import Intake, Report, told
from tests.unit.simulator.clients import Bench

BODY = json.dumps({"summary": {}, "stats": [{}, {}]}).encode()
HEAD = (
    b"POST /call_report HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Call-Id: c1\r\n"
    b"x-call-report-id: r1\r\nContent-Length: %d\r\n\r\n" % len(BODY)
)
GET = b"GET /call_report HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Call-Id: c1\r\n"
GET += b"x-call-report-id: r1\r\n\r\n"


def test_a_report_becomes_a_get_and_its_body_is_kept() -> None:
    intake = Intake()
    assert intake.take(HEAD + BODY) == GET
    assert intake.is_about_reports
    assert intake.report is not None
    assert intake.report.body == BODY
    assert intake.report.headers["x-call-id"] == "c1"


@given(some.lists(some.integers(1, len(HEAD + BODY)), max_size=5))
def test_a_report_may_come_in_pieces(cuts: list[int]) -> None:
    intake, whole = Intake(), HEAD + BODY
    ends = sorted({*cuts, len(whole)})
    pieces = [whole[a:b] for a, b in zip([0, *ends], ends, strict=False)]
    assert b"".join(map(intake.take, pieces)) == GET


def test_the_question_whether_one_may_report_has_no_report() -> None:
    intake = Intake()
    asked = intake.take(b"OPTIONS /call_report HTTP/1.1\r\nHost: a\r\n\r\n")
    assert asked == b"GET /call_report HTTP/1.1\r\nHost: a\r\n\r\n"
    assert intake.is_about_reports
    assert intake.report is None


@pytest.mark.parametrize(
    "received",
    [b"GET / HTTP/1.1\r\n\r\n", b"POST / HTTP/1.1\r\n\r\n", b"\x16\x03\x01", b"\0"],
)
def test_all_else_passes_as_it_is(received: bytes) -> None:
    intake = Intake()
    assert intake.take(received) == received
    assert intake.take(b"POST /call_report HTTP/1.1\r\n\r\n") != b""
    assert not intake.is_about_reports


@pytest.mark.parametrize("length", ["", "-1", "²", "x", "9" * 5000])
def test_a_length_that_is_none_does_no_harm(length: str) -> None:
    head = f"POST /call_report HTTP/1.1\r\nContent-Length: {length}\r\n\r\n"
    Intake().take(head.encode())


def test_a_report_without_end_is_not_kept() -> None:
    intake = Intake()
    head = b"POST /call_report HTTP/1.1\r\nContent-Length: 999999999\r\n\r\n"
    intake.take(head)
    passed = sum(len(intake.take(bytes(2**20))) for _ in range(8))
    assert passed > 7 * 2**20
    assert not intake.is_about_reports


def test_a_report_is_told() -> None:
    bench = Bench()
    state = bench.client().get_ready().answer_to("telnyx_rtc.gatewayState", {})
    assert state is not None
    report_id = state["result"]["params"]["call_report_id"]
    headers = {"x-call-id": "c1", "x-call-report-id": report_id}
    bench.take(bench.gateway.reported(Report(headers, BODY)))
    assert bench.notes("call_report") == [
        {"call_id": "c1", "report_id": report_id, "segment": None, "samples": 2}
    ]
    assert bench.observations() == []


def test_a_report_with_a_made_up_id_is_observed() -> None:
    bench = Bench()
    bench.take(bench.gateway.reported(Report({"x-call-report-id": "r1"}, BODY)))
    assert bench.observations() == ["a call report has an id that nobody gave"]


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", b"[" * 100_000])
def test_a_report_that_is_no_object_is_observed(body: bytes) -> None:
    bench = Bench()
    bench.take(bench.gateway.reported(Report({}, body)))
    assert bench.observations() == ["a call report is not a JSON object"]


@given(some.dictionaries(some.text(), some.text()), some.binary())
def test_whatever_is_reported_is_read(headers: dict[str, str], body: bytes) -> None:
    told(Report(headers, body))
