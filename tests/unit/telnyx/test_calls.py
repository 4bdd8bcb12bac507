"""Calls on the wire: each order of messages that a server may choose."""

from dataclasses import replace
from typing import Any

import pytest

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.events import (
    Answered,
    AttachOffered,
    ByeConfirmed,
    ByeReceived,
    CallCreated,
    CallRefused,
    EarlyMedia,
    InviteTimedOut,
    NotReattached,
    Punted,
    Ready,
    RequestTimedOut,
    Ringing,
    SessionEvent,
    Stray,
)
from callpoint.telnyx.messages import TelnyxIds
from callpoint.telnyx.registration import Phase
from callpoint.telnyx.requests import CallRequest, HangupCause, Login
from tests.unit.telnyx.wire import ANSWER, CALL_ID, OFFER, SESSID, Wire

NO_IDS = TelnyxIds()
RANG = ("ringing", {"callID": CALL_ID})
MEDIA = ("media", {"callID": CALL_ID, "sdp": ANSWER})
ANSWER_ALONE = ("answer", {"callID": CALL_ID})
ANSWER_SDP = ("answer", {"callID": CALL_ID, "sdp": ANSWER})
LATER_SDP = ("answer", {"callID": CALL_ID, "sdp": "v=0 another"})
LATER_MEDIA = ("media", {"callID": CALL_ID, "sdp": "v=0 another"})

RINGING = Ringing(CALL_ID, NO_IDS)
EARLY = EarlyMedia(CALL_ID, ANSWER)
ANSWERED = Answered(CALL_ID, ANSWER, NO_IDS)
ANSWERED_ALONE = Answered(CALL_ID, None, NO_IDS)


BYE = ByeReceived(CALL_ID, None, None, None, None, None)


Told = list[tuple[str, dict[str, Any]]]
SET_UPS: dict[str, tuple[Told, list[SessionEvent]]] = {
    "an answer with its SDP": ([ANSWER_SDP], [ANSWERED]),
    "media, then an answer without": ([MEDIA, ANSWER_ALONE], [EARLY, ANSWERED_ALONE]),
    "media, then an answer with another SDP": (
        [MEDIA, LATER_SDP],
        [EARLY, ANSWERED_ALONE],
    ),
    "an answer without, then media": ([ANSWER_ALONE, MEDIA], [ANSWERED_ALONE, EARLY]),
    "an answer without, then one with": (
        [ANSWER_ALONE, ANSWER_SDP],
        [ANSWERED_ALONE, EARLY],
    ),
    "an answer twice": ([ANSWER_SDP, LATER_SDP], [ANSWERED]),
    "media twice": ([MEDIA, LATER_MEDIA], [EARLY]),
    "media after the answer": ([ANSWER_SDP, LATER_MEDIA], [ANSWERED]),
    "media without an SDP": ([("media", {"callID": CALL_ID}), ANSWER_SDP], [ANSWERED]),
    "ringing first": ([RANG, ANSWER_SDP], [RINGING, ANSWERED]),
    "ringing after the answer": ([ANSWER_SDP, RANG], [ANSWERED]),
    "no call id anywhere": (
        [("ringing", {}), ("media", {"sdp": ANSWER}), ("answer", {}), ("bye", {})],
        [RINGING, EARLY, ANSWERED_ALONE, BYE],
    ),
    "a bye before the answer": ([("bye", {"callID": CALL_ID})], [BYE]),
    "an answer after the bye": (
        [("bye", {}), ANSWER_SDP],
        [BYE, Stray("telnyx_rtc.answer", CALL_ID)],
    ),
    "a bye twice": (
        [("bye", {}), ("bye", {"callID": CALL_ID})],
        [BYE, Stray("telnyx_rtc.bye", CALL_ID)],
    ),
    "things of no use": (
        [("display", {"callID": CALL_ID}), ("candidate", {}), ("info", {})],
        [],
    ),
}


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.mark.parametrize(("told", "events"), SET_UPS.values(), ids=SET_UPS)
def test_a_call_is_set_up(told: Told, events: list[SessionEvent]) -> None:
    wire = Wire()
    wire.answers(wire.invites(), callID=CALL_ID, message="CALL CREATED")
    heard = [e for method, params in told for e in wire.asks(method, **params)]
    assert heard == events


