"""The client as a library, against the simulator, with real media of no sound."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

import pytest

from callpoint.audio import synthetic
from callpoint.audio.devices import CaptureDevice, PlayoutDevice
from callpoint.audio.engine import VoiceEngine
from callpoint.audio.repair import Sole
from callpoint.errors import (
    LocalProtocolError,
    NetworkError,
    RefusedError,
    SentAwayError,
)
from callpoint.simulator import running_simulator
from callpoint.simulator.running import Simulator
from callpoint.system.turning import LONGEST_TURN_S
from callpoint.telnyx.call import SET_UP_S
from callpoint.telnyx.client import Client
from callpoint.telnyx.events import ToolCalled
from callpoint.telnyx.health import LIMITS, Limits
from callpoint.telnyx.notices import (
    CallChanged,
    CallMeasured,
    CallState,
    CallSummary,
    ClientError,
    ClientReady,
    InviteSent,
    MediaBegan,
    Notice,
    SocketDisconnected,
    TranscriptChanged,
)
from callpoint.telnyx.servers import ServerConfiguration
from tests.integration.ice_servers import stun_server, turn_server

SOON_S = 8.0
N = TypeVar("N")


@dataclass
class Notices:
    """What a client told, to be waited for."""

    told: list[Notice] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    _waking: set[asyncio.Task[None]] = field(default_factory=set)

    def add(self, notice: Notice) -> None:
        self.told.append(notice)
        task = asyncio.create_task(self._wake())
        self._waking.add(task)
        task.add_done_callback(self._waking.discard)

    async def _wake(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def of(self, kind: type[N], /, **fields: Any) -> list[N]:
        return [
            notice
            for notice in self.told
            if isinstance(notice, kind)
            and all(getattr(notice, name) == value for name, value in fields.items())
        ]

    async def wait(self, kind: type[N], /, **fields: Any) -> N:
        await self.until(lambda: bool(self.of(kind, **fields)))
        return self.of(kind, **fields)[0]

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(SOON_S), self.changed:
            await self.changed.wait_for(is_so)


def _microphone(name: str) -> CaptureDevice:
    device = synthetic.open_capture(name)
    assert device is not None
    return device


def _speaker() -> PlayoutDevice:
    device = synthetic.open_playout("silence")
    assert device is not None
    return device


@asynccontextmanager
async def world(
    *scenario: str,
    set_up_s: float = SET_UP_S,
    limits: Limits = LIMITS,
    capture: str = "silence",
) -> AsyncIterator[tuple[Client, Notices, Simulator, ServerConfiguration]]:
    """A simulator, and a client that is not logged in yet."""
    notices = Notices()
    engine = VoiceEngine(
        Sole(capture, lambda: _microphone(capture)),
        Sole("silence", _speaker),
        lambda event: None,
    )
    engine.start()
    try:
        async with running_simulator(scenario) as simulator:
            server = ServerConfiguration(simulator.url, ())
            async with Client(notices.add, engine, set_up_s, limits) as client:
                yield client, notices, simulator, server
    finally:
        engine.close()


async def test_a_login_says_what_the_vendor_wants_to_know() -> None:
    async with world() as (client, notices, simulator, server):
        await client.anonymous_login(
            "assistant-1",
            target_version_id="v2",
            user_variables={"room": "12"},
            server_configuration=server,
        )
        login = await simulator.wait_for("login")
        assert login["target_id"] == "assistant-1"
        assert login["target_type"] == "ai_assistant"
        assert client.is_ready
        assert notices.of(ClientReady)[0].session_id == client.session_id


async def test_a_call_lives_from_the_invite_to_the_bye() -> None:
    async with world() as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        call = client.new_call("Lobby", custom_headers={"X-Floor": "3"})
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        await notices.wait(MediaBegan, kind="first_packet_received")
        assert client.call is call
        call.hangup()
        ended = await notices.wait(CallChanged, state=CallState.ENDED)
        assert (ended.by, ended.call_id) == ("near", call.id)
        assert (await simulator.wait_for("hangup"))["by"] == "caller"
        summary = await notices.wait(CallSummary)
        assert summary.figures["packets_lost"] == 0
        states = [notice.state for notice in notices.of(CallChanged)]
        assert states == [CallState.CALLING, CallState.ACTIVE, CallState.ENDED] or (
            states[1] is CallState.EARLY
        )
        assert len(notices.of(InviteSent)) == 1
        await _until(lambda: client.warm is not None)
        assert client._warm._lent == []
        assert client.call is None


async def test_a_socket_turns_until_the_session_looked_at_the_clock_too_late() -> None:
    async with world("silent-login") as (client, _, simulator, server):
        assert client.turn.due_s is None
        login = client.anonymous_login("assistant-1", server_configuration=server)
        trying = asyncio.create_task(login)
        await simulator.wait_for("login")
        now_s = asyncio.get_running_loop().time()
        assert client.turn.due_s == pytest.approx(
            now_s + LIMITS.login_s + LONGEST_TURN_S, abs=1
        )
        trying.cancel()


async def test_the_transcript_grows_and_typed_text_is_answered() -> None:
    async with world() as (client, notices, _, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        item_id = await client.say("hello")
        await notices.until(
            lambda: any(
                notice.line.role == "user" and notice.line.item_id == item_id
                for notice in notices.of(TranscriptChanged)
            )
        )
        assistant = [
            notice.line.text
            for notice in notices.of(TranscriptChanged)
            if notice.line.role == "assistant"
        ]
        assert assistant[0].startswith("Hello")


async def test_a_tool_call_is_told_and_answered() -> None:
    async with world() as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        await client.say("what is the weather?")
        tool = await notices.wait(ToolCalled)
        await client.tool_output(tool.call_id, "sunny")
        await simulator.wait_for("tool_output")


async def test_pictures_and_key_tones_reach_the_far_end() -> None:
    async with world() as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        call = client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        await client.say("look", images=["https://example.com/a.jpg"])
        await simulator.wait_for("typed")
        await call.dtmf("12#")
        await simulator.wait_for("dtmf")


@pytest.mark.parametrize(
    ("scenario", "error"),
    [
        ("login-refused", RefusedError),
        ("login-string-code", RefusedError),
        ("refuse-login:Assistant not found", RefusedError),
        ("http:511", NetworkError),
        ("close-on-login", NetworkError),
        ("gateway-failed", NetworkError),
    ],
)
async def test_a_login_that_fails_raises_what_is_to_blame(
    scenario: str, error: type[Exception]
) -> None:
    async with world(scenario) as (client, notices, _, server):
        with pytest.raises(error):
            await client.anonymous_login("assistant-1", server_configuration=server)
        assert not client.is_ready
        assert notices.of(SocketDisconnected) == []


async def test_a_lost_socket_is_told_and_the_next_login_is_the_same_session() -> None:
    async with world() as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        session_id = client.session_id
        simulator.drop()
        await notices.wait(SocketDisconnected)
        assert not client.is_ready
        await client.anonymous_login(
            "assistant-1", reconnection=True, server_configuration=server
        )
        assert client.session_id == session_id


async def test_a_login_that_nobody_answers_is_given_up_after_its_limit() -> None:
    async with world("silent-login", limits=Limits(login_s=0.1)) as (
        client,
        _,
        _,
        server,
    ):
        with pytest.raises(NetworkError, match=r"answer the login within 0\.1 s"):
            await client.anonymous_login("assistant-1", server_configuration=server)


async def test_an_upgrade_that_nobody_answers_is_given_up_and_tried_again() -> None:
    limits = Limits(step_s=0.2)
    async with world("hang-upgrade", limits=limits) as (client, _, simulator, server):
        with pytest.raises(NetworkError, match="WebSocket upgrade within"):
            await client.anonymous_login("assistant-1", server_configuration=server)
        await simulator.wait_for("unheard")
        await client.anonymous_login("assistant-1", server_configuration=server)
        assert client.is_ready


async def test_a_socket_that_carries_nothing_any_more_is_given_up() -> None:
    limits = Limits(silent_s=0.2, probe_s=0.1)
    async with world(limits=limits) as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        simulator.go_half_dead()
        lost = await notices.wait(SocketDisconnected)
        assert lost.reason.startswith("the connection is dead: nothing came")


@pytest.mark.parametrize("code", [1001, 1012, 1013])
async def test_who_is_sent_away_knows_that_all_are(code: int) -> None:
    async with world() as (client, _, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        simulator.close_sockets(code)
        assert isinstance(await client.disconnected(), SentAwayError)


async def test_a_punt_keeps_the_call_and_its_media_for_the_next_socket() -> None:
    async with world() as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        call = client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        simulator.punt()
        await notices.wait(SocketDisconnected)
        assert not client.is_ready
        assert isinstance(await client.disconnected(), SentAwayError)
        assert client.is_in_call
        await client.anonymous_login(
            "assistant-1", reconnection=True, server_configuration=server
        )
        await simulator.wait_for("attached", call_id=call.id)
        assert client.call is call
        assert notices.of(CallChanged, state=CallState.ENDED) == []


async def test_a_socket_that_is_cut_is_no_reason_to_think_of_others() -> None:
    async with world() as (client, _, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        simulator.drop()
        assert not isinstance(await client.disconnected(), SentAwayError)


async def test_another_network_makes_the_socket_show_that_it_lives() -> None:
    limits = Limits(probe_s=0.1)
    async with world(limits=limits) as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.network_changed(frozenset({"192.0.2.1 on 2"}))
        await simulator.wait_for("ping")
        simulator.go_half_dead()
        client.network_changed(frozenset({"192.0.2.2 on 2"}))
        await notices.wait(SocketDisconnected)


async def test_what_makes_no_sense_is_refused() -> None:
    async with world() as (client, notices, _, server):
        with pytest.raises(LocalProtocolError, match="needs a login"):
            client.new_call()
        with pytest.raises(LocalProtocolError):
            await client.say("hello")
        with pytest.raises(LocalProtocolError, match="unencrypted"):
            await client.anonymous_login(
                "assistant-1",
                server_configuration=ServerConfiguration("ws://192.0.2.1"),
            )
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        with pytest.raises(LocalProtocolError, match="up already"):
            client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)


async def test_a_call_that_nobody_answers_is_given_up_with_a_bye() -> None:
    async with world("never-answers", set_up_s=0.3) as (
        client,
        notices,
        simulator,
        server,
    ):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        ended = await notices.wait(CallChanged, state=CallState.ENDED)
        assert (ended.by, ended.cause) == ("fault", "the assistant did not answer")
        await simulator.wait_for("hangup", by="caller")


@pytest.mark.parametrize(
    ("scenario", "set_up_s"), [("gateway-down", SET_UP_S), ("unreachable", 1.0)]
)
async def test_a_set_up_that_fails_for_a_passing_cause_is_tried_once_more(
    scenario: str, set_up_s: float
) -> None:
    async with world(
        scenario, "silent-assistant", set_up_s=set_up_s, capture="tone:440"
    ) as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        call = client.new_call()
        call.mute(False)
        first = call.id
        up = await notices.wait(CallChanged, state=CallState.ACTIVE)
        assert up.call_id == call.id != first
        assert client.call is call
        assert notices.of(CallChanged, state=CallState.ENDED) == []
        sent = notices.of(InviteSent)
        assert [each.call_id for each in sent] == [first, call.id]
        await simulator.wait_for("speech_started")
        # What was said during the first try was kept for the second.
        await notices.wait(CallMeasured)
        kept_s = call.figures["longest_preroll_ms"] / 1000
        assert kept_s > sent[1].at_s - sent[0].at_s - 0.1
        call.hangup()
        await simulator.wait_for("hangup", call_id=call.id, by="caller")


async def test_a_call_without_a_path_is_soon_tried_again_with_a_relay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for room in ("call", "paths"):
        monkeypatch.setattr(f"callpoint.telnyx.{room}.HOPELESS_S", 0.2)
    async with (
        turn_server() as turn,
        world("unreachable", "silent-assistant") as (client, notices, _, here),
    ):
        server = replace(here, webrtc_ice_servers=(turn.server,))
        await client.anonymous_login("assistant-1", server_configuration=server)
        call = client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        first, second = notices.of(InviteSent)
        assert 0.2 < second.at_s - first.at_s < SET_UP_S / 5
        assert turn.allocations == 1
        call.hangup()


async def test_a_set_up_that_fails_twice_is_given_up() -> None:
    async with world("gateway-down:9") as (client, notices, _, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        ended = await notices.wait(CallChanged, state=CallState.ENDED)
        assert (ended.by, ended.broke_off) == ("fault", False)
        assert "GATEWAY_DOWN" in str(ended.cause)
        assert len(notices.of(InviteSent)) == 2


async def test_a_refusal_is_not_asked_twice() -> None:
    async with world("refuse-invite") as (client, notices, _, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        await notices.wait(CallChanged, state=CallState.ENDED)
        assert len(notices.of(InviteSent)) == 1


async def test_a_socket_that_is_lost_in_a_set_up_costs_no_word() -> None:
    async with world("slow-answer:0.4", "silent-assistant", capture="tone:440") as (
        client,
        notices,
        simulator,
        server,
    ):
        await client.anonymous_login("assistant-1", server_configuration=server)
        call = client.new_call()
        call.mute(False)
        await notices.wait(InviteSent)
        simulator.drop()
        await notices.wait(SocketDisconnected)
        await client.anonymous_login(
            "assistant-1", reconnection=True, server_configuration=server
        )
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        assert notices.of(CallChanged, state=CallState.ENDED) == []
        await simulator.wait_for("speech_started")


async def test_a_conversation_that_is_over_is_followed_by_a_new_one() -> None:
    async with world("conversation-over") as (client, notices, _, server):
        for reconnection in (False, True):
            await client.anonymous_login(
                "assistant-1",
                server_configuration=server,
                conversation_id="old",
                reconnection=reconnection,
            )
            assert client.is_ready
        assert "10007" in str(notices.of(ClientError)[0].error)
        # It is not asked for again.
        assert len(notices.of(ClientError)) == 1
        client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)


async def test_a_call_s_offer_lies_ready_from_the_login_to_the_press() -> None:
    async with world() as (client, notices, simulator, server):
        assert client.warm is None
        await client.anonymous_login("assistant-1", server_configuration=server)
        await _until(lambda: client.warm is not None)
        call = client.new_call()
        await notices.wait(InviteSent)
        assert client.warm is None
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        client.network_changed(frozenset({"192.0.2.1 on 2"}))
        assert client.warm is None
        call.hangup()
        await _until(lambda: client.warm is not None)
        simulator.drop()
        await notices.wait(SocketDisconnected)
        assert client.warm is None


async def test_another_login_prepares_with_its_own_servers() -> None:
    async with world() as (client, _, _, server), stun_server() as stun:
        await client.anonymous_login("assistant-1", server_configuration=server)
        await _until(lambda: client.warm is not None)
        other = replace(server, webrtc_ice_servers=(stun.server,))
        await client.anonymous_login("assistant-1", server_configuration=other)
        await _until(lambda: "srflx" in (client.warm or {}).get("candidates", {}))


async def test_a_call_that_outlives_its_socket_is_no_time_to_prepare_another() -> None:
    async with world() as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        simulator.drop()
        await notices.wait(SocketDisconnected)
        await client.anonymous_login(
            "assistant-1", reconnection=True, server_configuration=server
        )
        await simulator.wait_for("attached")
        assert client.call is not None
        assert client.warm is None


async def test_a_call_that_moves_stays_as_muted_as_it_was() -> None:
    async with world("silent-assistant", capture="tone:440") as (
        client,
        notices,
        simulator,
        server,
    ):
        await client.anonymous_login("assistant-1", server_configuration=server)
        call = client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        call.mute(False)
        await simulator.wait_for("speech_started")
        call.mute(True)
        await simulator.wait_for("speech_ended")
        simulator.drop()
        await notices.wait(SocketDisconnected)
        await client.anonymous_login(
            "assistant-1", reconnection=True, server_configuration=server
        )
        await simulator.wait_for("media_connected", count=2)
        assert call.muted
        await asyncio.sleep(0.3)
        with pytest.raises(TimeoutError):
            await simulator.wait_for("speech_started", count=2, timeout_s=0)
        call.mute(False)
        await simulator.wait_for("speech_started", count=2)
        assert len(notices.of(MediaBegan)) == 2


async def test_a_call_that_the_server_forgot_is_over_without_a_bye() -> None:
    async with world("retention:0") as (client, notices, simulator, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
        simulator.drop()
        await notices.wait(SocketDisconnected)
        await client.anonymous_login(
            "assistant-1", reconnection=True, server_configuration=server
        )
        ended = await notices.wait(CallChanged, state=CallState.ENDED)
        assert (ended.by, ended.cause) == (
            "fault",
            "the server no longer knows the call",
        )
        assert client.call is None


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON_S):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.005)


async def test_nothing_is_left_behind() -> None:
    before = len(asyncio.all_tasks())
    async with world() as (client, notices, _, server):
        await client.anonymous_login("assistant-1", server_configuration=server)
        client.new_call()
        await notices.wait(CallChanged, state=CallState.ACTIVE)
    await asyncio.sleep(0.05)
    assert len(asyncio.all_tasks()) == before
