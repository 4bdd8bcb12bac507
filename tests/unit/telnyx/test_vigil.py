"""Whether the far end is heard, second by second."""

from callpoint.telnyx.vigil import Finding, Vigil


def watched(
    *,
    gone: bool = False,
    linked: bool = True,
    seconds: int,
    relinked_at: int | None = None,
) -> dict[int, Finding]:
    """What is found when nothing is heard from second 0 on.

    Signalling has been up for long; a new socket is registered in `relinked_at`.
    """
    vigil = Vigil()
    found = {}
    for second in range(1, seconds + 1):
        linked_for_s: float | None = 1000.0 if linked else None
        if relinked_at is not None and second >= relinked_at:
            linked_for_s = float(second - relinked_at)
        if finding := vigil.look(float(second), gone, linked_for_s):
            found[second] = finding
    return found


def test_a_far_end_that_is_heard_is_no_news() -> None:
    vigil = Vigil()
    assert [vigil.look(0.02, False, 10.0) for _ in range(5)] == [None] * 5
    assert vigil.look(2.9, False, None) is None


def test_silence_is_told_after_3_s_and_acted_upon_after_8() -> None:
    assert watched(seconds=9) == {3: Finding.QUIET, 8: Finding.DEAD}


def test_when_a_new_socket_does_not_help_the_call_is_lost() -> None:
    found = watched(seconds=17, relinked_at=9)
    assert found == {3: Finding.QUIET, 8: Finding.DEAD, 17: Finding.LOST}


def test_a_path_that_is_gone_needs_no_waiting() -> None:
    assert watched(gone=True, seconds=3) == {1: Finding.QUIET, 2: Finding.DEAD}


def test_without_a_socket_the_next_one_is_waited_for_and_given_time() -> None:
    found = watched(linked=False, seconds=40, relinked_at=20)
    assert found == {3: Finding.QUIET, 24: Finding.DEAD}


def test_a_call_is_lost_when_the_server_has_forgotten_it_as_well() -> None:
    found = watched(linked=False, seconds=91)
    assert found[90] is Finding.LOST
    assert set(found) >= {3, 90}


def test_what_is_heard_again_is_told_and_all_begins_anew() -> None:
    vigil = Vigil()
    assert vigil.look(3.0, False, 100.0) is Finding.QUIET
    assert vigil.look(8.0, False, 100.0) is Finding.DEAD
    assert vigil.look(0.1, False, 1.0) is Finding.BACK
    assert vigil.look(3.0, False, 100.0) is Finding.QUIET
    assert vigil.look(8.0, False, 100.0) is Finding.DEAD
