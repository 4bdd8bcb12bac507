"""Two pieces of sound, joined without a click."""

from array import array

from callpoint.audio.splice import spliced


def sound(*samples: int) -> bytes:
    return array("h", samples).tobytes()


def test_one_fades_into_the_other_by_even_steps() -> None:
    joined = spliced(sound(0, 0, 0, 0), sound(80, 80, 80, 80, 80, 80))
    assert joined == sound(10, 30, 50, 70, 80, 80)


def test_equal_pieces_stay_as_they_are_up_to_full_scale() -> None:
    loudest = sound(*[32767, -32768] * 50)
    assert spliced(loudest, loudest) == loudest


def test_nothing_to_leave_changes_nothing() -> None:
    assert spliced(b"", sound(1, 2, 3)) == sound(1, 2, 3)


def test_what_is_longer_than_the_other_loses_its_end() -> None:
    assert spliced(sound(0, 0, 0, 0), sound(100, 100)) == sound(25, 75)
