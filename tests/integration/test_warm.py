"""The warm peer with real sockets: ready ahead, fresh, and leaving nothing behind."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiortc import RTCPeerConnection

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.freshness import Pace
from callpoint.telnyx.paths import Attempt
from callpoint.telnyx.peer import Peer
from callpoint.telnyx.servers import IceServer, ServerConfiguration
from callpoint.telnyx.warm import WarmPeer
from tests.descriptions import without_candidates
from tests.integration.ice_servers import (
    kinds_of_candidates,
    silence,
    stun_server,
    turn_server,
)
from tests.integration.test_peer import SOON_S

HOME, ELSEWHERE = frozenset({"192.0.2.1 on 2"}), frozenset({"198.51.100.1 on 2"})
HERE = "ws://127.0.0.1:1"


def unheard(*_: object) -> None: ...


CALLBACKS = {"on_packet": unheard, "on_connected": unheard, "on_lost": unheard}


@asynccontextmanager
async def warm(*servers: IceServer, refresh_s: float = 25.0) -> AsyncIterator[WarmPeer]:
    warm = WarmPeer(Pace(refresh_s=refresh_s, settle_s=0, silence_s=0.1))
    warm.configure(ServerConfiguration(HERE, servers))
    warm.keep()
    try:
        yield warm
    finally:
        await warm.close()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SOON_S):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.002)


def has(warm: WarmPeer, **kinds: int) -> Callable[[], bool]:
    """Whether what lies ready has so many candidates of a kind, or more."""

    def enough() -> bool:
        ready = (warm.report() or {}).get("candidates", {})
        return all(ready.get(kind, 0) >= number for kind, number in kinds.items())

    return enough


def is_settled(line: WarmPeer) -> bool:
    """Whether all servers were heard."""
    return line._held is not None and line._held.freshness is not None


async def taken(warm: WarmPeer) -> tuple[Peer, Counter[str]]:
    peer = warm.take(**CALLBACKS)
    return peer, kinds_of_candidates(await peer.offer())


async def call(line: WarmPeer, finds_a_path: bool) -> None:
    """A call from its press to its end."""
    await talk(line.take(**CALLBACKS), finds_a_path)
    line.learn()
    line.keep()


async def talk(peer: Peer, finds_a_path: bool) -> None:
    far = Peer(loopback=True)
    offer = await peer.offer()
    if finds_a_path:
        await peer.accept(await far.answer(offer))
    else:
        answer = await far.answer(without_candidates(offer))
        await far.close()
        await peer.accept(without_candidates(answer))
    await until(lambda: bool(peer.attempt.path or peer.attempt.failed))
    assert peer.attempt.path == ("direct" if finds_a_path else None)
    await peer.close()
    await far.close()


async def test_what_lies_ready_is_told_and_taken_once() -> None:
    async with stun_server() as stun, warm(stun.server) as line:
        await until(has(line, host=1, srflx=1))
        ready = line.report()
        assert ready is not None
        assert 0 <= ready["age_s"] < SOON_S
        heard = stun.heard
        peer, kinds = await taken(line)
        assert kinds == ready["candidates"]
        assert line.report() is None
        assert stun.heard == heard
        again, cold = await taken(line)
        assert again is not peer
        assert cold == {"host": kinds["host"]}
        assert stun.heard == heard
        await peer.close()
        await again.close()


async def test_nothing_is_gathered_from_a_press_to_the_end_of_the_call() -> None:
    async with stun_server() as stun, warm(stun.server) as line:
        await until(has(line, srflx=1))
        peer = line.take(**CALLBACKS)
        heard = stun.heard
        line.network_changed(HOME)
        await asyncio.sleep(0.05)
        assert line.report() is None
        assert stun.heard == heard
        await peer.close()
        line.learn()
        line.keep()
        await until(has(line, srflx=1))


async def test_a_press_takes_what_is_known_while_servers_are_silent() -> None:
    with silence() as port:
        async with warm(IceServer((f"stun:127.0.0.1:{port}",))) as line:
            await until(has(line, host=1))
            async with asyncio.timeout(0.2):
                peer, kinds = await taken(line)
            assert kinds.keys() == {"host"}
            await peer.close()


async def test_what_a_nat_would_forget_is_kept_alive() -> None:
    async with stun_server() as stun, warm(stun.server, refresh_s=0.02) as line:
        await until(has(line, srflx=1))
        heard, before = stun.heard, line.report()
        await until(lambda: stun.heard >= heard + 5)
        after = line.report()
        assert before is not None
        assert after is not None
        assert after["candidates"] == before["candidates"]
        assert after["age_s"] >= before["age_s"]


async def test_what_a_nat_has_forgotten_is_gathered_anew() -> None:
    async with stun_server() as stun, warm(stun.server, refresh_s=0.02) as line:
        await until(has(line, srflx=1))
        stun.outside = "203.0.113.99"
        held = line._held
        await until(lambda: line._held is not held and has(line, srflx=1)())
        peer = line.take(**CALLBACKS)
        assert " 203.0.113.99 " in await peer.offer()
        await peer.close()


async def test_another_address_or_route_makes_it_anew() -> None:
    async with stun_server() as stun, warm(stun.server) as line:
        await until(has(line, srflx=1))
        held = line._held
        line.network_changed(HOME)
        # Its sockets may be bound to an address that is gone.
        assert line.report() is None
        await until(has(line, srflx=1))
        assert line._held is not held


async def test_a_relay_is_held_where_a_call_found_no_path_and_forgotten_elsewhere() -> (
    None
):
    async with (
        stun_server() as stun,
        turn_server() as turn,
        warm(stun.server, turn.server) as line,
    ):
        line.network_changed(HOME)
        await until(has(line, srflx=1))
        assert turn.allocations == 0
        await call(line, finds_a_path=False)
        await until(has(line, relay=1))
        # A change within the same network keeps it, another network does not.
        line.network_changed(HOME)
        await until(has(line, relay=1))
        line.network_changed(ELSEWHERE)
        await until(has(line, srflx=1))
        await until(lambda: turn.allocations == 0)


async def test_the_network_that_was_told_before_the_login_counts() -> None:
    async with turn_server() as turn:
        line = WarmPeer(Pace(settle_s=0, silence_s=0.1))
        line.network_changed(HOME)
        line.configure(ServerConfiguration(HERE, (turn.server,)))
        line.keep()
        await call(line, finds_a_path=False)
        await until(has(line, relay=1))
        line.network_changed(ELSEWHERE)
        await until(has(line, host=1))
        await until(lambda: turn.allocations == 0)
        await line.close()


async def test_a_press_soon_after_a_call_without_a_path_waits_for_the_relay() -> None:
    async with turn_server() as turn, warm(turn.server) as line:
        await until(has(line, host=1))
        await call(line, finds_a_path=False)
        peer, kinds = await taken(line)
        assert kinds["relay"] == 1
        await peer.close()


async def test_a_relay_may_help_a_call_that_has_no_path_and_was_offered_none() -> None:
    async with turn_server() as turn, warm(turn.server) as line:
        await until(has(line, host=1))
        peer = line.take(**CALLBACKS)
        assert line.would_relay()
        await talk(peer, finds_a_path=True)
        assert not line.would_relay()
        line.learn()
        line.keep()
        await call(line, finds_a_path=False)
        peer, _ = await taken(line)
        assert not line.would_relay()
        await peer.close()
    async with warm() as line:
        await until(has(line, host=1))
        peer, _ = await taken(line)
        assert not line.would_relay()
        await peer.close()


async def test_where_udp_seems_blocked_a_relay_over_tcp_is_asked_for_ahead() -> None:
    asked = asyncio.Event()

    def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        writer.close()

    with silence() as port:
        silent = IceServer((f"stun:127.0.0.1:{port}",))
    async with await asyncio.start_server(listen, "127.0.0.1", 0) as turn:
        port = turn.sockets[0].getsockname()[1]
        url = f"turn:127.0.0.1:{port}?transport=tcp"
        async with warm(silent, IceServer((url,), "me", "secret")) as line:
            async with asyncio.timeout(SOON_S):
                await asked.wait()
            assert line.report()


async def test_a_call_that_found_a_direct_path_gives_the_relay_back() -> None:
    async with turn_server() as turn, warm(turn.server) as line:
        await until(has(line, host=1))
        await call(line, finds_a_path=False)
        await until(has(line, relay=1))
        await call(line, finds_a_path=True)
        await until(has(line, host=1))
        await until(lambda: turn.allocations == 0)


async def test_a_call_that_saw_two_networks_tells_of_neither() -> None:
    async with turn_server() as turn, warm(turn.server) as line:
        peer, _ = await taken(line)
        line.network_changed(ELSEWHERE)
        await talk(peer, finds_a_path=False)
        line.learn()
        line.keep()
        await until(has(line, host=1))
        assert turn.allocations == 0


async def test_what_goes_wrong_ahead_is_logged_and_the_press_is_served_all_the_same(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def refuse(_: object) -> None:
        raise RuntimeError("a fault of aiortc's")

    with monkeypatch.context() as patched:
        patched.setattr(RTCPeerConnection, "createOffer", refuse)
        async with warm() as line:
            await until(lambda: "without preparation" in caplog.text)
            patched.undo()
            assert line.report() is None
            peer, kinds = await taken(line)
            assert kinds["host"] >= 1
            await peer.close()


async def test_fifty_renewals_leave_no_socket_and_no_task_behind() -> None:
    async with stun_server() as stun, warm(stun.server) as line:
        await until(lambda: is_settled(line))
        tasks, files = len(asyncio.all_tasks()), _open_files()
        for _ in range(50):
            line.network_changed(HOME)
            assert line.report() is None
            await until(lambda: is_settled(line))
        await until(lambda: not line._closing)
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == tasks
        assert _open_files() == files


async def test_it_can_be_ended_at_any_moment() -> None:
    """Sockets are opened one after the other, and none may be forgotten."""
    tasks, files = len(asyncio.all_tasks()), _open_files()
    async with stun_server() as stun, turn_server() as turn:
        for moments in range(40):
            async with warm(stun.server, turn.server) as line:
                line._memory.learn(Attempt(None, failed=True))
                for _ in range(moments):
                    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == tasks
    assert _open_files() == files


async def test_nothing_is_left_of_it_when_it_is_closed() -> None:
    tasks, files = len(asyncio.all_tasks()), _open_files()
    with silence() as port:
        async with warm(IceServer((f"stun:127.0.0.1:{port}",))) as line:
            await until(has(line, host=1))
    assert len(asyncio.all_tasks()) == tasks
    assert _open_files() == files


async def test_a_wrong_server_is_told_before_the_login() -> None:
    with pytest.raises(LocalProtocolError, match="no STUN or TURN server"):
        WarmPeer().configure(ServerConfiguration(HERE, (IceServer(("turn",)),)))


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd"))
