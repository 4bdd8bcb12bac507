"""When the peer that waits for a press is asked after, and when it is made anew."""

from dataclasses import replace

from callpoint.telnyx.freshness import PACE, Freshness, Upkeep, next_upkeep
from callpoint.telnyx.paths import Plan
from callpoint.telnyx.servers import StunServer

PLAN = Plan((StunServer("stun.example", 3478),))
GATHERED_S = 1000.0
BEHIND_A_NAT = Freshness(PLAN, GATHERED_S, GATHERED_S, fades=True, lacks=False)
UNSEEN = replace(BEHIND_A_NAT, fades=False, lacks=True)
IN_THE_OPEN = replace(BEHIND_A_NAT, fades=False)


def test_without_a_peer_one_is_made_at_once() -> None:
    assert next_upkeep(None, PLAN, GATHERED_S) == (Upkeep.GATHER, 0)


def test_what_a_nat_would_forget_is_refreshed_before_it_does() -> None:
    assert next_upkeep(BEHIND_A_NAT, PLAN, GATHERED_S) == (Upkeep.REFRESH, 25)
    later = replace(BEHIND_A_NAT, confirmed_s=GATHERED_S + 25)
    assert next_upkeep(later, PLAN, GATHERED_S + 30) == (Upkeep.REFRESH, 20)
    # The shortest time-out of a NAT that is seen in the field.
    assert PACE.refresh_s < 30


def test_a_refresh_that_is_late_is_due_now() -> None:
    assert next_upkeep(BEHIND_A_NAT, PLAN, GATHERED_S + 90) == (Upkeep.REFRESH, 0)


def test_a_silent_server_is_asked_again_after_a_while() -> None:
    assert next_upkeep(UNSEEN, PLAN, GATHERED_S + 1) == (
        Upkeep.GATHER,
        PACE.ask_again_s - 1,
    )


def test_one_that_lacks_a_server_keeps_what_the_other_gave_meanwhile() -> None:
    half = replace(UNSEEN, fades=True)
    assert next_upkeep(half, PLAN, GATHERED_S) == (Upkeep.REFRESH, PACE.refresh_s)


def test_a_certificate_does_not_age() -> None:
    assert next_upkeep(IN_THE_OPEN, PLAN, GATHERED_S) == (Upkeep.GATHER, PACE.oldest_s)
    refreshed_s = GATHERED_S + PACE.oldest_s - 10
    old = replace(BEHIND_A_NAT, confirmed_s=refreshed_s)
    assert next_upkeep(old, PLAN, refreshed_s) == (Upkeep.GATHER, 10)


def test_another_plan_is_followed_at_once() -> None:
    assert next_upkeep(IN_THE_OPEN, Plan(), GATHERED_S) == (Upkeep.GATHER, 0)
