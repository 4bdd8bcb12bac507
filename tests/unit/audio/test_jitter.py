"""The jitter buffer, on a clock made of arithmetic: what sounds when?"""

from collections.abc import Iterable
from dataclasses import astuple, dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.audio.jitter import (
    LEAST_S,
    MOST_S,
    PART_S,
    Conceal,
    Hold,
    JitterBuffer,
    Play,
    Recover,
    Verdict,
)
from callpoint.audio.rtp import RtpPacket
from tests.unit.audio.streams import DAMAGED, DTX, FarEnd, TapeDecoder

LATER_S = 0.003
"""Of the first packet, and of the card: no two moments are the same."""
LENGTHS_S = (0.01, 0.02, 0.04, 0.06)
each_length = pytest.mark.parametrize("packet_s", LENGTHS_S)


def duration_s(payload: bytes) -> float:
    return TapeDecoder().duration_samples(payload) / SAMPLE_RATE_HZ


@dataclass
class Line:
    """Pushes and pops a buffer as a network and a card would."""

    far: FarEnd = field(default_factory=FarEnd)
    least_s: float = LEAST_S
    now_s: float = 100.0 + LATER_S
    coming: list[RtpPacket] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.buffer = JitterBuffer(duration_s, self.far.clock_rate_hz, self.least_s)

    def run(self, packets: Iterable[RtpPacket], until_s: float) -> list[Verdict]:
        """All verdicts until then, while these arrive at their time."""
        self.coming += packets
        self.coming.sort(key=lambda packet: -packet.arrived_s)
        verdicts = []
        while self.now_s < until_s:
            while self.coming and self.coming[-1].arrived_s <= self.now_s:
                self.buffer.push(self.coming.pop())
            verdicts.append(self.buffer.pop(self.now_s))
            if isinstance(verdicts[-1], Recover):
                self.buffer.repaired(self.far.has_copies)
            self.now_s += verdicts[-1].duration_s
        return verdicts

    def flow(self, count: int) -> list[RtpPacket]:
        return self.far.packets([LATER_S] + [0.0] * (count - 1))

    def told(self, verdicts: Iterable[Verdict]) -> list[int | str]:
        """The numbers of packets that play, and what happens in between."""
        numbers = {self.far.said(number): number for number in range(200)}
        return [
            numbers.get(verdict.payload, "other")
            if isinstance(verdict, Play)
            else type(verdict).__name__.lower()
            for verdict in verdicts
        ]

    def heard(self, packets: Iterable[RtpPacket], until_s: float) -> list[int | str]:
        return self.told(self.run(packets, until_s))


@pytest.fixture
def line() -> Line:
    """One in which ten packets were played, and the next is due."""
    line = Line()
    line.run(line.flow(10), 100.242)
    assert line.buffer.counters.played == 10
    return line


def test_the_first_packet_waits_for_the_target_and_no_longer() -> None:
    line = Line()
    *before, first = line.run(line.far.packets([0.0]), 100.041)
    assert set(line.told(before)) == {"hold"}
    assert line.told([first]) == [0]
    assert isinstance(first, Play)
    assert first.lag_s == pytest.approx(line.buffer.wanted_lag_s)
    assert first.follows


def test_without_packets_there_is_silence_for_ever() -> None:
    line = Line()
    assert set(line.told(line.run([], 105.0))) == {"hold"}
    assert sum(astuple(line.buffer.counters)) == 0


@each_length
def test_packets_of_any_length_play_in_order(packet_s: float) -> None:
    line = Line(FarEnd(packet_s=packet_s))
    heard = line.heard(line.flow(50), 100.02 + 50 * packet_s)
    played = [verdict for verdict in heard if verdict != "hold"]
    assert played == list(range(len(played)))
    assert len(played) >= 48


def test_packets_out_of_order_play_in_order() -> None:
    line = Line()
    delays_s = [LATER_S, 0.0, 0.0205, 0.0, 0.0205, *[0.0] * 15]
    order = sorted(line.far.packets(delays_s), key=lambda packet: packet.arrived_s)
    assert order != line.far.packets(delays_s)
    heard = line.heard(order, 100.3)
    assert [told for told in heard if told != "hold"] == list(range(13))


def test_a_packet_before_the_first_arrival_still_begins_the_line() -> None:
    line = Line()
    heard = line.heard(line.far.packets([0.0205, 0.0, 0.0, 0.0]), 100.1)
    assert [told for told in heard if told != "hold"][:3] == [0, 1, 2]


