"""The simulator's signalling over real sockets; media: test_simulator_media.py."""

import asyncio
import json
from collections.abc import AsyncIterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from callpoint.errors import CallpointError
from callpoint.simulator import running_simulator
from callpoint.telnyx.peer import Peer
from callpoint.telnyx.sdp import prepare_offer
from tests.integration.callers import dialled, in_call


@pytest.fixture(autouse=True)
async def nothing_is_left_behind() -> AsyncIterator[None]:
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    # aioice looks every 20 ms whether its connection is closed.
    _, staying = await asyncio.wait(left, timeout=0.1) if left else (left, set())
    assert staying == set()


async def test_the_first_event_has_the_url() -> None:
    async with running_simulator("ok") as simulator:
        (event,) = simulator.events
        assert (event["event"], event["url"]) == ("listening", simulator.url)
        assert simulator.url.startswith("ws://127.0.0.1:")


async def test_a_client_logs_in_gets_ready_and_pings() -> None:
    async with running_simulator() as simulator, dialled(simulator.url) as caller:
        login = await caller.log_in()
        assert login["result"]["message"] == "logged in"
        assert (await caller.method("clientReady")) == {"reattached_sessions": []}
        state = await caller.ask("telnyx_rtc.gatewayState", {})
        assert state["result"]["params"]["state"] == "REGED"
        pong = await caller.ask("telnyx_rtc.ping", {})
        assert pong["voice_sdk_id"] == login["voice_sdk_id"]
        told = await simulator.wait_for("login", target_id="assistant-1")
        assert told["target_type"] == "ai_assistant"


@pytest.mark.parametrize(
    ("scenario", "code"), [("login-error", -32000), ("login-refused", -32001)]
)
async def test_a_login_is_refused(scenario: str, code: int) -> None:
    async with running_simulator(scenario) as simulator, dialled(simulator.url) as it:
        assert (await it.log_in())["error"]["code"] == code


async def test_a_slow_login_comes_when_its_time_has_come() -> None:
    async with (
        running_simulator("slow-login:0.2") as simulator,
        dialled(simulator.url) as caller,
    ):
        before_s = asyncio.get_running_loop().time()
        await caller.log_in()
        assert asyncio.get_running_loop().time() - before_s >= 0.2


@pytest.mark.parametrize(
    ("scenario", "code"),
    [("close-on-login", 1011), ("close:4014", 4014), ("close:1001,0.1", 1001)],
)
async def test_a_socket_is_closed_with_a_code(scenario: str, code: int) -> None:
    async with running_simulator(scenario) as simulator, dialled(simulator.url) as it:
        await it.send("anonymous_login", {})
        await asyncio.wait_for(it.connection.wait_closed(), 5)
        assert it.connection.close_code == code


@pytest.mark.parametrize("scenario", ["close:1006", "drop-after-login:0"])
async def test_a_socket_is_cut_without_a_word(scenario: str) -> None:
    async with running_simulator(scenario) as simulator, dialled(simulator.url) as it:
        await it.send("anonymous_login", {})
        await asyncio.wait_for(it.connection.wait_closed(), 5)
        assert it.connection.close_code == 1006


async def test_a_half_dead_socket_stays_open_and_says_nothing() -> None:
    async with (
        running_simulator("half-dead") as simulator,
        dialled(simulator.url) as it,
    ):
        await it.send("anonymous_login", {})
        await it.method("clientReady")
        await simulator.wait_for("half-dead")
        heard = len(it.frames)
        await it.send("telnyx_rtc.ping", {})
        await asyncio.sleep(0.1)
        assert len(it.frames) == heard
        assert it.connection.close_code is None


async def test_a_client_that_does_not_answer_pings_is_dropped() -> None:
    async with (
        running_simulator("ping-every:0.05") as simulator,
        dialled(simulator.url) as caller,
    ):
        await caller.log_in()
        assert (await caller.method("ping"))["serno"] == 1
        await asyncio.wait_for(caller.connection.wait_closed(), 5)


async def test_junk_and_a_big_frame_are_sent_as_asked() -> None:
    async with (
        running_simulator(["junk-frames", "big-frame"]) as simulator,
        dialled(simulator.url) as caller,
    ):
        await caller.get_ready()
        info = await caller.until(lambda f: len(str(f.get("params"))) > 1_000_000)
        assert info["method"] == "telnyx_rtc.info"
        assert "#SPU 1 65536" in caller.frames


async def test_a_frame_of_any_kind_is_survived() -> None:
    async with running_simulator() as simulator, connect(simulator.url) as socket:
        for frame in ("#SPU", b"\xff\xfe", "[]", json.dumps({"method": None})):
            await socket.send(frame)
        await simulator.wait_for("observation", count=4)


