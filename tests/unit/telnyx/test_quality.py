"""The score of a call: the vendor's arithmetic, and sane at its edges."""

import pytest

from callpoint.telnyx.quality import figures, loss_percent, mos


def test_a_perfect_call_scores_what_the_vendors_report_says() -> None:
    assert mos(0.0, 0.0, 0.0) == pytest.approx(4.409, abs=0.001)


@pytest.mark.parametrize(
    ("jitter_s", "loss", "round_trip_s", "score"),
    [(0.02, 1.0, 0.1, 4.273), (0.03, 5.0, 0.2, 3.839), (0.1, 20.0, 0.5, 1.497)],
)
def test_jitter_loss_and_delay_cost_what_they_cost_there(
    jitter_s: float, loss: float, round_trip_s: float, score: float
) -> None:
    assert mos(jitter_s, loss, round_trip_s) == pytest.approx(score, abs=0.001)


def test_a_score_stays_on_its_scale() -> None:
    assert mos(1.0, 100.0, 5.0) == 1.0
    assert 1.0 <= mos(0.0, 0.0, None) <= 4.5


def test_a_loss_is_a_share_of_what_was_sent() -> None:
    assert loss_percent(5, 95) == 5.0
    assert loss_percent(0, 0) == 0.0
    assert loss_percent(-3, 100) == 0.0


def test_figures_are_rounded_to_what_they_are_worth() -> None:
    seen = {
        "packets_sent": 237,
        "packets_received": 238,
        "packets_lost": 0,
        "jitter_s": 0.0016875,
        "round_trip_s": 0.000123456,
    }
    told = {"jitter_s": 0.0017, "round_trip_s": 0.0001}
    assert figures(seen, 4.7391) == {"seconds": 4.74, "mos": 4.41, **seen, **told}
    assert figures({**seen, "round_trip_s": None}, 1.0)["round_trip_s"] is None
