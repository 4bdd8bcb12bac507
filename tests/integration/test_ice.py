"""Gathering with real sockets, against servers that answer, lie or are silent."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from callpoint.telnyx.paths import PATIENCE_S, Attempt, Plan
from callpoint.telnyx.peer import Peer
from callpoint.telnyx.servers import StunServer, TurnServer
from tests.descriptions import without_candidates
from tests.integration.ice_servers import (
    OUTSIDE,
    kinds_of_candidates,
    silence,
    stun_server,
    turn_server,
)
from tests.integration.test_peer import SOON_S, End

AT_ONCE_S = 0.1
"""Some milliseconds, on a machine that does something else as well."""
SHORTLY_S = 0.1
NOT_HERE = "198.51.100.9"
"""Nobody's address, but for a TURN server that knows better (RFC 5737)."""


@asynccontextmanager
async def peer(plan: Plan, prepared: bool = True) -> AsyncIterator[Peer]:
    """A peer that has heard its servers, or at least asked them."""
    peer = Peer(plan=plan, loopback=True)
    try:
        if prepared:
            async with asyncio.timeout(SOON_S):
                await peer.prepare()
        yield peer
    finally:
        await peer.close()


async def test_a_server_s_view_is_in_the_offer_and_costs_no_time() -> None:
    async with stun_server() as stun, peer(Plan((stun.address,))) as ready:
        began_s = time.monotonic()
        offer = await ready.offer()
        assert time.monotonic() - began_s < AT_ONCE_S
        assert f" {OUTSIDE} " in offer
        assert ready.gatherer.stun_answered
        assert ready.gatherer.fades
        assert not ready.gatherer.lacks
        assert ready.gatherer.candidates == kinds_of_candidates(offer)
        assert kinds_of_candidates(offer)["srflx"] >= 1


async def test_without_a_nat_there_is_nothing_to_add_or_to_keep_alive() -> None:
    async with stun_server() as stun:
        stun.outside = None
        async with peer(Plan((stun.address,))) as ready:
            # 127.0.0.1 and the server see each other as they are.
            assert "srflx" not in kinds_of_candidates(await ready.offer())
            assert ready.gatherer.stun_answered
            assert not ready.gatherer.fades
            assert not ready.gatherer.lacks


async def test_silent_servers_hold_no_offer_up() -> None:
    with silence() as stun, silence() as turn:
        plan = Plan(
            (StunServer("127.0.0.1", stun),),
            (TurnServer("127.0.0.1", turn, "udp", False, "me", "secret"),),
        )
        async with peer(plan, prepared=False) as ready:
            ready.prepare()
            await asyncio.sleep(0.05)
            assert ready.gatherer.candidates["host"] >= 1
            began_s = time.monotonic()
            offer = await ready.offer()
            assert time.monotonic() - began_s < AT_ONCE_S
            assert kinds_of_candidates(offer).keys() == {"host"}
            assert ready.gatherer.stun_answered is False
            assert ready.gatherer.lacks


async def test_an_answer_waits_for_no_silent_server_either() -> None:
    with silence() as port:
        async with (
            peer(Plan()) as near,
            peer(Plan((StunServer("127.0.0.1", port),)), prepared=False) as far,
        ):
            began_s = time.monotonic()
            await far.answer(await near.offer())
            assert time.monotonic() - began_s < AT_ONCE_S


async def test_after_a_silent_server_the_next_one_is_asked() -> None:
    with silence() as port:
        async with stun_server() as stun:
            servers = (StunServer("127.0.0.1", port), stun.address)
            async with peer(Plan(servers, silence_s=SHORTLY_S)) as ready:
                assert ready.gatherer.candidates["srflx"] >= 1


async def test_names_that_nobody_knows_are_as_good_as_silence() -> None:
    plan = Plan(
        (StunServer("nobody.invalid", 3478), StunServer("a" * 64, 3478)),
        (TurnServer("nobody.invalid", 3478, "tcp", True, "me", "secret"),),
    )
    async with peer(plan) as ready:
        assert kinds_of_candidates(await ready.offer()).keys() == {"host"}
        # That shows nothing of how UDP fares.
        assert ready.gatherer.stun_answered is None


async def test_a_relay_that_is_needed_is_waited_for_and_nothing_else() -> None:
    with silence() as port:
        async with turn_server() as turn:
            plan = Plan((StunServer("127.0.0.1", port),), (turn.address,), PATIENCE_S)
            async with peer(plan, prepared=False) as ready:
                began_s = time.monotonic()
                assert kinds_of_candidates(await ready.offer())["relay"] == 1
                assert time.monotonic() - began_s < PATIENCE_S / 2


