"""What the far end reports, and what to expect of it."""

import pytest

from callpoint.audio.losses import CLEAN_PERCENT, LOSSY_PERCENT, ReportedLosses

REPORTS_A_MINUTE = 12


@pytest.mark.parametrize(
    ("reported_percent", "expected"),
    [(0, 5), (0.9, 5), (1.0, 10), (10, 10), (17.4, 17), (30, 30), (80, 30)],
)
def test_a_report_says_what_to_expect(reported_percent: float, expected: int) -> None:
    assert ReportedLosses().expect(reported_percent) == expected


def test_it_rises_at_once_and_falls_a_minute_later() -> None:
    losses = ReportedLosses()
    assert losses.expect(0) == CLEAN_PERCENT
    assert losses.expect(20) == 20
    after = [losses.expect(0) for _ in range(REPORTS_A_MINUTE)]
    assert after == [20] * (REPORTS_A_MINUTE - 1) + [CLEAN_PERCENT]


def test_the_worst_of_the_minute_counts() -> None:
    losses = ReportedLosses()
    assert [losses.expect(lost) for lost in (15, 3, 25, 2)] == [15, 15, 25, 25]
    for _ in range(REPORTS_A_MINUTE - 2):
        assert losses.expect(2) == 25
    assert losses.expect(2) == LOSSY_PERCENT