@pytest.mark.parametrize(
    "method",
    [
        "invite",
        "ringing",
        "media",
        "answer",
        "bye",
        "display",
        "candidate",
        "attach",
        "punt",
    ],
)
@pytest.mark.parametrize("id", [3084, "f2a9", 0])
def test_what_the_vendor_acknowledges_is_acknowledged_even_for_an_unknown_call(
    wire: Wire, method: str, id: int | str
) -> None:
    wire.registers()
    wire.asks(method, id=id, callID="never-heard")
    assert wire.sent_one() == {
        "jsonrpc": "2.0",
        "id": id,
        "result": {"method": f"telnyx_rtc.{method}"},
    }


@pytest.mark.parametrize("method", ["clientReady", "gatewayState", "event", "info"])
def test_what_the_vendor_does_not_acknowledge_is_not(wire: Wire, method: str) -> None:
    wire.registers()
    wire.asks(method, eventChannel="x")
    assert wire.sent() == []


def test_a_notification_is_not_acknowledged(wire: Wire) -> None:
    wire.registers()
    wire.asks("punt", id=None)
    assert wire.sent() == []


def test_an_invite_carries_the_session_and_the_offer(wire: Wire) -> None:
    invite = wire.invites()
    assert invite["method"] == "telnyx_rtc.invite"
    assert invite["params"]["sessid"] == SESSID
    assert invite["params"]["sdp"] == OFFER
    assert invite["params"]["dialogParams"]["callID"] == CALL_ID


def test_variables_of_the_call_are_added_to_those_of_the_login() -> None:
    wire = Wire(Login("a", user_variables={"room": "7", "floor": "1"}))
    wire.registers()
    wire.session.invite(
        CallRequest("c", user_variables={"floor": "2"}), OFFER, wire.now_s
    )
    dialog = wire.sent_one()["params"]["dialogParams"]
    assert dialog["userVariables"] == {"room": "7", "floor": "2"}


def test_the_server_takes_the_invite(wire: Wire) -> None:
    created = wire.answers(wire.invites(), callID=CALL_ID, message="CALL CREATED")
    assert created == [CallCreated(CALL_ID)]
    assert wire.waits(60.0) == []


def test_the_server_refuses_the_invite(wire: Wire) -> None:
    refused = wire.refuses(wire.invites(), -32002, "codec error")
    assert refused == [CallRefused(CALL_ID, -32002, "codec error")]
    assert wire.asks("answer", callID=CALL_ID, sdp=ANSWER) == [
        Stray("telnyx_rtc.answer", CALL_ID)
    ]


def test_an_invite_that_nobody_answers_times_out_and_can_be_ended(wire: Wire) -> None:
    wire.invites()
    assert wire.waits(9.9) == []
    assert wire.waits(0.1) == [InviteTimedOut(CALL_ID)]
    assert wire.session.bye(CALL_ID, None, wire.now_s)
    assert wire.sent_one()["method"] == "telnyx_rtc.bye"


@pytest.mark.parametrize("method", ["ringing", "media", "answer"])
def test_a_call_that_is_heard_of_makes_the_invite_s_result_needless(
    wire: Wire, method: str
) -> None:
    wire.invites()
    wire.asks(method, callID=CALL_ID)
    assert wire.waits(60.0) == []


def test_ringing_tells_the_vendor_s_ids(wire: Wire) -> None:
    wire.invites()
    (event,) = wire.asks("ringing", callID=CALL_ID, telnyx_leg_id="leg")
    assert event == Ringing(CALL_ID, TelnyxIds(None, "leg", None))


def test_an_answer_tells_its_headers(wire: Wire) -> None:
    wire.invites()
    headers = [{"name": "X-A", "value": "1"}]
    (event,) = wire.asks("answer", dialogParams={"custom_headers": headers})
    assert isinstance(event, Answered)
    assert event.custom_headers == (("X-A", "1"),)


