"""Whether a socket is alive, on a clock that only the test moves."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.telnyx.health import Dead, Doubt, Health, Limits, Probe

NOW_S = 1000.0


@pytest.fixture
def health() -> Health:
    health = Health()
    health.opened(NOW_S)
    return health


def probed(health: Health, at_s: float) -> Probe:
    """It asks for a probe at that moment and not before; the probe leaves."""
    assert health.deadline() == pytest.approx(at_s)
    assert health.look(at_s - 0.001) is None
    probe = health.look(at_s)
    assert isinstance(probe, Probe)
    health.probed(probe, at_s)
    return probe


def test_silence_for_twenty_seconds_earns_a_probe(health: Health) -> None:
    health.heard(NOW_S + 3)
    assert probed(health, NOW_S + 23) == Probe(Doubt.SILENCE)


def test_what_is_not_confirmed_for_forty_five_seconds_earns_a_probe(
    health: Health,
) -> None:
    health.asked(NOW_S + 1)
    health.asked(NOW_S + 30)
    health.heard(NOW_S + 40)
    assert probed(health, NOW_S + 46) == Probe(Doubt.UNCONFIRMED)


def test_an_answer_confirms_what_was_sent(health: Health) -> None:
    health.asked(NOW_S + 1)
    health.answered()
    health.heard(NOW_S + 40)
    health.asked(NOW_S + 41)
    health.heard(NOW_S + 80)
    assert probed(health, NOW_S + 86) == Probe(Doubt.UNCONFIRMED)


def test_a_probe_unanswered_for_five_seconds_is_the_end(health: Health) -> None:
    probed(health, NOW_S + 20)
    assert health.look(NOW_S + 24.9) is None
    assert health.look(NOW_S + 25) == Dead(Doubt.SILENCE.value)
    assert health.deadline() is None
    assert health.look(NOW_S + 1000) is None


@pytest.mark.parametrize("doubt", ["silence", "unconfirmed", "suspicion"])
def test_an_answer_to_the_probe_is_life(health: Health, doubt: str) -> None:
    at_s = NOW_S + 20
    if doubt == "unconfirmed":
        health.asked(NOW_S)
        at_s = NOW_S + 45
        health.heard(at_s - 1)
    elif doubt == "suspicion":
        at_s = NOW_S + 2
        health.suspect(at_s)
    probed(health, at_s)
    health.heard(at_s + 4)
    health.answered()
    assert health.look(at_s + 10) is None
    assert health.deadline() == at_s + 24


def test_any_frame_ends_silence_but_confirms_nothing(health: Health) -> None:
    probed(health, NOW_S + 20)
    health.asked(NOW_S + 20)
    health.heard(NOW_S + 21)
    assert health.look(NOW_S + 25) is None
    health.heard(NOW_S + 60)
    probed(health, NOW_S + 65)
    health.heard(NOW_S + 66)
    assert health.look(NOW_S + 70) == Dead(Doubt.UNCONFIRMED.value)


def test_a_suspect_socket_is_probed_at_once(health: Health) -> None:
    health.heard(NOW_S + 7)
    health.suspect(NOW_S + 7.5)
    assert probed(health, NOW_S + 7.5) == Probe(Doubt.NEED)
    health.heard(NOW_S + 9)
    assert health.look(NOW_S + 12.5) == Dead(Doubt.NEED.value)


def test_a_socket_that_somebody_needs_is_probed_unless_it_spoke_just_now(
    health: Health,
) -> None:
    health.heard(NOW_S + 7)
    health.needed(NOW_S + 10)
    assert health.look(NOW_S + 10) is None
    health.needed(NOW_S + 10.1)
    assert isinstance(health.look(NOW_S + 10.1), Probe)


@pytest.mark.parametrize("cause", [Health.needed, Health.moved])
def test_where_somebody_waits_or_the_way_is_another_one_2_s_are_enough(
    health: Health, cause: Callable[[Health, float], None]
) -> None:
    cause(health, NOW_S + 10)
    assert probed(health, NOW_S + 10) == Probe(Doubt.NEED, in_haste=True)
    assert health.look(NOW_S + 11.9) is None
    assert isinstance(health.look(NOW_S + 12), Dead)


def test_haste_is_over_with_its_probe(health: Health) -> None:
    health.moved(NOW_S + 1)
    probed(health, NOW_S + 1)
    health.answered()
    health.suspect(NOW_S + 2)
    assert probed(health, NOW_S + 2) == Probe(Doubt.NEED)
    assert health.look(NOW_S + 6.9) is None


def test_suspicion_while_a_probe_is_out_sends_another(health: Health) -> None:
    probed(health, NOW_S + 20)
    health.suspect(NOW_S + 24)
    assert probed(health, NOW_S + 24) == Probe(Doubt.NEED)
    assert health.look(NOW_S + 25) is None
    assert isinstance(health.look(NOW_S + 29), Dead)


def test_a_machine_that_stood_still_does_not_blame_the_server(health: Health) -> None:
    probed(health, NOW_S + 20)
    assert health.look(NOW_S + 90) is None
    assert health.look(NOW_S + 94.9) is None
    assert isinstance(health.look(NOW_S + 95), Dead)


def test_the_limits_are_arguments() -> None:
    health = Health(Limits(silent_s=0.2, unconfirmed_s=0.3, probe_s=0.1))
    health.opened(NOW_S)
    probed(health, NOW_S + 0.2)
    assert isinstance(health.look(NOW_S + 0.31), Dead)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["heard", "asked", "answered", "needed", "suspect", "look"]),
        st.floats(0, 30),
    ),
    max_size=30,
)


@given(STEPS)
def test_a_dead_far_end_is_found_in_less_than_a_minute_whatever_came_before(
    steps: list[tuple[str, float]],
) -> None:
    health = Health()
    now_s = NOW_S
    health.opened(now_s)
    for what, pause_s in steps:
        now_s += pause_s
        match what:
            case "answered":
                health.answered()
            case "look":
                if isinstance(found := health.look(now_s), Probe):
                    health.probed(found, now_s)
                elif found is not None:
                    return
            case name:
                getattr(health, name)(now_s)
    silent_since_s = now_s
    while (deadline_s := health.deadline()) is not None:
        now_s = max(now_s, deadline_s)
        if isinstance(found := health.look(now_s), Probe):
            health.probed(found, now_s)
    assert now_s - silent_since_s <= 25.0 + 5.0
