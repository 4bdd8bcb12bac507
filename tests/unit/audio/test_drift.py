"""The regulator: told how far behind each frame is, what does it do about it?"""

from dataclasses import dataclass, field

import pytest

from callpoint.audio.drift import Correction, Cut, Lengthen, Nudge, Regulator
from callpoint.audio.frames import FRAME_S, SAMPLE_RATE_HZ
from callpoint.audio.stretch import LONGEST_LAG

WANTED_S = 50.0
MARGIN_S = 0.004
PITCH_PERIOD = 300


@dataclass
class Line:
    """A time line that obeys: each frame is as late as the ones before made it."""

    lag_s: float = WANTED_S + MARGIN_S
    quiet: bool = False
    regulator: Regulator = field(default_factory=Regulator)
    done: list[Correction] = field(default_factory=list)

    def play(self, frames: int, ppm: float = 0.0, wanted_s: float = WANTED_S) -> None:
        for _ in range(frames):
            self.lag_s += FRAME_S * ppm * 1e-6
            correction = self.regulator.steer(self.lag_s, wanted_s, quiet=self.quiet)
            self.done.append(correction)
            if samples := change(correction):
                self.lag_s += samples / SAMPLE_RATE_HZ
                self.regulator.corrected(samples)

    def behind_s(self) -> float:
        return self.lag_s - WANTED_S - MARGIN_S


def change(correction: Correction) -> int:
    """How many samples it adds; in speech, a pitch period."""
    match correction:
        case Nudge(samples):
            return samples
        case Cut(samples, in_pause):
            return -samples if in_pause else -PITCH_PERIOD
        case Lengthen(samples, in_pause):
            return samples if in_pause else PITCH_PERIOD
    return 0


def test_what_is_as_it_should_be_is_left_alone() -> None:
    line = Line()
    line.play(100)
    assert line.done == [None] * 100


@pytest.mark.parametrize("behind_s", [-0.0035, 0.0035])
@pytest.mark.parametrize("quiet", [True, False])
def test_a_few_milliseconds_are_tolerated(behind_s: float, quiet: bool) -> None:
    line = Line(WANTED_S + MARGIN_S + behind_s, quiet)
    line.play(100)
    assert line.done == [None] * 100


@pytest.mark.parametrize(("behind_s", "samples"), [(0.009, -2), (-0.009, 2)])
def test_a_little_is_made_up_in_speech_by_a_nudge_until_it_is_gone(
    behind_s: float, samples: int
) -> None:
    line = Line(WANTED_S + MARGIN_S + behind_s)
    line.play(400)
    nudges = line.done.index(None)
    assert line.done[:nudges] == [Nudge(samples)] * nudges
    assert line.done[nudges:] == [None] * (400 - nudges)
    assert abs(line.behind_s()) < 0.0025


def test_more_is_made_up_by_a_stronger_nudge() -> None:
    line = Line(WANTED_S + MARGIN_S + 0.03)
    line.play(1)
    assert line.done == [Nudge(-4)]


@pytest.mark.parametrize(("behind_s", "kind"), [(0.0145, Cut), (-0.0145, Lengthen)])
def test_in_a_pause_all_of_it_is_made_up_at_once(
    behind_s: float, kind: type[Cut | Lengthen]
) -> None:
    line = Line(WANTED_S + MARGIN_S + behind_s, quiet=True)
    line.play(10)
    assert line.done == [kind(696, in_pause=True)] + [None] * 9


def test_in_a_pause_no_frame_loses_more_than_the_longest_lag() -> None:
    line = Line(WANTED_S + MARGIN_S + 0.1, quiet=True)
    line.play(10)
    cuts = [done for done in line.done if isinstance(done, Cut)]
    assert cuts[0] == Cut(LONGEST_LAG, in_pause=True)
    assert len(cuts) >= 6
    assert abs(line.behind_s()) <= 0.01


@pytest.mark.parametrize(("behind_s", "kind"), [(0.1, Cut), (-0.1, Lengthen)])
def test_speech_loses_or_repeats_a_period_in_each_third_frame(
    behind_s: float, kind: type[Cut | Lengthen]
) -> None:
    line = Line(WANTED_S + MARGIN_S + behind_s)
    line.play(12)
    spliced = [
        n for n, done in enumerate(line.done) if isinstance(done, Cut | Lengthen)
    ]
    assert spliced == [2, 5, 8, 11]
    assert line.done[2] == kind(LONGEST_LAG, in_pause=False)


def test_what_could_not_be_spliced_is_tried_in_the_next_frame() -> None:
    regulator = Regulator()
    done = [regulator.steer(WANTED_S + 0.1, WANTED_S, quiet=False) for _ in range(5)]
    assert done[2:] == [Cut(LONGEST_LAG, in_pause=False)] * 3


@pytest.mark.parametrize("behind_s", [-0.2, -0.05, 0.05, 0.3])
def test_whatever_it_was_it_is_made_up_within_seconds(behind_s: float) -> None:
    line = Line(WANTED_S + MARGIN_S + behind_s)
    line.play(15 * 50)
    assert abs(line.behind_s()) <= 0.006
    assert line.done[-1] is None


@pytest.mark.parametrize("ppm", [-200, 200])
def test_two_clocks_that_differ_cost_a_nudge_now_and_then(ppm: float) -> None:
    line = Line()
    worst_s = 0.0
    for _ in range(600):
        line.play(50, ppm)
        worst_s = max(worst_s, abs(line.behind_s()))
    assert worst_s < 0.008
    assert {type(done) for done in line.done} == {type(None), Nudge}
    assert 0 < len([done for done in line.done if done]) < len(line.done) / 4


def test_a_frame_that_a_thread_took_late_is_not_the_clocks_fault() -> None:
    line = Line()
    for _ in range(50):
        line.play(9)
        late_s = line.lag_s + 0.03
        line.done.append(line.regulator.steer(late_s, WANTED_S, quiet=False))
    assert line.done == [None] * 500


def test_another_target_is_followed_at_once() -> None:
    """What is smoothed is how far behind we are, and not what was wanted."""
    line = Line()
    line.play(100)
    line.play(1, wanted_s=WANTED_S + 0.1)
    assert line.done[-1] == Lengthen(LONGEST_LAG, in_pause=False)


def test_a_new_time_line_has_nothing_of_the_old_one() -> None:
    line = Line(WANTED_S + 0.3)
    line.play(5)
    line.regulator.restart()
    line.lag_s = WANTED_S + MARGIN_S
    line.done.clear()
    line.play(50)
    assert line.done == [None] * 50
