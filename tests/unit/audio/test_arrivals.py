"""What a stream's arrival times teach, on a clock made of arithmetic."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest

from callpoint.audio.arrivals import Arrivals

PACKET_S = 0.02
LEAST_S, MOST_S = 0.02, 0.2
WAY_S = 100.0
"""Between the two clocks, and on the way."""
FAST_S = 0.1
"""So long takes what is called quick here."""
TEN_SECONDS = 500


@dataclass
class Stream:
    """Packets that are sent every 20 ms; a delay for each."""

    arrivals: Arrivals = field(default_factory=lambda: Arrivals(LEAST_S, MOST_S))
    number: int = 0

    def come(self, delays_s: Iterable[float]) -> None:
        for delay_s in delays_s:
            media_s = self.number * PACKET_S
            self.arrivals.add(media_s, media_s + WAY_S + delay_s)
            self.number += 1

    def stall(self, duration_s: float) -> None:
        """They are held up, and come all at once."""
        count = round(duration_s / PACKET_S)
        last_s = (self.number + count - 1) * PACKET_S + WAY_S + FAST_S
        for _ in range(count):
            self.arrivals.add(self.number * PACKET_S, last_s)
            self.number += 1


@pytest.fixture
def stream() -> Stream:
    """One that has come without jitter for a while."""
    stream = Stream()
    stream.come([FAST_S] * TEN_SECONDS)
    return stream


def test_where_nothing_has_come_nothing_is_known() -> None:
    arrivals = Arrivals(LEAST_S, MOST_S)
    assert arrivals.is_empty
    assert arrivals.target_s == LEAST_S


def test_the_first_packet_is_the_quickest() -> None:
    arrivals = Arrivals(LEAST_S, MOST_S)
    arrivals.add(1.0, 6.0)
    assert not arrivals.is_empty
    assert arrivals.base_s == 5.0


def test_a_steady_stream_needs_the_least(stream: Stream) -> None:
    assert stream.arrivals.target_s == LEAST_S
    assert stream.arrivals.needed_s == pytest.approx(0)
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S)


@pytest.mark.parametrize("jitter_s", [0.04, 0.1, 0.15])
def test_the_target_covers_the_jitter(jitter_s: float) -> None:
    dice, stream = random.Random(1), Stream()
    stream.come(FAST_S + dice.random() * jitter_s for _ in range(TEN_SECONDS))
    assert stream.arrivals.target_s == pytest.approx(jitter_s, rel=0.03)
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S, abs=0.002)


def test_the_target_stays_within_its_limits_whatever_is_needed() -> None:
    arrivals = Arrivals(0.04, 0.05)
    Stream(arrivals).come([FAST_S, FAST_S + 0.03] * 10)
    assert arrivals.target_s == 0.04
    assert arrivals.needed_s == pytest.approx(0.03)
    arrivals = Arrivals(0.02, 0.05)
    stream = Stream(arrivals)
    stream.come([0.1, 0.14])
    stream.number += 10
    stream.come([0.06] * 10)
    assert arrivals.target_s == 0.05
    assert arrivals.needed_s == pytest.approx(0.08)


def test_the_target_rises_with_the_third_slow_packet_of_ten_seconds(
    stream: Stream,
) -> None:
    stream.come([FAST_S + 0.06, FAST_S] * 2)
    assert stream.arrivals.target_s == LEAST_S
    stream.come([FAST_S + 0.06])
    assert stream.arrivals.target_s == pytest.approx(0.06)


def test_in_a_young_stream_one_slow_packet_suffices() -> None:
    stream = Stream()
    stream.come([FAST_S] * 5 + [FAST_S + 0.06])
    assert stream.arrivals.target_s == pytest.approx(0.06)


def test_the_target_falls_when_slow_packets_are_ten_seconds_past(
    stream: Stream,
) -> None:
    stream.come([FAST_S + 0.06] * 3)
    stream.come([FAST_S] * (TEN_SECONDS - 10))
    assert stream.arrivals.target_s == pytest.approx(0.06)
    stream.come([FAST_S] * 20)
    assert stream.arrivals.target_s == LEAST_S


def test_a_quicker_packet_moves_the_base_at_once(stream: Stream) -> None:
    stream.come([FAST_S - 0.03])
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S - 0.03)
    media_s = stream.number * PACKET_S
    excess_s = stream.arrivals.excess_s(media_s, media_s + WAY_S + FAST_S)
    assert excess_s == pytest.approx(0.03)


def test_a_base_that_is_ten_seconds_past_is_forgotten(stream: Stream) -> None:
    """The far end's clock is slower than ours: transits grow, and are no jitter."""
    stream.come(FAST_S + 2e-4 * PACKET_S * n for n in range(3 * TEN_SECONDS))
    assert stream.arrivals.base_s > WAY_S + FAST_S + 0.003
    assert stream.arrivals.target_s == LEAST_S


def test_no_target_helps_against_what_is_out_of_reach(stream: Stream) -> None:
    stream.come([FAST_S + 0.5] * 24)
    assert stream.arrivals.target_s == LEAST_S
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S)


def test_half_a_second_of_packets_out_of_reach_is_another_way(stream: Stream) -> None:
    stream.come([FAST_S + 0.5] * 25)
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S + 0.5)
    assert stream.arrivals.target_s == LEAST_S


def test_packets_out_of_reach_count_only_in_a_row(stream: Stream) -> None:
    for _ in range(5):
        stream.come([FAST_S + 0.5] * 20 + [FAST_S])
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S)


@pytest.mark.parametrize("stall_s", [0.1, 0.2, 0.5, 2.0])
def test_a_stall_is_one_event_however_many_wait_behind_it(
    stream: Stream, stall_s: float
) -> None:
    stream.stall(stall_s)
    stream.come([FAST_S] * 20)
    assert stream.arrivals.target_s == LEAST_S
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S)


def test_a_clock_that_jumped_ahead_makes_what_was_learned_worthless() -> None:
    stream = Stream()
    stream.come([FAST_S, FAST_S + 0.05] * 20)
    stream.come([FAST_S - 0.3] * 10)
    assert stream.arrivals.base_s == pytest.approx(WAY_S + FAST_S - 0.3)
    assert stream.arrivals.target_s == LEAST_S


def test_stalls_now_and_then_are_no_jitter() -> None:
    stream = Stream()
    stream.come([FAST_S] * 500)
    for _ in range(3):
        stream.stall(0.5)
        stream.come([FAST_S] * 100)
    assert stream.arrivals.target_s == LEAST_S


def test_a_stall_in_a_young_stream_is_no_jitter() -> None:
    stream = Stream()
    stream.come([FAST_S] * 100)
    stream.stall(0.5)
    stream.come([FAST_S] * 20)
    assert stream.arrivals.target_s == LEAST_S