async def test_a_turn_server_that_is_silent_is_overtaken_by_the_next_one() -> None:
    """Where UDP is blocked the one over UDP is, and nobody waits until it is sure."""
    with silence() as port:
        mute = TurnServer("127.0.0.1", port, "udp", False, "me", "secret")
        async with turn_server() as turn:
            plan = Plan((), (mute, turn.address), PATIENCE_S)
            async with peer(plan, prepared=False) as ready:
                began_s = time.monotonic()
                assert kinds_of_candidates(await ready.offer())["relay"] == 1
                assert time.monotonic() - began_s < PATIENCE_S
        assert turn.allocations == 0


async def test_a_turn_server_that_refuses_is_followed_by_the_next_one_at_once() -> None:
    refusing = TurnServer("127.0.0.1", 9, "tcp", False, "me", "secret")
    async with turn_server() as turn:
        plan = Plan((), (refusing, turn.address), PATIENCE_S)
        async with peer(plan, prepared=False) as ready:
            began_s = time.monotonic()
            assert kinds_of_candidates(await ready.offer())["relay"] == 1
            assert time.monotonic() - began_s < 0.3


async def test_a_relay_is_waited_for_no_longer_than_told() -> None:
    with silence() as port:
        turn = TurnServer("127.0.0.1", port, "udp", False, "me", "secret")
        async with peer(Plan((), (turn,), patience_s=0.2), prepared=False) as ready:
            began_s = time.monotonic()
            assert kinds_of_candidates(await ready.offer()).keys() == {"host"}
            assert 0.15 < time.monotonic() - began_s < 0.2 + AT_ONCE_S


async def test_a_refresh_finds_all_as_it_was() -> None:
    async with stun_server() as stun, turn_server() as turn:
        async with peer(Plan((stun.address,), (turn.address,))) as ready:
            heard = stun.heard
            assert await ready.gatherer.refresh()
            assert stun.heard - heard == ready.gatherer.candidates["srflx"]
            assert turn.refreshes == 1
        assert turn.allocations == 0


async def test_a_refresh_notices_that_the_nat_has_forgotten() -> None:
    async with stun_server() as stun, peer(Plan((stun.address,))) as ready:
        stun.outside = "203.0.113.8"
        assert not await ready.gatherer.refresh()


@pytest.mark.parametrize("which", ["stun", "turn"])
async def test_a_refresh_notices_that_a_server_is_gone(which: str) -> None:
    async with stun_server() as stun, turn_server() as turn:
        plan = Plan((stun.address,), (turn.address,), silence_s=SHORTLY_S)
        async with peer(plan) as ready:
            (stun if which == "stun" else turn).silent = True
            assert not await ready.gatherer.refresh()
            turn.silent = False


async def test_a_call_goes_through_a_relay_where_nothing_else_does() -> None:
    """The far end is known to the TURN server alone, and hears of the relay alone."""
    near_end, far_end = End(), End()
    async with turn_server() as turn:
        near, far = near_end.open(plan=Plan((), (turn.address,), 1.0)), far_end.open()
        try:
            offer = _only(await near.offer(), " typ relay")
            answer = await far.answer(offer)
            here = _only(answer, " 127.0.0.1 ")
            await near.accept(here.replace(" 127.0.0.1 ", f" {NOT_HERE} "))
            async with asyncio.timeout(SOON_S):
                await near_end.connected.wait()
                near.send(b"\0" * 20, 0)
                await far_end.heard.wait()
            assert near.attempt.path == "relayed"
        finally:
            await near.close()
            await far.close()


async def test_how_a_call_without_a_path_went_is_told() -> None:
    near_end, far_end = End(), End()
    near, far = near_end.open(), far_end.open()
    assert near.attempt == Attempt(None)
    answer = await far.answer(without_candidates(await near.offer()))
    await far.close()
    await near.accept(without_candidates(answer))
    async with asyncio.timeout(SOON_S):
        await near_end.gone.wait()
    await near.close()
    assert near.attempt.failed
    assert near.attempt.path is None


async def test_how_a_call_with_a_path_went_is_told_after_it() -> None:
    near_end, far_end = End(), End()
    near, far = near_end.open(), far_end.open()
    await near.accept(await far.answer(await near.offer()))
    async with asyncio.timeout(SOON_S):
        await near_end.connected.wait()
    await near.close()
    await far.close()
    assert near.attempt.path == "direct"
    assert 0 < near.attempt.checked_s < SOON_S


def _only(sdp: str, text: str) -> str:
    """Without the candidates that lack a text."""
    lines = sdp.splitlines(keepends=True)
    return "".join(line for line in lines if "a=candidate:" not in line or text in line)
