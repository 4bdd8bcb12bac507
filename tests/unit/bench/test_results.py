"""Medians and ratios, as the table has them."""

from typing import Any

import pytest

from tests.bench.results import Figure, line_of, loads

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
    assert list(line.values) == [50, None, None, 100]
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


def test_what_was_not_measured_has_no_value() -> None:
    assert line_of(DELAY, {}).ratios == (None, None, None)


def test_the_load_is_told_as_a_range() -> None:
    assert loads(ROWS["delay"]) == "0.5 to 1.5"
    assert loads([{}]) == "not taken"
