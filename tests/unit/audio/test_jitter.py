"""The jitter buffer, on a clock made of arithmetic."""

from dataclasses import astuple, dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.audio.jitter import (
    Conceal,
    Hold,
    JitterBuffer,
    Play,
    Recover,
    Verdict,
)
from callpoint.audio.rtp import RtpPacket

FRAME_S = 0.02


def packet(number: int, arrived_s: float = 0.0, ssrc: int = 1) -> RtpPacket:
    return RtpPacket(
        sequence_number=number % 0x10000,
        timestamp=number * 960 % 2**32,
        payload_type=96,
        payload=str(number).encode(),
        ssrc=ssrc,
        arrived_s=arrived_s,
    )


@dataclass
class Player:
    """Pushes and pops a buffer as a network and a card would."""

    buffer: JitterBuffer
    now_s: float = 0.0

    def push(self, *numbers: int, ssrc: int = 1) -> None:
        for number in numbers:
            self.buffer.push(packet(number, self.now_s, ssrc))

    def pop(self, count: int = 1) -> list[Verdict]:
        verdicts = []
        for _ in range(count):
            verdicts.append(self.buffer.pop(self.now_s))
            self.now_s += FRAME_S
        return verdicts


@pytest.fixture
def player() -> Player:
    """A buffer whose time line has begun: packet 0 was played, 1 is due."""
    player = Player(JitterBuffer(least_s=0.035))
    player.push(0)
    player.now_s = 0.04
    assert player.pop() == [Play(b"0")]
    return player


def test_the_first_packet_waits_for_the_target() -> None:
    player = Player(JitterBuffer(least_s=0.035))
    assert player.pop() == [Hold()]
    player.push(7)
    assert player.pop(3) == [Hold(), Hold(), Play(b"7")]


def test_packets_in_order_are_played_in_order(player: Player) -> None:
    player.push(1, 2, 3)
    assert player.pop(3) == [Play(b"1"), Play(b"2"), Play(b"3")]


def test_packets_out_of_order_are_played_in_order(player: Player) -> None:
    player.push(3, 1, 2)
    assert player.pop(3) == [Play(b"1"), Play(b"2"), Play(b"3")]


def test_packets_before_the_first_arrival_still_begin_the_line() -> None:
    player = Player(JitterBuffer(least_s=0.035))
    player.push(5, 4)
    player.now_s = 0.05
    assert player.pop(2) == [Play(b"4"), Play(b"5")]


def test_a_lost_packet_is_recovered_from_its_follower(player: Player) -> None:
    player.push(2, 3)
    assert player.pop(3) == [Recover(b"2"), Play(b"2"), Play(b"3")]


def test_a_packet_lost_with_its_follower_is_concealed(player: Player) -> None:
    player.push(3)
    assert player.pop(3) == [Conceal(), Recover(b"3"), Play(b"3")]


def test_one_lost_packet_costs_no_delay(player: Player) -> None:
    for number in [*range(2, 50)]:
        player.push(number)
        player.pop()
    assert player.buffer.counters.played == 48
    assert player.buffer.counters.recovered == 1


def test_a_late_packet_is_counted_and_not_played(player: Player) -> None:
    assert player.pop() == [Conceal()]
    player.push(1, 2)
    assert player.pop(2) == [Conceal(), Play(b"2")]
    assert player.buffer.counters.late == 1
    assert player.buffer.counters.inserted == 1


def test_a_run_of_late_packets_moves_the_line_by_one_frame(player: Player) -> None:
    target_s = player.buffer.target_s
    assert player.pop(3) == [Conceal()] * 3
    player.push(1, 2, 3, 4, 5)
    assert player.pop(3) == [Conceal(), Play(b"4"), Play(b"5")]
    assert player.buffer.target_s == pytest.approx(target_s + 0.02)


def test_packets_that_keep_coming_late_end_up_in_time(player: Player) -> None:
    """Each comes three frames after its turn: the line moves until that is in time."""
    player.pop(3)
    for number in range(1, 60):
        player.push(number)
        player.pop()
    late = player.buffer.counters.late
    assert 0 < late < 10
    for number in range(60, 120):
        player.push(number)
        assert isinstance(player.pop()[0], Play)
    assert player.buffer.counters.late == late


def test_the_target_falls_by_a_frame_at_each_pause(player: Player) -> None:
    player.buffer.target_s = 0.1
    player.pop(8)
    assert player.buffer.target_s == pytest.approx(0.08)


def test_a_duplicate_is_counted_and_not_played(player: Player) -> None:
    player.push(1, 1)
    player.pop(2)
    assert player.buffer.counters.duplicate == 1
    assert player.buffer.counters.played == 2


def test_a_pause_ends_the_time_line_and_speech_begins_a_new_one(
    player: Player,
) -> None:
    assert player.pop(7) == [Conceal()] * 5 + [Hold()] * 2
    player.push(1)
    assert player.pop(3) == [Hold(), Hold(), Play(b"1")]
    assert player.buffer.counters.restarts == 1


def test_the_sequence_number_wraps() -> None:
    player = Player(JitterBuffer(least_s=0.0))
    player.push(65534, 65535, 65536, 65537)
    assert player.pop(4) == [Play(str(n).encode()) for n in range(65534, 65538)]


@pytest.mark.parametrize("number", [5000, 65000])
def test_a_jump_of_the_sequence_begins_a_new_time_line(
    player: Player, number: int
) -> None:
    player.push(number)
    assert player.pop(3) == [Hold(), Hold(), Play(str(number).encode())]


def test_a_new_source_begins_a_new_time_line(player: Player) -> None:
    player.push(1, 2)
    player.push(2, ssrc=9)
    assert player.pop(3) == [Hold(), Hold(), Play(b"2")]


def test_the_backlog_of_a_stall_is_cut_back_to_the_target(player: Player) -> None:
    player.push(*range(1, 22))
    assert player.pop(3) == [Play(b"20"), Play(b"21"), Conceal()]
    assert player.buffer.counters.dropped == 19


@given(
    st.lists(
        st.one_of(
            st.none(),
            st.tuples(st.integers(0, 0xFFFF), st.integers(0, 2)),
            st.tuples(st.integers(0, 60), st.just(1)),
        ),
        max_size=200,
    )
)
def test_whatever_arrives_every_packet_has_one_fate_and_memory_is_bounded(
    arrivals: list[tuple[int, int] | None],
) -> None:
    player = Player(JitterBuffer())
    for arrival in arrivals:
        if arrival is None:
            player.pop()
        else:
            player.push(arrival[0], ssrc=arrival[1])
        assert len(player.buffer._packets) <= player.buffer.cap_packets
        assert player.buffer.target_s <= player.buffer.most_s + FRAME_S
    counters = player.buffer.counters
    fates = counters.played + counters.late + counters.duplicate + counters.dropped
    assert fates <= counters.received
    assert all(count >= 0 for count in astuple(counters))