@pytest.mark.parametrize(
    "offer", ["", "v=0", "v=0\r\nm=audio 9 RTP/SAVPF 0\r\n", "\0" * 1000]
)
async def test_an_offer_that_cannot_be_used_ends_the_call(offer: str) -> None:
    async with running_simulator() as simulator, dialled(simulator.url) as caller:
        await caller.get_ready()
        assert (await caller.invite(offer))["result"]["message"] == "CALL CREATED"
        bye = await caller.method("bye")
        assert (bye["cause"], bye["causeCode"]) == ("INCOMPATIBLE_DESTINATION", 88)
        refused = await simulator.wait_for("refused")
        assert refused["why"]


async def test_a_call_that_is_hung_up_before_its_answer_leaves_nothing() -> None:
    async with (
        running_simulator("never-answers") as simulator,
        dialled(simulator.url) as caller,
    ):
        await caller.get_ready()
        await caller.send(
            "telnyx_rtc.invite", {"sdp": "v=0", "dialogParams": {"callID": "c1"}}
        )
        await caller.about("bye")
        await simulator.wait_for("hangup", by="caller")


async def test_a_call_that_is_hung_up_in_one_breath_leaves_nothing() -> None:
    """The bye is there before anybody has looked at the offer."""
    async with running_simulator() as simulator, dialled(simulator.url) as caller:
        await caller.get_ready()
        peer = Peer(loopback=True)
        offer = prepare_offer(await peer.offer())
        dialog = {"dialogParams": {"callID": "c1"}}
        await caller.send("telnyx_rtc.invite", {"sdp": offer, **dialog})
        await caller.send("telnyx_rtc.bye", dialog)
        await simulator.wait_for("hangup", by="caller")
        # Whatever was begun would have been answered before this.
        await caller.ask("telnyx_rtc.ping", {})
        await peer.close()
        assert simulator.call_ids == []


@pytest.mark.parametrize(
    ("scenario", "methods"),
    [
        ("ok", ["answer"]),
        ("ringing-first", ["ringing", "answer"]),
        ("duplicate-answer", ["answer", "answer"]),
    ],
)
async def test_a_call_is_set_up_and_ended(scenario: str, methods: list[str]) -> None:
    async with (
        running_simulator(scenario) as simulator,
        in_call(simulator.url) as (caller, _),
    ):
        setup = [f"telnyx_rtc.{method}" for method in ("ringing", "media", "answer")]
        came = [f["method"] for f in caller.frames if f.get("method") in setup]
        assert came == [f"telnyx_rtc.{method}" for method in methods]
        await caller.about("bye", cause="NORMAL_CLEARING", causeCode=16)
        await simulator.wait_for("hangup", by="caller", cause="NORMAL_CLEARING")


async def test_a_punt_reaches_every_client() -> None:
    async with running_simulator() as simulator, dialled(simulator.url) as caller:
        await caller.get_ready()
        simulator.punt()
        assert (await caller.method("punt")) == {}


async def test_at_the_end_every_socket_is_closed() -> None:
    async with running_simulator() as simulator:
        connection = await connect(simulator.url)
        await simulator.wait_for("connected")
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(connection.recv(), 2)
    assert connection.close_code == 1001


async def test_without_known_recordings_there_is_no_monologue(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(CallpointError, match="a monologue needs known recordings"):
        async with running_simulator("monologue:5", known_speech=tmp_path):
            pass
    assert "speech will not be understood" in caplog.text


async def test_a_port_that_is_taken_is_told() -> None:
    async with running_simulator() as simulator:
        port = int(simulator.url.rpartition(":")[2])
        with pytest.raises(CallpointError, match=f"127.0.0.1:{port}") as caught:
            async with running_simulator(port=port):
                pass
        assert "--port" in caught.value.advice


def asked(url: str, method: str, body: bytes, headers: dict[str, str]) -> HTTPResponse:
    connection = HTTPConnection(url.removeprefix("ws://"), timeout=5)
    connection.request(method, "/call_report", body, headers)
    return connection.getresponse()


async def test_a_page_from_elsewhere_may_report_a_call() -> None:
    async with running_simulator() as simulator:
        wanted = {"Access-Control-Request-Headers": "x-call-id", "Origin": "http://a"}
        may = await asyncio.to_thread(asked, simulator.url, "OPTIONS", b"", wanted)
        assert (may.status, may.headers["Access-Control-Allow-Origin"]) == (200, "*")
        body = b'{"stats": [%s]}' % b",".join([b"{}"] * 100_000)
        headers = {"x-call-id": "c1", "x-call-report-id": "r1"}
        done = await asyncio.to_thread(asked, simulator.url, "POST", body, headers)
        assert (done.status, done.headers["Access-Control-Allow-Origin"]) == (200, "*")
        report = await simulator.wait_for("call_report")
        assert (report["call_id"], report["samples"]) == ("c1", 100_000)
