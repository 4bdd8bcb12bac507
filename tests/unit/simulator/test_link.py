import pytest

from callpoint.simulator.link import Conditions, Link, Stall

PACKETS = 20_000


def held(conditions: Conditions, packets: int = PACKETS) -> list[float | None]:
    link = Link(conditions)
    # The middle of each frame, where no rounding moves it into another second.
    return [link.held_s(0.02 * number + 0.01) for number in range(packets)]


def losses(fates: list[float | None]) -> list[int]:
    return [number for number, fate in enumerate(fates) if fate is None]


def runs(lost: list[int]) -> list[int]:
    """Lengths of what was lost in a row."""
    lengths: list[int] = []
    before = None
    for number in lost:
        if before == number - 1:
            lengths[-1] += 1
        else:
            lengths.append(1)
        before = number
    return lengths


def test_a_perfect_link_lets_everything_pass_at_once() -> None:
    assert held(Conditions()) == [0.0] * PACKETS


@pytest.mark.parametrize("burst_packets", [1, 3])
@pytest.mark.parametrize("loss", [0.01, 0.05, 0.2])
def test_the_share_of_losses_is_what_was_asked_for(
    loss: float, burst_packets: int
) -> None:
    lost = losses(held(Conditions(loss, burst_packets)))
    assert len(lost) / PACKETS == pytest.approx(loss, rel=0.2)


def test_all_can_be_lost() -> None:
    assert len(losses(held(Conditions(1.0)))) == PACKETS


def test_packets_are_lost_in_bursts_of_that_length() -> None:
    lost = losses(held(Conditions(0.01, burst_packets=3), 2000))
    assert min(runs(lost)) == 3


def test_jitter_is_even_up_to_its_bound() -> None:
    fates = [fate for fate in held(Conditions(jitter_s=0.04)) if fate is not None]
    assert 0 <= min(fates) < 0.001
    assert 0.039 < max(fates) < 0.04
    assert sum(fates) / len(fates) == pytest.approx(0.02, rel=0.05)


def test_the_same_seed_loses_the_same_packets_with_and_without_jitter() -> None:
    alone = losses(held(Conditions(0.05, seed=3)))
    assert alone == losses(held(Conditions(0.05, seed=3, jitter_s=0.04)))
    assert alone != losses(held(Conditions(0.05, seed=4)))


def test_a_stall_holds_everything_and_lets_it_go_in_order() -> None:
    fates = held(Conditions(stalls=(Stall(1.0, 0.5),)), 100)
    sent_s = [0.02 * number for number in range(100)]
    arrived_s = [at_s + (fate or 0) for at_s, fate in zip(sent_s, fates, strict=True)]
    assert sorted(arrived_s) == arrived_s
    stalled = [fate for fate in fates if fate]
    # The first one after it waits behind those that were held.
    assert len(stalled) == 26
    assert max(stalled) == pytest.approx(0.5, abs=0.001)
    assert all(1.499 < at_s < 1.51 for at_s in arrived_s[50:75])


def test_single_packets_are_lost_at_their_times() -> None:
    assert losses(held(Conditions(single_losses_s=(0.5, 1.01)), 100)) == [25, 51]
