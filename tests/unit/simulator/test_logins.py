import pytest

from callpoint.simulator.actions import CloseSocket, MakeOffer, SendText
from tests.unit.simulator.clients import Bench


def test_a_login_gets_a_session_then_client_ready_with_an_integer_id() -> None:
    client = Bench().client()
    answer = client.log_in(sessid="the client's own")
    assert answer is not None
    assert answer["result"] == {"message": "logged in", "sessid": "id-2"}
    (ready,) = client.frames("telnyx_rtc.clientReady")
    assert ready["params"] == {"reattached_sessions": []}
    assert isinstance(ready["id"], int)


def test_every_frame_has_the_voice_sdk_id_at_its_top() -> None:
    client = Bench().client().call()
    ids = {frame["voice_sdk_id"] for frame in client.frames()}
    assert ids == {"VSDK1ID1"}


@pytest.mark.parametrize(
    ("preset", "code"),
    [
        ("login-error", -32000),
        ("login-refused", -32001),
        ("login-string-code", "AUTH_BACKEND_DOWN"),
    ],
)
def test_a_login_can_be_refused(preset: str, code: int | str) -> None:
    client = Bench(preset).client()
    answer = client.log_in()
    assert answer is not None
    assert answer["error"]["code"] == code
    assert client.frames("telnyx_rtc.clientReady") == []


def test_a_login_can_stay_without_an_answer() -> None:
    bench = Bench("silent-login")
    assert bench.client().log_in() is None
    assert bench.of(CloseSocket) == []


def test_a_login_can_close_the_socket() -> None:
    bench = Bench("close-on-login")
    bench.client().log_in()
    assert bench.of(CloseSocket) == [CloseSocket(1, 1011, "no login today")]


def test_a_slow_login_is_answered_when_its_time_has_come() -> None:
    bench = Bench("slow-login:2")
    client = bench.client()
    assert client.log_in() is None
    bench.wait(1.9)
    assert client.frames() == []
    bench.wait(0.1)
    assert client.frames()[0]["result"]["message"] == "logged in"


def test_a_slow_login_of_a_socket_that_went_makes_no_session() -> None:
    bench = Bench("slow-login:2")
    client = bench.client()
    client.log_in()
    client.go()
    bench.wait(3)
    assert bench.notes("logged_in") == []


def test_client_ready_can_stay_away() -> None:
    client = Bench("no-client-ready").client()
    client.log_in()
    assert client.frames("telnyx_rtc.clientReady") == []


def test_client_ready_can_carry_the_state_and_that_registers() -> None:
    bench = Bench("state-in-client-ready")
    client = bench.client()
    client.log_in()
    (ready,) = client.frames("telnyx_rtc.clientReady")
    assert ready["params"]["state"] == "REGED"
    assert bench.notes("ready") == [{"socket": 1}]


@pytest.mark.parametrize(
    ("preset", "states"),
    [
        ("ok", ["REGED", "REGED", "REGED"]),
        ("noreg-then-reged", ["NOREG", "NOREG", "REGED"]),
        ("gateway-failed", ["FAILED", "FAILED", "FAILED"]),
        ("failed-then-reged", ["FAILED", "REGED", "REGED"]),
        ("gateway-states:FAIL_WAIT,TRYING", ["FAIL_WAIT", "TRYING", "TRYING"]),
        ("gateway-silent", [None, None, None]),
    ],
)
def test_polls_follow_the_script(preset: str, states: list[str | None]) -> None:
    client = Bench(preset).client()
    client.log_in()
    answers = [client.answer_to("telnyx_rtc.gatewayState", {}) for _ in range(3)]
    told = [answer and answer["result"]["params"]["state"] for answer in answers]
    assert told == states


def test_a_poll_before_the_login_wants_a_login() -> None:
    answer = Bench().client().answer_to("telnyx_rtc.gatewayState", {})
    assert answer is not None
    assert answer["error"]["code"] == -32000


def test_a_known_session_is_continued_and_its_call_offered_again() -> None:
    bench = Bench()
    bench.client(1).call()
    first = bench.client(2, voice_sdk_id="VSDK1ID1")
    first.log_in(sessid="id-2", reconnection=True)
    (ready,) = first.frames("telnyx_rtc.clientReady")
    assert ready["params"]["reattached_sessions"] == ["c1"]
    assert bench.of(MakeOffer) == [MakeOffer("c1")]


@pytest.mark.parametrize(
    ("voice_sdk_id", "params", "observation"),
    [
        ("VSDK1ID1", {"sessid": "id-2"}, "without reconnection: true"),
        ("VSDK1X", {"sessid": "id-2", "reconnection": True}, "without its voice_sdk"),
        ("", {"sessid": "id-2", "reconnection": True}, "without its voice_sdk"),
        ("VSDK1ID1", {"sessionId": "id-2", "reconnection": True}, "unknown key sessi"),
    ],
)
def test_a_login_without_all_that_belongs_to_it_is_a_new_session(
    voice_sdk_id: str, params: dict[str, object], observation: str
) -> None:
    bench = Bench()
    bench.client(1).call()
    client = bench.client(2, voice_sdk_id)
    client.log_in(**params)
    (ready,) = client.frames("telnyx_rtc.clientReady")
    assert ready["params"]["reattached_sessions"] == []
    assert any(observation in what for what in bench.observations())


