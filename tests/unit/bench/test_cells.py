"""Links, as the simulator is told of them."""

from tests.bench.cells import FAULTS, QUALITY, Cell


def test_a_link_is_told_whole() -> None:
    words = Cell("burst5", 40, 5, 3).scenario(7)
    assert words[1::2] == ["loss:5,3", "jitter:40", "seed:7", "no-fec"]
    assert set(words[::2]) == {"--scenario"}


def test_only_a_sender_without_fec_is_told_so() -> None:
    assert "no-fec" not in Cell("loss5-fec", 40, 5, fec=True).scenario(1)


def test_a_far_end_with_another_clock_is_told_so() -> None:
    assert "clock:-200" in Cell("slow", clock_ppm=-200).scenario(1)


def test_every_fault_is_looked_at_again_and_no_other_link_is() -> None:
    assert all(cell.is_fault for cell in FAULTS)
    assert not any(cell.is_fault for cell in QUALITY)


def test_no_two_links_share_a_name() -> None:
    names = [cell.name for cell in QUALITY + FAULTS]
    assert len(names) == len(set(names))
