"""From an open socket to REGED, and everything that keeps it from there."""

from typing import Any

import pytest

from callpoint.telnyx.events import (
    CallRefused,
    GatewayDown,
    LoginLost,
    LoginRefused,
    LoginTimedOut,
    Ready,
    RequestRefused,
    Unmatched,
)
from callpoint.telnyx.registration import Phase
from callpoint.telnyx.requests import Login
from tests.unit.telnyx.wire import SESSID, VOICE_SDK_ID, Wire


@pytest.fixture
def wire() -> Wire:
    return Wire()


def logs_in(wire: Wire) -> None:
    login = wire.opens()
    wire.answers(login, message="logged in", sessid=SESSID)


def polls(wire: Wire) -> dict[str, Any]:
    """Logged in and client ready; returns the question for the gateway's state."""
    logs_in(wire)
    wire.asks("clientReady", reattached_sessions=[])
    return wire.sent_one()


def test_the_login_goes_out_at_once_and_without_a_session(wire: Wire) -> None:
    login = wire.opens()
    assert login["method"] == "anonymous_login"
    assert login["params"]["target_id"] == "assistant-1"
    assert login["params"]["reconnection"] is False
    assert "sessid" not in login["params"]
    assert wire.phase() is Phase.LOGGING_IN


def test_the_way_to_ready(wire: Wire) -> None:
    login = wire.opens()
    assert wire.answers(login, message="logged in", sessid=SESSID) == []
    assert wire.phase() is Phase.AWAITING_READY
    assert wire.session.sessid == SESSID
    assert wire.asks("clientReady", id=1, reattached_sessions=[]) == []
    assert wire.phase() is Phase.POLLING_GATEWAY
    poll = wire.sent_one()
    assert poll["method"] == "telnyx_rtc.gatewayState"
    assert wire.answers(poll, params={"state": "REGED"}) == [Ready(())]
    assert wire.phase() is Phase.READY


def test_the_poll_carries_the_node_beside_the_method(wire: Wire) -> None:
    login = wire.opens()
    wire.says(id=login["id"], result={}, voice_sdk_id=VOICE_SDK_ID)
    wire.asks("clientReady")
    poll = wire.sent_one()
    assert (poll["voice_sdk_id"], poll["params"]) == (VOICE_SDK_ID, {})


def test_client_ready_may_come_before_the_login_s_result(wire: Wire) -> None:
    login = wire.opens()
    wire.asks("clientReady", reattached_sessions=[])
    poll = wire.sent_one()
    wire.answers(login, message="logged in", sessid=SESSID)
    assert wire.phase() is Phase.POLLING_GATEWAY
    assert wire.answers(poll, params={"state": "REGED"}) == [Ready(())]
    assert wire.session.sessid == SESSID


def test_without_client_ready_the_gateway_is_asked_after_two_seconds(
    wire: Wire,
) -> None:
    logs_in(wire)
    wire.waits(1.9)
    assert wire.sent() == []
    wire.waits(0.1)
    poll = wire.sent_one()
    assert poll["method"] == "telnyx_rtc.gatewayState"
    assert wire.answers(poll, params={"state": "REGED"}) == [Ready(None)]


def test_client_ready_is_not_acknowledged_and_asked_for_once(wire: Wire) -> None:
    polls(wire)
    wire.asks("clientReady", reattached_sessions=[])
    assert wire.sent() == []


@pytest.mark.parametrize("state", ["REGED", "REGISTER", "reged"])
@pytest.mark.parametrize("way", ["clientReady", "gatewayState"])
def test_the_server_may_tell_the_state_unasked(
    wire: Wire, way: str, state: str
) -> None:
    logs_in(wire)
    assert [type(event) for event in wire.asks(way, state=state)] == [Ready]
    assert wire.phase() is Phase.READY
    assert wire.waits(60) == []


def test_ready_is_told_once_a_login(wire: Wire) -> None:
    poll = polls(wire)
    assert wire.answers(poll, params={"state": "REGED"}) == [Ready(())]
    assert wire.asks("gatewayState", state="REGED") == []
    assert wire.asks("clientReady", state="REGED") == []


@pytest.mark.parametrize("state", ["NOREG", "UNREGED", "EXPIRED", "TRYING", "NEW"])
def test_who_is_not_registered_yet_asks_again_later(wire: Wire, state: str) -> None:
    poll = polls(wire)
    assert wire.answers(poll, params={"state": state}) == []
    wire.waits(3.9)
    assert wire.sent() == []
    wire.waits(0.1)
    again = wire.sent_one()
    assert again["method"] == "telnyx_rtc.gatewayState"
    assert wire.answers(again, params={"state": "REGED"}) == [Ready(())]


