"""What is told again, and what is left out."""

from callpoint.system.repeats import PERIOD_S, TOLD, Repeats


def test_a_line_is_told_a_few_times_and_then_no_more() -> None:
    repeats = Repeats()
    told = [repeats.left_out("no card", now_s) for now_s in range(TOLD + 3)]
    assert told == [0] * TOLD + [None] * 3


def test_another_line_is_told_all_the_same() -> None:
    repeats = Repeats()
    for now_s in range(100):
        repeats.left_out("no card", now_s)
    assert repeats.left_out("no network", 100) == 0


def test_later_it_is_told_again_with_how_many_were_left_out() -> None:
    repeats = Repeats()
    for now_s in range(100):
        repeats.left_out("no card", now_s)
    assert repeats.left_out("no card", PERIOD_S) == 100 - TOLD
    assert repeats.left_out("no card", PERIOD_S + 1) == 0


def test_ten_thousand_a_day_become_some_hundred() -> None:
    repeats = Repeats()
    day_s = 24 * 3600
    told = [repeats.left_out("no card", now_s) for now_s in range(0, day_s, 8)]
    assert len(told) == 10_800
    assert sum(each is not None for each in told) <= TOLD * day_s / PERIOD_S


def test_memory_has_an_end() -> None:
    repeats = Repeats()
    for number in range(10_000):
        repeats.left_out(f"line {number}", number)
    assert len(repeats._lines) <= 200
