"""Medians and ratios, as the table has them."""

from typing import Any

import pytest

from tests.bench.results import Figure, difference, line_of, loads

DELAY = Figure("delay", "delay", "ms", "", "")
WORST = Figure("delay", "delay", "ms", "", "", worst=True)
ROWS: dict[str, list[dict[str, Any]]] = {
    "delay": [
        {"peer": "callpoint", "ms": 40.0, "load": 0.5},
        {"peer": "callpoint", "ms": 50.0, "load": 1.5},
        {"peer": "callpoint", "ms": 90.0, "load": 1.0},
        {"peer": "chromium", "ms": 100.0, "load": 1.0},
    ]
}


def test_a_ratio_is_of_medians() -> None:
    line = line_of(DELAY, ROWS)
    assert list(line.values) == [50, None, None, 100, None]
    assert line.ratios == (None, None, 0.5)


def test_where_every_call_counts_the_worst_one_does() -> None:
    assert line_of(WORST, ROWS).values[0] == 90


def test_a_call_in_which_nothing_arrived_is_not_forgotten() -> None:
    rows = {"delay": [*ROWS["delay"], {"peer": "callpoint", "ms": None}]}
    assert line_of(WORST, rows).values[0] is None


def test_a_call_has_the_mean_of_its_sentences_and_only_its_own_cell() -> None:
    figure = Figure("PESQ", "quality", "pesq", "", "", cell="jitter")
    rows = [
        {"peer": "stock", "cell": "jitter", "pesq": [2.0, 3.0]},
        {"peer": "stock", "cell": "clean", "pesq": [4.0]},
    ]
    assert line_of(figure, {"quality": rows}).values[1] == pytest.approx(2.5)


def test_all_scores_count_alike_whatever_call_they_are_of() -> None:
    figure = Figure("PESQ", "quality", "pesq", "", "", cell="jitter")
    rows = [
        {"peer": "stock", "cell": "jitter", "pesq": scores}
        for scores in ([1.0, 1.0], [2.0, 2.0], [4.0, 4.0])
    ]
    assert line_of(figure, {"quality": rows}).values[1] == pytest.approx(14 / 6)


def test_callpoint_itself_with_another_library_is_nobody_to_be_compared_with() -> None:
    rows = {"delay": [*ROWS["delay"], {"peer": "neural", "ms": 25.0}]}
    line = line_of(DELAY, rows)
    assert line.values[4] == 25
    assert line.ratios == (None, None, 0.5)


def test_a_difference_is_of_scores_with_the_same_losses() -> None:
    rows = [
        {"peer": "callpoint", "cell": "a", "seed": 1, "pesq": [2.0, 3.0]},
        {"peer": "callpoint", "cell": "a", "seed": 2, "pesq": [4.0]},
        {"peer": "stock", "cell": "a", "seed": 1, "pesq": [1.0, 2.5]},
        {"peer": "stock", "cell": "b", "seed": 2, "pesq": [1.0]},
    ]
    found = difference(rows, "a", "stock")
    assert found == pytest.approx((0.75, 0.25))
    assert difference(rows, "b", "stock") is None


def test_a_call_on_a_machine_that_was_too_busy_counts_for_nobody() -> None:
    late = {"peer": "callpoint", "ms": 500.0, "late_ms": 12.0}
    rows = {"delay": [*ROWS["delay"], late]}
    assert line_of(WORST, rows).values[0] == 90


def test_what_was_not_measured_has_no_value() -> None:
    assert line_of(DELAY, {}).ratios == (None, None, None)


def test_the_load_is_told_as_a_range() -> None:
    assert loads(ROWS["delay"]) == "0.5 to 1.5"
    assert loads([{}]) == "not taken"
