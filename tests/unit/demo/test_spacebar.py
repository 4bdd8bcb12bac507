import pytest

from callpoint.demo.spacebar import Spacebar


def held(strokes_s: list[float], until_s: float = 5.0) -> list[tuple[float, float]]:
    """When the button was down, as (from, until); `tick` comes when it asks for it."""
    bar = Spacebar()
    stretches: list[tuple[float, float]] = []
    down_s = 0.0
    waiting = sorted(strokes_s)
    now_s = 0.0
    while now_s < until_s:
        stroke_s = waiting[0] if waiting else until_s
        now_s = min(stroke_s, until_s if bar.deadline_s is None else bar.deadline_s)
        before = bar.down
        if waiting and now_s == stroke_s:
            bar.stroke(waiting.pop(0))
        bar.tick(now_s)
        if bar.down and not before:
            down_s = now_s
        if before and not bar.down:
            stretches.append((down_s, now_s))
    return [*stretches, (down_s, until_s)] if bar.down else stretches


def repeats(
    first_s: float, delay_s: float, every_s: float, last_s: float
) -> list[float]:
    """The strokes of a key that is held down."""
    strokes = [first_s]
    at_s = first_s + delay_s
    while at_s <= last_s:
        strokes.append(at_s)
        at_s += every_s
    return strokes


def test_a_stroke_presses_and_stays() -> None:
    assert held([1.0]) == [(1.0, 5.0)]


def test_the_next_stroke_lets_go() -> None:
    ((down_s, up_s),) = held([1.0, 3.0])
    assert down_s == 1.0
    assert up_s == pytest.approx(3.0, abs=0.1)


def test_four_strokes_are_two_presses() -> None:
    assert len(held([1.0, 1.5, 2.5, 3.5])) == 2


@pytest.mark.parametrize("delay_s", [0.25, 0.5, 0.66])
@pytest.mark.parametrize("every_s", [0.025, 0.033, 0.066])
def test_a_held_key_is_one_press(delay_s: float, every_s: float) -> None:
    ((down_s, up_s),) = held(repeats(1.0, delay_s, every_s, 3.0))
    assert down_s == 1.0
    assert up_s == pytest.approx(3.2, abs=0.1)


def test_a_held_key_survives_a_slow_terminal() -> None:
    strokes = repeats(1.0, 0.5, 0.033, 2.0)
    late = [at_s if at_s < 1.8 else at_s + 0.12 for at_s in strokes]
    assert len(held(late)) == 1


def test_after_a_held_key_the_next_stroke_presses_anew() -> None:
    assert len(held([*repeats(1.0, 0.5, 0.033, 2.0), 3.0])) == 2
