import pytest

from callpoint.simulator.actions import (
    AcceptAnswer,
    AnswerOffer,
    BeginTalk,
    EndCall,
    Json,
    RenewMedia,
)
from tests.unit.simulator.clients import Bench, Client


def flow(client: Client) -> list[tuple[str, bool]]:
    """Methods of the set-up, and whether each carried SDP."""
    methods = ("ringing", "media", "answer")
    return [
        (frame["method"].removeprefix("telnyx_rtc."), "sdp" in frame["params"])
        for frame in client.frames()
        if frame.get("method", "").removeprefix("telnyx_rtc.") in methods
    ]


@pytest.mark.parametrize(
    ("presets", "expected"),
    [
        (["ok"], [("answer", True)]),
        (["ringing-first"], [("ringing", False), ("answer", True)]),
        (["early-media"], [("media", True), ("answer", True)]),
        (["media-then-answer-without-sdp"], [("media", True), ("answer", False)]),
        (["duplicate-answer"], [("answer", True), ("answer", True)]),
        (["never-answers"], []),
        (["never-answers", "ringing-first"], [("ringing", False)]),
        (["early-media", "never-answers"], [("media", True)]),
    ],
)
def test_a_call_is_set_up_as_the_scenario_says(
    presets: list[str], expected: list[tuple[str, bool]]
) -> None:
    bench = Bench(*presets)
    client = bench.client().call()
    bench.wait(1)
    assert flow(client) == expected


def test_an_invite_gets_call_created_and_a_media_end() -> None:
    bench = Bench()
    answer = bench.client().get_ready().invite()
    assert answer is not None
    result = {"callID": "c1", "message": "CALL CREATED", "sessid": "id-2"}
    assert answer["result"] == result
    assert bench.of(AnswerOffer) == [AnswerOffer("c1", "an offer")]


def test_the_assistant_may_speak_once_the_answer_is_on_its_way() -> None:
    bench = Bench("slow-answer:2")
    bench.client().call()
    bench.wait(1.9)
    assert bench.of(BeginTalk) == []
    bench.wait(0.1)
    assert bench.of(BeginTalk) == [BeginTalk("c1")]


def test_a_call_that_ended_before_its_slow_answer_is_not_answered() -> None:
    bench = Bench("slow-answer:2")
    client = bench.client().call()
    client.about("bye")
    bench.wait(3)
    assert flow(client) == []


def test_an_invite_before_the_login_wants_a_login() -> None:
    answer = Bench().client().invite()
    assert answer is not None
    assert answer["error"]["code"] == -32000


def test_an_invite_before_the_gateway_is_registered_is_refused() -> None:
    bench = Bench("gateway-failed")
    answer = bench.client().get_ready().invite()
    assert answer is not None
    assert answer["error"]["message"] == "GATEWAY_DOWN"


def test_a_refused_invite_makes_no_call() -> None:
    bench = Bench("refuse-invite")
    answer = bench.client().get_ready().invite()
    assert answer is not None
    assert answer["error"] == {
        "code": -32002,
        "message": "CALL REJECTED",
        "callID": "c1",
    }
    assert bench.of(AnswerOffer) == []


def test_an_invite_can_stay_without_an_answer() -> None:
    assert Bench("silent-invite").client().get_ready().invite() is None


def test_an_invite_of_a_call_that_is_there_is_refused() -> None:
    answer = Bench().client().call().invite()
    assert answer is not None
    assert answer["error"]["message"] == "dialogParams.callID is in use"


def test_an_invite_tells_what_the_client_says_of_itself() -> None:
    bench = Bench()
    dialog = {
        "callID": "c1",
        "caller_id_name": "hall",
        "custom_headers": [{"name": "X-A", "value": "1"}],
    }
    client = bench.client().get_ready()
    client.ask("telnyx_rtc.invite", {"sdp": "x", "dialogParams": dialog})
    assert bench.notes("invite") == [
        {
            "call_id": "c1",
            "caller_name": "hall",
            "custom_headers": [{"name": "X-A", "value": "1"}],
        }
    ]


def test_a_bye_of_the_client_ends_the_call() -> None:
    bench = Bench()
    answer = bench.client().call().about("bye", cause="NORMAL_CLEARING", causeCode=16)
    assert answer is not None
    assert answer["result"]["callID"] == "c1"
    assert bench.of(EndCall) == [EndCall("c1")]
    (told,) = bench.notes("hangup")
    assert told == {
        "call_id": "c1",
        "by": "caller",
        "cause": "NORMAL_CLEARING",
        "cause_code": 16,
    }