@pytest.mark.parametrize(("random", "delay_s"), [(0.0, 2.0), (0.25, 3.0), (1.0, 6.0)])
def test_the_pause_before_the_next_poll_is_random(
    random: float, delay_s: float
) -> None:
    wire = Wire(random=lambda: random)
    wire.answers(polls(wire), params={"state": "NOREG"})
    assert wire.session.deadline() == wire.now_s + delay_s


def test_after_five_more_polls_the_gateway_is_down(wire: Wire) -> None:
    poll = polls(wire)
    for _ in range(5):
        assert wire.answers(poll, params={"state": "NOREG"}) == []
        wire.waits(4.0)
        poll = wire.sent_one()
    assert wire.answers(poll, params={"state": "NOREG"}) == [GatewayDown("NOREG")]
    assert wire.phase() is Phase.FAILED
    assert wire.session.deadline() is None


def test_a_silent_gateway_is_asked_six_times_and_is_down_then(wire: Wire) -> None:
    polls(wire)
    questions = 1
    for _ in range(5):
        assert wire.waits(4.0) == []
        questions += len(wire.sent())
    assert questions == 6
    assert wire.waits(4.0) == [GatewayDown(None)]
    assert wire.waits(60.0) == []


def test_a_new_socket_has_all_its_polls(wire: Wire) -> None:
    poll = polls(wire)
    for _ in range(5):
        wire.answers(poll, params={"state": "NOREG"})
        wire.waits(4.0)
        poll = wire.sent_one()
    assert wire.answers(poll, params={"state": "NOREG"}) == [GatewayDown("NOREG")]
    wire.closes()
    polls(wire)
    assert wire.waits(23.9) == []
    assert wire.waits(0.1) == [GatewayDown(None)]


def test_a_registration_gives_its_polls_back(wire: Wire) -> None:
    poll = polls(wire)
    for _ in range(5):
        wire.answers(poll, params={"state": "NOREG"})
        wire.waits(4.0)
        poll = wire.sent_one()
    assert wire.answers(poll, params={"state": "REGED"}) == [Ready(())]
    assert wire.asks("gatewayState", state="NOREG") == []


def test_client_ready_may_say_that_we_are_not_registered_yet(wire: Wire) -> None:
    logs_in(wire)
    assert wire.asks("clientReady", state="NOREG") == []
    assert wire.phase() is Phase.POLLING_GATEWAY
    assert wire.sent() == []
    wire.waits(4.0)
    assert wire.answers(wire.sent_one(), params={"state": "REGED"}) == [Ready(None)]


def test_a_slow_answer_to_a_poll_counts(wire: Wire) -> None:
    poll = polls(wire)
    wire.waits(5.0)
    assert wire.answers(poll, params={"state": "REGED"}) == [Ready(())]
    assert wire.waits(60.0) == []


def test_states_told_unasked_do_not_put_the_next_poll_off(wire: Wire) -> None:
    wire.answers(polls(wire), params={"state": "NOREG"})
    due_s = wire.session.deadline()
    wire.waits(3.0)
    wire.asks("gatewayState", state="NOREG")
    assert wire.session.deadline() == due_s


@pytest.mark.parametrize("result", [{}, {"params": {"state": 5}}, {"params": 5}])
def test_a_poll_answered_by_nothing_is_repeated(
    wire: Wire, result: dict[str, Any]
) -> None:
    assert wire.answers(polls(wire), **result) == []
    wire.waits(4.0)
    assert wire.sent_one()["method"] == "telnyx_rtc.gatewayState"


def test_a_poll_answered_by_an_error_is_repeated(wire: Wire) -> None:
    assert wire.refuses(polls(wire), "GATEWAY_DOWN") == []
    wire.waits(4.0)
    assert wire.sent_one()["method"] == "telnyx_rtc.gatewayState"


@pytest.mark.parametrize("state", ["FAILED", "FAIL_WAIT", "TIMEOUT", "DOWN"])
def test_a_sick_node_is_told_and_avoided(wire: Wire, state: str) -> None:
    login = wire.opens()
    wire.says(id=login["id"], result={"sessid": SESSID}, voice_sdk_id=VOICE_SDK_ID)
    assert wire.asks("clientReady", state=state) == [GatewayDown(state)]
    assert wire.phase() is Phase.FAILED
    wire.closes()
    assert wire.session.query_parameters() == {
        "voice_sdk_id": VOICE_SDK_ID,
        "skip_last_voice_sdk_id": "true",
    }


