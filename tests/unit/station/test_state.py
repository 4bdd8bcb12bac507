import pytest

from callpoint.station.events import Indication
from callpoint.station.state import (
    Phase,
    Rules,
    State,
    Timer,
    indication,
    is_due,
    microphone,
    timers,
)

HOLD = Rules("hold")
TOGGLE = Rules("toggle")


@pytest.mark.parametrize("phase", Phase)
def test_every_phase_shows_something(phase: Phase) -> None:
    assert indication(State(phase=phase)) is not Indication.OFF


@pytest.mark.parametrize("phase", Phase)
@pytest.mark.parametrize(
    "faulty",
    [State(stuck=True), State(failed=frozenset({"speaker"})), State(fault_since_s=0.0)],
    ids=["stuck", "device", "passing"],
)
def test_a_fault_hides_all_else(phase: Phase, faulty: State) -> None:
    state = State(
        phase=phase,
        stuck=faulty.stuck,
        failed=faulty.failed,
        fault_since_s=faulty.fault_since_s,
        microphone_open=True,
    )
    assert indication(state) is Indication.FAULT


@pytest.mark.parametrize(
    ("rules", "phase", "held", "stuck", "is_open"),
    [
        (HOLD, Phase.TALKING, True, False, True),
        (HOLD, Phase.CALLING, True, False, True),
        (HOLD, Phase.TALKING, False, False, False),
        (HOLD, Phase.TALKING, True, True, False),
        (HOLD, Phase.READY, True, False, False),
        (HOLD, Phase.WAITING, True, False, False),
        (HOLD, Phase.ENDING, True, False, False),
        (TOGGLE, Phase.CALLING, False, False, True),
        (TOGGLE, Phase.TALKING, True, False, True),
        (TOGGLE, Phase.TALKING, True, True, False),
        (TOGGLE, Phase.READY, True, False, False),
        (TOGGLE, Phase.ENDING, False, False, False),
    ],
)
def test_when_the_microphone_is_open(
    rules: Rules, phase: Phase, held: bool, stuck: bool, is_open: bool
) -> None:
    state = State(phase=phase, held=held, stuck=stuck)
    assert microphone(rules, state) is is_open


def test_a_bye_in_flight_shows_what_a_press_would_meet() -> None:
    ending = State(phase=Phase.ENDING)
    assert indication(ending) is Indication.CONNECTING
    ready = State(phase=Phase.ENDING, link_up=True)
    assert indication(ready) is Indication.READY


def test_nothing_is_due_at_rest() -> None:
    assert timers(HOLD, State()) == {}
    assert not is_due(HOLD, State(), Timer.QUIET, 1e9)


def test_a_limit_is_due_at_its_very_moment() -> None:
    # Neither sum is exact in floating point, but both are the same sum.
    state = State(phase=Phase.TALKING, spoken_at_s=0.1, placed_at_s=0.1)
    rules = Rules("hold", quiet_s=0.2)
    assert is_due(rules, state, Timer.QUIET, timers(rules, state)[Timer.QUIET])
    assert not is_due(rules, state, Timer.QUIET, 0.2)