def test_a_session_outlives_its_socket_for_90_s_and_then_loses_its_call() -> None:
    bench = Bench()
    old = bench.client(1).call()
    old.go()
    bench.wait(89.9)
    assert bench.notes("hangup") == []
    bench.wait(0.2)
    assert bench.notes("hangup")[0]["cause"] == "session expired"
    late = bench.client(2, voice_sdk_id="VSDK1ID1")
    late.log_in(sessid="id-2", reconnection=True)
    (ready,) = late.frames("telnyx_rtc.clientReady")
    assert ready["params"]["reattached_sessions"] == []


def test_a_session_that_came_back_in_time_is_kept() -> None:
    bench = Bench("retention:10")
    bench.client(1).call().go()
    bench.wait(9)
    bench.client(2, "VSDK1ID1").log_in(sessid="id-2", reconnection=True)
    bench.wait(30)
    assert bench.notes("hangup") == []


def test_a_session_that_is_lost_again_has_all_its_time_again() -> None:
    bench = Bench("retention:10")
    bench.client(1).call().go()
    bench.wait(9)
    client = bench.client(2, "VSDK1ID1")
    client.log_in(sessid="id-2", reconnection=True)
    client.go()
    bench.wait(9.9)
    assert bench.notes("session_forgotten") == []
    bench.wait(0.2)
    assert len(bench.notes("session_forgotten")) == 1


def test_a_call_that_was_not_answered_yet_is_not_offered_again() -> None:
    bench = Bench("never-answers")
    bench.client(1).call().go()
    client = bench.client(2, "VSDK1ID1")
    client.log_in(sessid="id-2", reconnection=True)
    (ready,) = client.frames("telnyx_rtc.clientReady")
    assert ready["params"]["reattached_sessions"] == []


def test_without_retention_a_session_is_forgotten_at_once() -> None:
    bench = Bench("retention:0")
    bench.client(1).call().go()
    bench.wait(0)
    assert bench.notes("session_forgotten") == [{"sessid": "id-2"}]


def test_a_parallel_socket_punts_the_older_one() -> None:
    bench = Bench()
    old = bench.client(1).get_ready()
    bench.client(2, "VSDK1ID1").log_in(sessid="id-2", reconnection=True)
    assert len(old.frames("telnyx_rtc.punt")) == 1


def test_an_attach_can_come_before_client_ready() -> None:
    bench = Bench("attach-first")
    bench.client(1).call().go()
    client = bench.client(2, "VSDK1ID1")
    client.log_in(sessid="id-2", reconnection=True)
    assert client.frames("telnyx_rtc.clientReady") == []
    bench.take(bench.gateway.offer_made("c1", "a new offer"))
    order = [frame["method"] for frame in client.frames() if "method" in frame]
    assert order[-2:] == ["telnyx_rtc.attach", "telnyx_rtc.clientReady"]


def test_an_attach_can_stay_away() -> None:
    bench = Bench("never-attaches")
    bench.client(1).call().go()
    client = bench.client(2, "VSDK1ID1")
    client.log_in(sessid="id-2", reconnection=True)
    (ready,) = client.frames("telnyx_rtc.clientReady")
    assert ready["params"]["reattached_sessions"] == ["c1"]
    assert bench.of(MakeOffer) == []


def test_an_attach_can_be_for_a_call_that_nobody_knows() -> None:
    client = Bench("attach-unknown").client()
    client.log_in()
    (attach,) = client.frames("telnyx_rtc.attach")
    assert attach["params"]["sdp"].startswith("v=0")


def test_what_a_login_lacks_is_observed() -> None:
    bench = Bench()
    bench.client().ask("anonymous_login", {"target_type": "ai_assistant"})
    assert "anonymous_login lacks target_id" in bench.observations()
    assert "anonymous_login lacks User-Agent" in bench.observations()


def test_junk_comes_after_the_login_and_is_all_sorts() -> None:
    bench = Bench("junk-frames")
    client = bench.client()
    client.log_in()
    texts = [action.text for action in bench.of(SendText)]
    assert "#SPU 1 65536" in texts
    methods = {frame.get("method") for frame in client.frames()}
    assert {"telnyx_rtc.news", "ai_conversation", 7, None} <= methods


def test_a_big_frame_has_its_size() -> None:
    bench = Bench("big-frame:1000")
    bench.client().log_in()
    assert 1000 < max(len(action.text) for action in bench.of(SendText)) < 1200