def test_another_node_is_not_blamed_for_the_sick_one(wire: Wire) -> None:
    login = wire.opens()
    wire.says(id=login["id"], result={}, voice_sdk_id="VSDKsick")
    wire.asks("clientReady", state="FAILED")
    wire.closes()
    wire.registers()
    wire.closes()
    assert wire.session.query_parameters() == {"voice_sdk_id": VOICE_SDK_ID}


def test_a_node_that_recovers_is_trusted_again(wire: Wire) -> None:
    wire.registers()
    wire.asks("gatewayState", state="FAILED")
    wire.closes()
    wire.registers()
    wire.closes()
    assert wire.session.query_parameters() == {"voice_sdk_id": VOICE_SDK_ID}


def test_a_gateway_that_fails_later_is_told(wire: Wire) -> None:
    wire.registers()
    assert wire.asks("gatewayState", state="FAIL_WAIT") == [GatewayDown("FAIL_WAIT")]
    assert wire.phase() is Phase.FAILED


def test_a_registration_that_is_lost_later_is_asked_for(wire: Wire) -> None:
    wire.registers()
    assert wire.asks("gatewayState", state="NOREG") == []
    assert wire.phase() is Phase.READY
    wire.waits(4.0)
    assert wire.answers(wire.sent_one(), params={"state": "REGED"}) == []
    assert wire.waits(60.0) == []


def test_after_the_gateway_is_down_its_words_do_not_count(wire: Wire) -> None:
    wire.registers()
    wire.asks("gatewayState", state="FAILED")
    assert wire.asks("gatewayState", state="REGED") == []
    assert wire.asks("clientReady", state="REGED") == []
    assert wire.phase() is Phase.FAILED


def test_a_gateway_state_without_a_state_is_nothing(wire: Wire) -> None:
    polls(wire)
    assert wire.asks("gatewayState") == []
    assert wire.phase() is Phase.POLLING_GATEWAY


@pytest.mark.parametrize("code", [-32001, -32000, "10007"])
def test_a_refused_login_is_told_with_the_server_s_words(
    wire: Wire, code: int | str
) -> None:
    refused = wire.refuses(wire.opens(), code, "Login Incorrect")
    assert refused == [LoginRefused(code, "Login Incorrect")]
    assert wire.phase() is Phase.FAILED
    assert (wire.sent(), wire.waits(60.0)) == ([], [])


def test_a_login_that_nobody_answers_times_out_after_five_seconds(wire: Wire) -> None:
    wire.opens()
    assert wire.waits(4.9) == []
    assert wire.waits(0.1) == [LoginTimedOut()]
    assert wire.phase() is Phase.FAILED


def test_a_login_s_answer_that_comes_too_late_is_unmatched(wire: Wire) -> None:
    login = wire.opens()
    wire.waits(5.0)
    assert wire.answers(login, sessid=SESSID) == [Unmatched("id-1", None)]
    assert wire.phase() is Phase.FAILED


def test_client_ready_alone_keeps_the_login_from_timing_out(wire: Wire) -> None:
    wire.opens()
    wire.asks("clientReady", state="REGED")
    assert wire.waits(60.0) == []
    assert wire.phase() is Phase.READY


def test_a_server_that_forgot_the_login_is_told_it_again(wire: Wire) -> None:
    invite = wire.invites()
    assert wire.refuses(invite, -32000, "Authentication Required") == [
        CallRefused("call-1", -32000, "Authentication Required"),
        LoginLost("Authentication Required"),
    ]
    login = wire.sent_one()
    assert login["method"] == "anonymous_login"
    assert login["params"]["reconnection"] is True
    assert login["params"]["sessid"] == SESSID
    wire.answers(login, sessid="sessid-2")
    assert wire.asks("clientReady", state="REGED") == [Ready(None)]
    assert wire.session.sessid == "sessid-2"


def test_the_login_is_repeated_once_a_socket(wire: Wire) -> None:
    wire.refuses(wire.invites(), -32000)
    wire.answers(wire.sent_one())
    wire.asks("clientReady", state="REGED")
    again = wire.refuses(wire.invites_again("call-2"), "-32000")
    assert again == [
        CallRefused("call-2", "-32000", "no"),
        LoginRefused("-32000", "no"),
    ]
    assert wire.sent() == []
    wire.closes()
    wire.registers()
    wire.refuses(wire.invites_again("call-3"), -32000)
    assert wire.sent_one()["method"] == "anonymous_login"


