"""What turns, and what is stuck."""

import pytest

from callpoint.system.turning import ENDED, Turn, stuck


@pytest.mark.parametrize(
    "turn",
    [
        pytest.param(Turn("waiting for a call"), id="what has no end may last"),
        pytest.param(Turn("recording", 100.0), id="what is due now is not late"),
        pytest.param(Turn("opening the microphone", 120.0), id="nor what is due later"),
    ],
)
def test_waiting_and_working_turn(turn: Turn) -> None:
    assert stuck({"the capture thread": turn}, 100.0) == []


def test_what_is_past_its_own_end_is_stuck_and_named() -> None:
    turns = {"the capture thread": Turn("recording", 88.0), "the line": Turn("waiting")}
    assert stuck(turns, 100.0) == [
        "the capture thread is recording, and 12 s late with it"
    ]


def test_a_thread_that_ended_is_stuck() -> None:
    assert stuck({"the playout thread": ENDED}, 100.0) == ["the playout thread is gone"]