def test_a_received_bye_is_told_in_full_and_not_returned(wire: Wire) -> None:
    wire.talks()
    events = wire.asks(
        "bye",
        callID=CALL_ID,
        cause="ORIGINATOR_CANCEL",
        causeCode=487,
        sipCode=487,
        sipReason="Request Terminated",
        sip_call_id="sip",
    )
    assert events == [
        ByeReceived(CALL_ID, "ORIGINATOR_CANCEL", 487, 487, "Request Terminated", "sip")
    ]
    assert wire.sent_one()["result"] == {"method": "telnyx_rtc.bye"}
    assert not wire.session.bye(CALL_ID, None, wire.now_s)
    assert wire.sent() == []


def test_a_message_without_a_call_id_is_for_no_one_of_two_calls(wire: Wire) -> None:
    wire.talks()
    wire.invites_again("call-2")
    assert wire.asks("bye") == [Stray("telnyx_rtc.bye", None)]
    assert wire.asks("bye", callID="call-2") == [replace(BYE, call_id="call-2")]
    assert wire.asks("bye") == [BYE]


@pytest.mark.parametrize(
    ("answered", "cause", "wire_cause", "code"),
    [
        (True, None, "NORMAL_CLEARING", 16),
        (False, None, "USER_BUSY", 17),
        (True, HangupCause.NORMAL_TEMPORARY_FAILURE, "NORMAL_TEMPORARY_FAILURE", 41),
    ],
)
def test_our_bye_tells_how_far_the_call_had_come(
    wire: Wire, answered: bool, cause: HangupCause | None, wire_cause: str, code: int
) -> None:
    wire.invites()
    if answered:
        wire.asks("answer", sdp=ANSWER)
        wire.sent()
    assert wire.session.bye(CALL_ID, cause, wire.now_s)
    params = wire.sent_one()["params"]
    assert (params["cause"], params["causeCode"]) == (wire_cause, code)


@pytest.mark.parametrize("well", [True, False])
def test_our_bye_is_confirmed_by_any_answer(wire: Wire, well: bool) -> None:
    wire.talks()
    wire.session.bye(CALL_ID, None, wire.now_s)
    bye = wire.sent_one()
    answered = wire.answers(bye) if well else wire.refuses(bye, "CALL_DOES_NOT_EXIST")
    assert answered == [ByeConfirmed(CALL_ID)]


def test_a_bye_that_nobody_answers_is_told(wire: Wire) -> None:
    wire.talks()
    wire.session.bye(CALL_ID, None, wire.now_s)
    assert wire.waits(10.0) == [RequestTimedOut("telnyx_rtc.bye", CALL_ID)]


def test_what_comes_after_our_bye_is_dropped(wire: Wire) -> None:
    wire.invites()
    wire.session.bye(CALL_ID, None, wire.now_s)
    for method in ("ringing", "media", "answer", "bye"):
        events = wire.asks(method, callID=CALL_ID, sdp=ANSWER)
        assert events == [Stray(f"telnyx_rtc.{method}", CALL_ID)]


def test_a_call_is_ended_once(wire: Wire) -> None:
    wire.talks()
    assert wire.session.bye(CALL_ID, None, wire.now_s)
    assert not wire.session.bye(CALL_ID, None, wire.now_s)
    assert not wire.session.bye("never-heard", None, wire.now_s)
    assert len(wire.sent()) == 1


def test_key_tones_go_into_the_call(wire: Wire) -> None:
    wire.talks()
    wire.session.dtmf(CALL_ID, "12#", wire.now_s)
    tones = wire.sent_one()
    assert tones["params"]["dtmf"] == "12#"
    assert wire.answers(tones, sessid=SESSID) == []