@each_length
def test_a_lost_packet_is_recovered_from_its_follower(packet_s: float) -> None:
    line = Line(FarEnd(packet_s=packet_s, has_copies=True))
    packets = [packet for n, packet in enumerate(line.flow(40)) if n != 10]
    verdicts = line.run(packets, 100.02 + 30 * packet_s)
    at = line.told(verdicts).index(9) + 1
    gap = line.told(verdicts)[at:].index(11)
    lost = verdicts[at : at + gap]
    assert sum(verdict.duration_s for verdict in lost) == pytest.approx(packet_s)
    assert isinstance(lost[-1], Recover)
    assert lost[-1].next_payload == line.far.said(11)
    assert line.buffer.counters.recovered == 1
    assert line.buffer.counters.concealed == 0


@each_length
def test_a_lost_packet_without_a_copy_is_concealed_and_costs_no_delay(
    packet_s: float,
) -> None:
    line = Line(FarEnd(packet_s=packet_s))
    packets = [packet for n, packet in enumerate(line.flow(60)) if n != 20]
    plays = [play for play in line.run(packets, 105.0) if isinstance(play, Play)]
    assert line.buffer.counters.concealed == 1
    assert len(plays) == 59
    assert plays[-1].lag_s == pytest.approx(plays[0].lag_s)


def test_what_is_played_after_a_loss_does_not_follow(line: Line) -> None:
    verdicts = line.run(line.far.packets([None, 0.0, 0.0], 10), 100.3)
    plays = [verdict for verdict in verdicts if isinstance(verdict, Play)]
    assert [play.follows for play in plays] == [False, True]


def test_two_lost_packets_are_concealed_and_recovered(line: Line) -> None:
    line.far.has_copies = True
    heard = line.heard(line.far.packets([None, None, 0.0, 0.0], 10), 100.31)
    assert heard == ["conceal", "conceal", "recover", 12, 13]


def test_what_comes_late_after_nothing_at_all_is_played_and_not_dropped(
    line: Line,
) -> None:
    """Its place was concealed; from then on all is later, which is made up later."""
    verdicts = line.run(line.far.packets([0.055, 0.035, 0.015, 0.0], 10), 100.35)
    assert line.told(verdicts) == ["conceal"] * 4 + [10, 11, 12, 13]
    late = verdicts[4]
    assert isinstance(late, Play)
    assert late.lag_s - line.buffer.arrivals.base_s == pytest.approx(0.063)
    assert late.follows
    assert line.buffer.counters.late == 0
    assert line.buffer.counters.starved_ms == 40


def test_what_comes_after_it_was_given_up_is_late_and_not_played(line: Line) -> None:
    packets = line.far.packets([0.065, 0.0, 0.0, 0.0], 10)
    assert line.heard(packets, 100.31) == ["recover", 11, 12, 13]
    assert line.buffer.counters.late == 1


def test_what_was_overtaken_is_waited_for_while_there_is_time(line: Line) -> None:
    """The target has risen: the line is not yet as late as it may be."""
    line.buffer.arrivals.target_s = 0.06
    packets = line.far.packets([0.035, 0.0, 0.0], 10)
    assert line.heard(packets, 100.31) == ["conceal", "conceal", 10, 11, 12]
    assert line.buffer.counters.late == line.buffer.counters.concealed == 0


def test_the_follower_of_a_lost_packet_is_waited_for_because_of_its_copy() -> None:
    line = Line(FarEnd(has_copies=True), least_s=0.07)
    line.run(line.flow(20), 100.46)
    line.now_s += LATER_S
    heard = line.heard(line.far.packets([None, 0.06, 0.0, 0.0], 20), 100.57)
    assert heard == [19, "conceal", "recover", 21, 22, 23]


def test_the_least_delay_is_what_was_asked_for() -> None:
    line = Line(least_s=0.06)
    plays = line.run(line.flow(20), 100.4)
    assert isinstance(plays[-1], Play)
    assert plays[-1].lag_s == pytest.approx(100.02 + 0.06, abs=LATER_S + 1e-6)


def test_a_duplicate_is_counted_and_not_played(line: Line) -> None:
    packets = line.far.packets([0.0, 0.0], 10)
    assert line.heard([*packets, line.far.packet(11, 0.001)], 100.27) == [10, 11]
    assert line.buffer.counters.duplicate == 1


@pytest.mark.parametrize("clock_rate_hz", [8_000, 48_000])
def test_sequence_numbers_and_timestamps_wrap(clock_rate_hz: int) -> None:
    ticks = clock_rate_hz // 50
    far = FarEnd(0.02, 2**16 - 50, 2**32 - 70 * ticks, clock_rate_hz=clock_rate_hz)
    line = Line(far)
    heard = [told for told in line.heard(line.flow(150), 103.0) if told != "hold"]
    assert heard == list(range(len(heard)))
    assert line.buffer.counters.restarts == 0


def test_a_packet_from_before_the_wrap_is_late_and_not_of_the_future() -> None:
    line = Line(FarEnd(first_number=2**16 - 10))
    packets = line.flow(40)
    line.run([packet for n, packet in enumerate(packets) if n != 5], 100.5)
    line.buffer.push(line.far.packet(5, 0.4))
    assert line.buffer.counters.late == 1
    assert line.buffer.counters.restarts == 0