def test_requests_that_fail_together_repeat_the_login_once(wire: Wire) -> None:
    wire.talks()
    wire.session.dtmf("call-1", "1", wire.now_s)
    wire.session.dtmf("call-1", "2", wire.now_s)
    first, second = wire.sent()
    refused = RequestRefused("telnyx_rtc.info", "call-1", -32000, "no")
    assert wire.refuses(first, -32000) == [refused, LoginLost("no")]
    assert wire.refuses(second, -32000) == [refused]
    assert wire.sent_one()["method"] == "anonymous_login"


def test_another_error_does_not_repeat_the_login(wire: Wire) -> None:
    wire.refuses(wire.invites(), -32002)
    assert wire.sent() == []
    assert wire.phase() is Phase.READY


def test_everything_that_a_login_may_say_is_said() -> None:
    wire = Wire(Login("a", "ai_assistant", "v2", {"room": "7"}, "conv"))
    params = wire.opens()["params"]
    assert params["target_version_id"] == "v2"
    assert params["userVariables"] == {"room": "7"}
    assert params["target_params"] == {"conversation_id": "conv"}


def test_a_first_login_may_claim_to_be_a_reconnection(wire: Wire) -> None:
    assert wire.opens(reconnection=True)["params"]["reconnection"] is True


@pytest.mark.parametrize(
    ("away_s", "sessid"), [(1.0, SESSID), (90.0, SESSID), (90.1, None)]
)
def test_a_session_is_taken_up_again_within_ninety_seconds(
    wire: Wire, away_s: float, sessid: str | None
) -> None:
    wire.registers()
    wire.waits(600.0)
    wire.closes()
    wire.waits(away_s)
    assert wire.session.can_reattach(wire.now_s) is (sessid is not None)
    assert wire.session.query_parameters() == {"voice_sdk_id": VOICE_SDK_ID}
    params = wire.opens()["params"]
    assert params.get("sessid") == sessid
    assert params["reconnection"] is True


def test_failed_sockets_do_not_make_a_session_younger(wire: Wire) -> None:
    wire.registers()
    wire.closes()
    wire.waits(60.0)
    assert wire.opens()["params"]["sessid"] == SESSID
    wire.closes()
    wire.waits(31.0)
    assert wire.session.can_reattach(wire.now_s) is False


@pytest.mark.parametrize("sessid", [None, SESSID])
def test_a_session_taken_up_again_is_young_again(
    wire: Wire, sessid: str | None
) -> None:
    wire.registers()
    wire.closes()
    wire.waits(60.0)
    wire.opens()
    wire.asks("clientReady", state="REGED", sessid=sessid)
    wire.waits(600.0)
    assert wire.session.can_reattach(wire.now_s)
    wire.closes()
    wire.waits(90.0)
    assert wire.session.can_reattach(wire.now_s)


def test_before_the_first_login_there_is_nothing_to_take_up(wire: Wire) -> None:
    assert wire.session.can_reattach(wire.now_s) is False
    assert wire.session.query_parameters() == {}
    assert wire.phase() is Phase.CLOSED
    assert wire.session.deadline() is None


def test_ids_are_adopted_from_any_frame(wire: Wire) -> None:
    wire.opens()
    wire.says(id=1, method="telnyx_rtc.surprise", params={}, voice_sdk_id="VSDK2")
    wire.asks("clientReady", sessid="sessid-9")
    assert wire.session.voice_sdk_id == "VSDK2"
    assert wire.session.sessid == "sessid-9"
    wire.says(id=2, error={"code": 1, "message": "no"}, voice_sdk_id="VSDK3")
    assert wire.session.voice_sdk_id == "VSDK3"


def test_a_socket_opened_over_another_one_starts_anew(wire: Wire) -> None:
    wire.registers()
    wire.session.socket_opened(False, wire.now_s)
    assert wire.phase() is Phase.LOGGING_IN
    assert wire.sent_one()["params"]["sessid"] == SESSID


def test_nothing_is_heard_or_due_after_the_close(wire: Wire) -> None:
    wire.opens()
    wire.closes()
    assert wire.asks("clientReady", state="REGED") == []
    assert wire.session.deadline() is None
    assert wire.sent() == []