def test_commands_need_a_session_that_is_ready(wire: Wire) -> None:
    for _ in range(2):
        with pytest.raises(LocalProtocolError, match="cannot place a call while"):
            wire.session.invite(CallRequest("c"), OFFER, wire.now_s)
        with pytest.raises(LocalProtocolError, match="cannot dial while"):
            wire.session.dtmf("c", "1", wire.now_s)
        with pytest.raises(LocalProtocolError, match="cannot write"):
            wire.session.say("Hello", (), wire.now_s)
        wire.session.socket_opened(False, wire.now_s)


def test_commands_need_a_call_that_is_up(wire: Wire) -> None:
    wire.registers()
    with pytest.raises(LocalProtocolError, match="the call c is over"):
        wire.session.dtmf("c", "1", wire.now_s)
    with pytest.raises(LocalProtocolError, match="without a call"):
        wire.session.say("Hello", (), wire.now_s)
    assert wire.sent() == []


def test_a_call_id_is_used_once(wire: Wire) -> None:
    wire.talks()
    wire.asks("bye")
    wire.sent()
    with pytest.raises(LocalProtocolError, match="the call call-1 exists"):
        wire.session.invite(CallRequest(CALL_ID), OFFER, wire.now_s)
    assert wire.sent() == []


def test_an_invite_that_cannot_be_written_leaves_no_call_behind(wire: Wire) -> None:
    wire.registers()
    request = CallRequest("c", user_variables={"when": object()})
    with pytest.raises(LocalProtocolError, match="cannot be written"):
        wire.session.invite(request, OFFER, wire.now_s)
    with pytest.raises(LocalProtocolError, match="without a call"):
        wire.session.say("Hello", (), wire.now_s)


def test_calls_of_a_year_are_not_all_remembered(wire: Wire) -> None:
    wire.registers()
    for number in range(100):
        wire.invites_again(f"call-{number}")
        wire.asks("bye")
        wire.sent()
    wire.invites_again("call-0")
    with pytest.raises(LocalProtocolError, match="the call call-99 exists"):
        wire.invites_again("call-99")


def test_a_punt_is_told_and_is_no_bye(wire: Wire) -> None:
    wire.talks()
    assert wire.asks("punt") == [Punted()]
    assert wire.sent_one()["result"] == {"method": "telnyx_rtc.punt"}
    assert wire.asks("bye", callID=CALL_ID) == [BYE]


def test_a_refusal_after_our_bye_is_nothing(wire: Wire) -> None:
    invite = wire.invites()
    wire.session.bye(CALL_ID, None, wire.now_s)
    assert wire.refuses(invite, "CALL_DOES_NOT_EXIST") == []


@pytest.mark.parametrize(
    ("method", "params"), [("punt", {}), ("gatewayState", {"state": "FAIL_WAIT"})]
)
def test_a_call_outlives_a_server_that_goes(
    wire: Wire, method: str, params: dict[str, Any]
) -> None:
    wire.talks()
    wire.asks(method, **params)
    assert reconnects(wire, CALL_ID) == [Ready((CALL_ID,))]
    offered = wire.asks("attach", callID=CALL_ID, sdp=OFFER)
    assert offered == [AttachOffered(CALL_ID, OFFER, known=True)]


def reconnects(wire: Wire, *reattached: str) -> list[SessionEvent]:
    wire.closes()
    wire.waits(3.0)
    return wire.registers(*reattached)


def test_a_call_survives_its_socket(wire: Wire) -> None:
    wire.talks()
    assert reconnects(wire, CALL_ID) == [Ready((CALL_ID,))]
    offered = wire.asks("attach", callID=CALL_ID, sdp="v=0 offer")
    assert offered == [AttachOffered(CALL_ID, "v=0 offer", known=True)]
    assert wire.sent_one()["result"] == {"method": "telnyx_rtc.attach"}
    assert wire.session.answer_attach(CALL_ID, "v=0 answer", wire.now_s)
    attach = wire.sent_one()
    assert attach["method"] == "telnyx_rtc.attach"
    assert attach["params"]["sdp"] == "v=0 answer"
    assert attach["params"]["dialogParams"]["attach"] is True
    assert attach["params"]["dialogParams"]["callID"] == CALL_ID
    assert wire.answers(attach) == []
    assert wire.waits(60.0) == []
    assert wire.asks("bye", callID=CALL_ID) == [BYE]