@pytest.mark.parametrize("jump", [6, 50, 99])
def test_numbers_that_are_missing_where_no_time_is_were_never_sent(
    line: Line, jump: int
) -> None:
    line.far.first_number += jump
    assert line.heard(line.far.packets([0.0] * 4, 10), 100.31) == [10, 11, 12, 13]
    assert line.buffer.counters.restarts == line.buffer.counters.concealed == 0


@pytest.mark.parametrize("jump", [101, 5000, 32768, -5, -99, -5000])
def test_a_jump_of_the_numbers_begins_a_new_time_line(line: Line, jump: int) -> None:
    line.far.first_number = (line.far.first_number + jump) % 2**16
    heard = line.heard(line.far.packets([LATER_S, 0.0, 0.0, 0.0], 10), 100.31)
    assert [told for told in heard if told != "hold"] == [10, 11, 12, 13]
    assert line.buffer.counters.restarts == 1
    assert line.buffer.counters.late == 0


@pytest.mark.parametrize("jump_s", [2.5, 30, 20_000, -2.5, -30, -20_000])
def test_a_jump_of_the_timestamps_begins_a_new_time_line(
    line: Line, jump_s: float
) -> None:
    ticks = round(jump_s * line.far.clock_rate_hz)
    line.far.first_timestamp = (line.far.first_timestamp + ticks) % 2**32
    heard = line.heard(line.far.packets([LATER_S, 0.0, 0.0, 0.0], 10), 100.31)
    assert [told for told in heard if told != "hold"] == [10, 11, 12, 13]
    assert line.buffer.counters.restarts == 1


def test_a_new_source_begins_a_new_time_line_with_nothing_of_the_old_one(
    line: Line,
) -> None:
    line.coming = line.far.packets([0.0, 0.0], 10)
    line.far.ssrc, line.far.first_number, line.far.first_timestamp = 9, 77, 123
    heard = line.heard(line.far.packets([0.001, 0.0, 0.0], 11), 100.31)
    assert [told for told in heard if told != "hold"] == [11, 12, 13]
    assert line.buffer.counters.restarts == 1


def test_without_any_packet_it_conceals_until_its_patience_ends(line: Line) -> None:
    verdicts = line.run([], 101.0)
    concealed = line.told(verdicts).count("conceal")
    assert concealed * PART_S == pytest.approx(line.buffer.patience_s, abs=0.011)
    assert verdicts[:concealed] == [Conceal(PART_S)] * concealed
    assert verdicts[concealed:] == [Hold(PART_S)] * (len(verdicts) - concealed)
    assert line.buffer.counters.restarts == 1


def test_after_a_second_of_losses_one_new_time_line_is_as_late_as_the_old_one() -> None:
    line = Line()
    packets = [p for n, p in enumerate(line.flow(150)) if not 50 <= n < 100]
    plays = [play for play in line.run(packets, 103.0) if isinstance(play, Play)]
    assert line.buffer.counters.restarts == 1
    assert line.buffer.counters.late == 0
    assert plays[-1].lag_s == pytest.approx(plays[40].lag_s, abs=LATER_S + 1e-6)


def pause(far: FarEnd, gap_s: float) -> tuple[list[RtpPacket], FarEnd]:
    """Ten packets, one that announces a pause, and the far end after it."""
    packets = [*far.packets([LATER_S] + [0.0] * 9), far.packet(10, payload=DTX)]
    ticks = round(gap_s * far.clock_rate_hz)
    later = FarEnd(
        first_timestamp=far.first_timestamp + ticks, begins_s=far.begins_s + gap_s
    )
    return packets, later


@pytest.mark.parametrize("gap_s", [0.38, 1.0, 1.995])
def test_in_an_announced_pause_the_time_line_goes_on(gap_s: float) -> None:
    """The decoder makes its comfort noise as long as the timestamps say."""
    line = Line()
    packets, later = pause(line.far, gap_s)
    end_s = 100.26 + gap_s
    heard = line.heard([*packets, *later.packets([0.0] * 5, 11)], end_s + 0.05)
    began = heard.index("other")
    talks = heard.index(11)
    assert set(heard[began + 1 : talks]) <= {"conceal", "hold"}
    assert heard[began + 1 : talks].count("conceal") * PART_S >= gap_s - 2 * PART_S
    assert heard[talks:][:3] == [11, 12, 13]
    counters = line.buffer.counters
    assert counters.restarts == counters.starved_ms == counters.concealed == 0


def test_the_end_of_a_pause_that_is_hardly_ahead_is_waited_for() -> None:
    line = Line()
    packets, later = pause(line.far, 1.0)
    line.run(packets, 101.0)
    packet = later.packet(11)
    line.buffer.push(packet)
    verdict = line.buffer.pop(packet.arrived_s + LEAST_S - 5e-6)
    assert verdict == Conceal(PART_S)


