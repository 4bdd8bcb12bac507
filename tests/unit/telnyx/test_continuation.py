"""Paths that take over from one another, and what the jitter buffer sees of it."""

from dataclasses import replace

import pytest

from callpoint.audio.rtp import RtpPacket
from callpoint.telnyx.continuation import Continuation

RATE_HZ = 48_000
TICKS = 960
FIRST = 2**32 - 1_500


def packets(
    count: int,
    *,
    first: int = 100,
    timestamp: int = FIRST,
    ssrc: int = 1,
    at_s: float = 10.0,
) -> list[RtpPacket]:
    """A stream of 20 ms packets, whose first one came at `at_s`."""
    return [
        RtpPacket(
            (first + number) % 2**16,
            (timestamp + number * TICKS) % 2**32,
            96,
            b"",
            ssrc,
            at_s + number * 0.02,
        )
        for number in range(count)
    ]


def joined(*paths: list[RtpPacket]) -> list[RtpPacket]:
    """What is handed on of paths that speak one after the other."""
    stream = Continuation(RATE_HZ)
    told = [stream.follow(p, number) for number, path in enumerate(paths) for p in path]
    return [packet for packet in told if packet is not None]


def numbers(*paths: list[RtpPacket]) -> list[int]:
    return [packet.sequence_number for packet in joined(*paths)]


def test_one_path_is_left_as_it_is() -> None:
    only = packets(3)
    assert joined(only) == only


@pytest.mark.parametrize("first", [0, 65_535, 30_000])
@pytest.mark.parametrize("timestamp", [777_777, 2**31, 123_456_789])
def test_a_new_path_goes_on_where_the_old_one_ended(first: int, timestamp: int) -> None:
    new = packets(3, first=first, timestamp=timestamp, ssrc=9, at_s=10.06)
    whole = packets(6)
    assert joined(packets(3), new) == [
        replace(packet, arrived_s=each.arrived_s)
        for packet, each in zip(whole, [*packets(3), *new], strict=True)
    ]


def test_what_was_lost_between_two_paths_is_missing_in_the_numbers() -> None:
    new = packets(2, first=7, timestamp=777_777, ssrc=9, at_s=10.1)
    assert numbers(packets(3), new) == [100, 101, 102, 105, 106]
    times = [packet.timestamp for packet in joined(packets(3), new)]
    assert (times[3] - times[2]) % 2**32 == 3 * TICKS


def test_a_far_end_that_goes_on_counting_is_believed() -> None:
    """Its new path may be quicker or slower than the old one."""
    new = packets(2, first=7, timestamp=FIRST + 4 * TICKS, ssrc=9, at_s=10.15)
    assert numbers(packets(3), new) == [100, 101, 102, 104, 105]


def test_what_comes_over_both_paths_has_one_number() -> None:
    new = packets(3, first=7, timestamp=FIRST + 2 * TICKS, ssrc=9, at_s=10.061)
    assert numbers(packets(4), new) == [100, 101, 102, 103, 102, 103, 104]


def test_the_old_path_fills_what_is_before_the_new_one_and_says_nothing_after() -> None:
    stream = Continuation(RATE_HZ)
    *early, late, too_late = packets(5)
    for packet in early:
        stream.follow(packet, 0)
    new = packets(1, first=7, timestamp=777_777, ssrc=9, at_s=10.08)[0]
    taken = stream.follow(new, 1)
    assert taken is not None
    assert taken.sequence_number == 104
    assert stream.follow(late, 0) == late
    assert stream.follow(too_late, 0) is None


def test_after_a_long_silence_there_is_nothing_to_continue() -> None:
    new = packets(2, first=7, timestamp=777_777, ssrc=9, at_s=11.0)
    assert joined(packets(3), new)[3:] == new


def test_a_path_that_changes_its_source_begins_anew() -> None:
    """A gateway switches from ringback to the answer, and the buffer starts anew."""
    switched = packets(2, first=7, timestamp=777_777, ssrc=9, at_s=10.06)
    assert joined([*packets(3), *switched])[3:] == switched


def test_packets_of_another_length_are_counted_by_theirs() -> None:
    forty = [
        replace(
            packet,
            sequence_number=100 + number,
            timestamp=(FIRST + 2 * TICKS * number) % 2**32,
            arrived_s=10 + number * 0.04,
        )
        for number, packet in enumerate(packets(3))
    ]
    new = packets(1, first=7, timestamp=777_777, ssrc=9, at_s=10.2)
    assert numbers(forty, new) == [100, 101, 102, 105]