def test_an_attach_may_come_before_everything_else(wire: Wire) -> None:
    wire.talks()
    wire.closes()
    login = wire.opens()
    offered = wire.asks("attach", callID=CALL_ID, sdp="v=0")
    assert offered == [AttachOffered(CALL_ID, "v=0", known=True)]
    assert wire.session.answer_attach(CALL_ID, "v=0", wire.now_s)
    wire.answers(login)
    ready = wire.asks("clientReady", reattached_sessions=[CALL_ID], state="REGED")
    assert ready == [Ready((CALL_ID,))]
    assert wire.waits(5.0) == []


def test_an_attach_speaks_for_the_call_as_the_invite_did() -> None:
    wire = Wire(Login("a", user_variables={"room": "7"}))
    wire.registers()
    wire.session.invite(CallRequest(CALL_ID, "Lobby"), OFFER, wire.now_s)
    invited = wire.sent_one()["params"]["dialogParams"]
    reconnects(wire, CALL_ID)
    wire.session.answer_attach(CALL_ID, "v=0", wire.now_s)
    attached = wire.sent_one()["params"]["dialogParams"]
    assert attached == invited | {"attach": True}


def test_a_call_taken_up_again_counts_as_answered(wire: Wire) -> None:
    wire.invites()
    reconnects(wire, CALL_ID)
    wire.asks("attach", callID=CALL_ID, sdp="v=0")
    wire.session.answer_attach(CALL_ID, "v=0", wire.now_s)
    wire.sent()
    assert wire.asks("answer", callID=CALL_ID, sdp=ANSWER) == []
    wire.sent()
    wire.session.bye(CALL_ID, None, wire.now_s)
    assert wire.sent_one()["params"]["cause"] == "NORMAL_CLEARING"


@pytest.mark.parametrize("reattached", [(), ("another",)])
def test_a_call_that_the_server_forgot_is_over_without_a_bye(
    wire: Wire, reattached: tuple[str, ...]
) -> None:
    wire.talks()
    assert reconnects(wire, *reattached) == [Ready(reattached), NotReattached(CALL_ID)]
    assert not wire.session.bye(CALL_ID, None, wire.now_s)
    assert wire.sent() == []


def test_a_call_that_the_server_names_goes_on_without_being_offered(
    wire: Wire,
) -> None:
    wire.talks()
    reconnects(wire, CALL_ID)
    assert wire.session.bye(CALL_ID, None, wire.now_s)
    assert wire.sent_one()["params"]["dialogParams"]["callID"] == CALL_ID


def test_a_call_that_was_named_once_can_be_lost_with_the_next_socket(
    wire: Wire,
) -> None:
    wire.talks()
    reconnects(wire, CALL_ID)
    assert reconnects(wire) == [Ready(()), NotReattached(CALL_ID)]


def registers_without_a_word(wire: Wire) -> list[SessionEvent]:
    """A registration that does not say which calls were kept."""
    wire.closes()
    wire.opens()
    return wire.asks("clientReady", state="REGED")


def test_a_server_that_does_not_say_what_it_kept_has_ten_seconds(wire: Wire) -> None:
    wire.talks()
    assert registers_without_a_word(wire) == [Ready(None)]
    assert wire.waits(9.9) == []
    assert wire.waits(0.1) == [NotReattached(CALL_ID)]


def test_a_second_loss_of_the_socket_starts_the_wait_anew(wire: Wire) -> None:
    wire.talks()
    registers_without_a_word(wire)
    wire.waits(9.0)
    wire.closes()
    assert wire.waits(30.0) == []
    assert registers_without_a_word(wire) == [Ready(None)]
    assert wire.waits(9.9) == []