def test_the_backlog_of_a_stall_is_played_but_for_what_exceeds_the_cap(
    line: Line,
) -> None:
    """A second of packets comes at once."""
    packets = line.far.stalled(range(10, 60))
    plays = [play for play in line.run(packets, 102.0) if isinstance(play, Play)]
    counters = line.buffer.counters
    assert 28 <= counters.dropped <= 30
    assert counters.dropped == 50 - len(plays)
    assert not plays[0].follows
    assert plays[0].lag_s - line.buffer.wanted_lag_s <= line.buffer.cap_s
    assert plays[-1].payload == line.far.said(59)


def test_the_level_is_what_waits(line: Line) -> None:
    assert line.buffer.level_s == 0
    for packet in line.far.packets([0.0] * 4, 10):
        line.buffer.push(packet)
    assert line.buffer.level_s == pytest.approx(0.08)
    line.buffer.pop(100.25)
    assert line.buffer.level_s == pytest.approx(0.06)


def test_what_follows_something_dropped_does_not_follow(line: Line) -> None:
    line.buffer.cap_s = 0.0
    verdicts = line.run(line.far.stalled(range(10, 15)), 100.37)
    assert line.told(verdicts) == ["conceal"] * 6 + [11, 12, 13, 14]
    plays = [verdict for verdict in verdicts if isinstance(verdict, Play)]
    assert [play.follows for play in plays] == [False, True, True, True]
    assert line.buffer.counters.dropped == 1
    assert line.buffer.counters.restarts == 0


def test_the_level_is_counted_from_what_was_given_up(line: Line) -> None:
    for packet in line.far.packets([None, 0.0, 0.0], 10):
        line.buffer.push(packet)
    assert line.buffer.level_s == pytest.approx(0.06)
    assert isinstance(line.buffer.pop(100.263), Recover)
    assert line.buffer.level_s == pytest.approx(0.04)


@each_length
def test_a_packet_that_tells_no_length_is_as_long_as_the_one_before(
    packet_s: float,
) -> None:
    line = Line(FarEnd(packet_s=packet_s))
    packets = line.flow(20)
    packets[10] = line.far.packet(10, payload=DAMAGED)
    verdicts = line.run(packets, 100.02 + 18 * packet_s)
    told = line.told(verdicts)
    at = told.index("other")
    assert told[at - 1 : at + 2] == [9, "other", 11]
    assert verdicts[at].duration_s == pytest.approx(packet_s)


@pytest.mark.parametrize(
    ("has_copies", "target_s"), [(True, LEAST_S + 0.02), (False, LEAST_S)]
)
def test_where_packets_are_lost_copies_are_worth_waiting_for(
    has_copies: bool, target_s: float
) -> None:
    line = Line(FarEnd(has_copies=has_copies))
    dice = [0.019 * (n % 3 == 0) if n % 10 else None for n in range(1, 300)]
    line.run(line.far.packets(dice), 105.9)
    assert line.buffer.target_s == pytest.approx(target_s, abs=0.002)
    line.run(line.far.packets([0.0] * 700, 300), 119.0)
    assert line.buffer.target_s == LEAST_S


def test_what_is_wanted_is_the_quickest_packets_time_and_the_target(line: Line) -> None:
    assert line.buffer.arrivals.base_s == pytest.approx(100.02)
    assert line.buffer.wanted_lag_s == pytest.approx(100.02 + LEAST_S)


numbers = st.one_of(st.integers(0, 60), st.integers(0, 2**16 - 1))
timestamps = st.one_of(
    st.integers(0, 60).map(lambda number: number * 960), st.integers(0, 2**32 - 1)
)
payloads = st.sampled_from([None, DTX, DAMAGED, b""])
waits_s = st.one_of(st.just(0.0), st.floats(0, 0.5))


@given(st.lists(st.tuples(numbers, timestamps, payloads, st.integers(1, 2), waits_s)))
def test_whatever_arrives_every_packet_has_one_fate_at_most(
    arrivals: list[tuple[int, int, bytes | None, int, float]],
) -> None:
    line = Line()
    for number, timestamp, payload, ssrc, wait_s in arrivals:
        said = line.far.said(number) if payload is None else payload
        packet = RtpPacket(number, timestamp, 96, said, ssrc, line.now_s)
        for verdict in line.run([packet], line.now_s + wait_s):
            assert 0 < verdict.duration_s <= 0.12
        assert LEAST_S <= line.buffer.target_s <= MOST_S
    counters = line.buffer.counters
    fates = counters.played + counters.late + counters.duplicate + counters.dropped
    assert fates <= counters.received <= len(arrivals)
    assert all(count >= 0 for count in astuple(counters))