@pytest.mark.parametrize("method", ["bye", "modify", "info", "attach", "candidate"])
def test_a_call_that_nobody_knows_does_not_exist(method: str) -> None:
    answer = Bench().client().call().about(method, call_id="another")
    assert answer is not None
    assert answer["error"]["message"] == "CALL_DOES_NOT_EXIST"


def test_the_spelling_call_id_of_some_sdks_works_and_is_observed() -> None:
    bench = Bench()
    client = bench.client().call()
    params = {"sessid": "s", "dialogParams": {"callId": "c1"}}
    answer = client.answer_to("telnyx_rtc.bye", params)
    assert answer is not None
    assert "result" in answer
    assert bench.observations() == ["bye spells callId"]


def test_a_bye_that_names_no_call_is_rejected() -> None:
    bench = Bench()
    client = bench.client().call()
    answer = client.answer_to("telnyx_rtc.bye", {"sessid": "s", "dialogParams": {}})
    assert answer is not None
    assert answer["error"]["code"] == -32602
    assert bench.of(EndCall) == []


@pytest.mark.parametrize(
    ("presets", "expected"),
    [
        (
            ["bye-after:2"],
            {
                "callID": "c1",
                "cause": "NORMAL_CLEARING",
                "causeCode": 16,
                "sipCode": 200,
                "sipReason": "OK",
                "dialogParams": {"custom_headers": []},
            },
        ),
        (["bye-after:2", "bye-with-nothing"], {"callID": "c1"}),
        (
            ["bye-after:2,MEDIA_TIMEOUT"],
            {
                "callID": "c1",
                "cause": "MEDIA_TIMEOUT",
                "dialogParams": {"custom_headers": []},
            },
        ),
    ],
)
def test_a_bye_of_the_gateway_has_the_shape_that_the_scenario_says(
    presets: list[str], expected: Json
) -> None:
    bench = Bench(*presets)
    client = bench.client().call()
    bench.wait(2)
    (bye,) = client.frames("telnyx_rtc.bye")
    assert bye["params"] == expected
    assert bench.of(EndCall) == [EndCall("c1")]


@pytest.mark.parametrize(
    ("actions", "states"),
    [
        (["hold", "unhold"], ["held", "active"]),
        (["toggleHold", "toggleHold"], ["held", "active"]),
        (["hold", "hold"], ["held", "held"]),
    ],
)
def test_hold_answers_with_the_state(actions: list[str], states: list[str]) -> None:
    client = Bench().client().call()
    answers = [client.about("modify", action=action) for action in actions]
    told = [answer["result"]["holdState"] for answer in answers if answer]
    assert told == states


def test_an_unknown_way_to_modify_is_refused() -> None:
    answer = Bench().client().call().about("modify", action="paint")
    assert answer is not None
    assert answer["error"]["code"] == -32602


def test_an_update_of_media_is_answered_when_the_media_end_has_its_sdp() -> None:
    bench = Bench()
    client = bench.client().call()
    assert client.about("modify", action="updateMedia", sdp="another offer") is None
    assert bench.of(RenewMedia) == [RenewMedia("c1", "another offer")]
    bench.take(bench.gateway.media_renewed("c1", "another answer"))
    assert client.frames()[-1]["result"] == {
        "action": "updateMedia",
        "callID": "c1",
        "sdp": "another answer",
    }


def test_keys_are_told() -> None:
    bench = Bench()
    answer = bench.client().call().about("info", dtmf="5")
    assert answer is not None
    assert answer["result"] == {"message": "SENT", "sessid": "id-2"}
    assert bench.notes("dtmf") == [{"call_id": "c1", "digits": "5"}]


def test_an_attach_carries_an_offer_and_takes_an_answer_once() -> None:
    bench = Bench()
    client = bench.client().call()
    bench.take(bench.gateway.offer_made("c1", "a new offer"))
    (attach,) = client.frames("telnyx_rtc.attach")
    assert attach["params"]["sdp"] == "a new offer"
    assert client.about("attach", sdp="my answer") is not None
    assert bench.of(AcceptAnswer) == [AcceptAnswer("c1", "my answer")]
    again = client.about("attach", sdp="my answer")
    assert again is not None
    assert again["error"]["message"] == "no such attach"


def test_news_of_a_call_that_is_over_are_dropped() -> None:
    bench = Bench()
    client = bench.client().call()
    client.about("bye")
    sent = len(client.frames())
    bench.take(bench.gateway.offer_answered("c1", "x", bench.now_s))
    bench.take(bench.gateway.offer_made("c1", "x"))
    bench.take(bench.gateway.media_renewed("c1", "x"))
    bench.take(bench.gateway.hang_up("c1", "NORMAL_CLEARING", "gateway"))
    bench.take(bench.gateway.tell("c1", {}))
    assert len(client.frames()) == sent