def test_an_attach_for_an_unknown_call_is_offered_as_such(wire: Wire) -> None:
    wire.registers("old")
    offered = wire.asks("attach", callID="old", sdp="v=0")
    assert offered == [AttachOffered("old", "v=0", known=False)]
    assert wire.sent_one()["result"] == {"method": "telnyx_rtc.attach"}
    assert wire.session.answer_attach("old", "v=0", wire.now_s)
    assert wire.sent_one()["params"]["dialogParams"]["callID"] == "old"
    assert wire.asks("bye", callID="old") == [replace(BYE, call_id="old")]


def test_an_attach_without_an_sdp_cannot_be_answered(wire: Wire) -> None:
    wire.talks()
    attach = wire.asks("attach", callID=CALL_ID)
    assert attach == [Stray("telnyx_rtc.attach", CALL_ID)]
    assert wire.asks("attach", sdp="v=0") == [AttachOffered(CALL_ID, "v=0", True)]


def test_an_answer_to_an_attach_may_come_too_late(wire: Wire) -> None:
    wire.talks()
    reconnects(wire, CALL_ID)
    wire.asks("attach", callID=CALL_ID, sdp="v=0")
    wire.closes()
    assert not wire.session.answer_attach(CALL_ID, "v=0", wire.now_s)
    wire.registers(CALL_ID)
    wire.asks("bye", callID=CALL_ID)
    wire.sent()
    assert not wire.session.answer_attach(CALL_ID, "v=0", wire.now_s)
    assert wire.sent() == []


def test_a_refused_attach_is_the_end_of_the_call(wire: Wire) -> None:
    wire.talks()
    reconnects(wire, CALL_ID)
    wire.session.answer_attach(CALL_ID, "v=0", wire.now_s)
    refused = wire.refuses(wire.sent_one(), "CALL_DOES_NOT_EXIST", "gone")
    assert refused == [CallRefused(CALL_ID, "CALL_DOES_NOT_EXIST", "gone")]


def hangs_up_offline(wire: Wire) -> None:
    wire.talks()
    wire.closes()
    assert not wire.session.bye(CALL_ID, None, wire.now_s)


def test_a_call_that_ended_offline_is_ended_at_the_server_that_kept_it(
    wire: Wire,
) -> None:
    hangs_up_offline(wire)
    assert wire.registers(CALL_ID) == [Ready((CALL_ID,))]
    bye = wire.sent_one()
    assert bye["method"] == "telnyx_rtc.bye"
    assert bye["params"]["dialogParams"]["callID"] == CALL_ID
    assert wire.waits(5.0) == []


def test_a_call_that_ended_offline_and_was_forgotten_needs_no_bye(wire: Wire) -> None:
    hangs_up_offline(wire)
    assert wire.registers() == [Ready(())]
    assert wire.sent() == []


def test_a_call_that_ended_offline_is_not_taken_up_again(wire: Wire) -> None:
    hangs_up_offline(wire)
    wire.opens()
    stray = wire.asks("attach", callID=CALL_ID, sdp="v=0")
    assert stray == [Stray("telnyx_rtc.attach", CALL_ID)]
    wire.asks("clientReady", state="REGED")
    ack, bye = wire.sent()
    assert ack["result"] == {"method": "telnyx_rtc.attach"}
    assert bye["method"] == "telnyx_rtc.bye"


def test_a_server_that_offers_an_ended_call_is_told_again(wire: Wire) -> None:
    wire.talks()
    wire.session.bye(CALL_ID, None, wire.now_s)
    wire.sent()
    wire.asks("attach", callID=CALL_ID, sdp="v=0")
    _, bye = wire.sent()
    assert bye["method"] == "telnyx_rtc.bye"


def test_a_bye_while_the_login_is_repeated_follows_it(wire: Wire) -> None:
    wire.talks()
    wire.session.dtmf(CALL_ID, "1", wire.now_s)
    wire.refuses(wire.sent_one(), -32000)
    assert wire.phase() is Phase.LOGGING_IN
    wire.sent()
    assert not wire.session.bye(CALL_ID, None, wire.now_s)
    wire.asks("clientReady", reattached_sessions=[], state="REGED")
    assert wire.sent_one()["method"] == "telnyx_rtc.bye"
