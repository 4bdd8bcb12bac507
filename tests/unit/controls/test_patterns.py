from math import inf

import pytest

from callpoint.controls.patterns import PATTERNS_MS, lit
from callpoint.station.events import Indication


@pytest.mark.parametrize("indication", Indication)
def test_every_indication_has_a_pattern_of_its_own(indication: Indication) -> None:
    others = [PATTERNS_MS[other] for other in Indication if other is not indication]
    assert PATTERNS_MS[indication] not in others


@pytest.mark.parametrize("shown_for_ms", [0.0, 5_000.0, 1e9])
def test_dark_and_steady_stay_so(shown_for_ms: float) -> None:
    assert lit(Indication.OFF, shown_for_ms) == (False, inf)
    assert lit(Indication.MICROPHONE_OPEN, shown_for_ms) == (True, inf)


@pytest.mark.parametrize(
    ("shown_for_ms", "is_lit", "for_ms"),
    [
        (0, True, 100),
        (50, True, 50),
        (100, False, 150),
        (250, True, 100),
        (500, True, 100),
        (600, False, 1000),
        (1600, True, 100),
        (1750, False, 100),
    ],
)
def test_a_fault_is_three_flashes_and_a_pause(
    shown_for_ms: float, is_lit: bool, for_ms: float
) -> None:
    assert lit(Indication.FAULT, shown_for_ms) == (is_lit, for_ms)


def test_ready_with_a_fault_is_two_blips_and_nothing_else_looks_different() -> None:
    shown = [lit(Indication.READY, at_ms, degraded=True) for at_ms in (0, 100, 250)]
    assert shown == [(True, 100), (False, 150), (True, 100)]
    assert lit(Indication.READY, 350, degraded=True) == (False, 2650)
    for indication in set(Indication) - {Indication.READY}:
        assert lit(indication, 250, degraded=True) == lit(indication, 250)


@pytest.mark.parametrize("indication", [i for i in Indication if i.value != "off"])
def test_every_pattern_begins_lit(indication: Indication) -> None:
    # Whoever presses must see at once that the press was taken.
    assert lit(indication, 0)[0]


@pytest.mark.parametrize("indication", Indication)
def test_each_change_is_a_change(indication: Indication) -> None:
    shown_for_ms, was_lit = 0.0, False
    for step in range(20):
        is_lit, for_ms = lit(indication, shown_for_ms)
        assert for_ms > 0
        assert is_lit is not was_lit or step == 0
        if for_ms == inf:
            return
        shown_for_ms, was_lit = shown_for_ms + for_ms, is_lit
