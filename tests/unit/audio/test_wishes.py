"""What a card is asked for, once it is known what it has."""

import pytest

from callpoint.audio.wishes import Wish, wish


def test_the_first_wish_is_our_own_rate() -> None:
    assert wish(0.005, 4) == Wish(48_000, 240, 4)


def test_a_card_that_grants_all_is_asked_once() -> None:
    asked = wish(0.005, 4)
    assert asked.after(48_000, 240) == asked


@pytest.mark.parametrize(("rate_hz", "samples"), [(44_100, 882), (96_000, 1920)])
def test_at_another_rate_a_period_lasts_as_long(rate_hz: int, samples: int) -> None:
    assert wish(0.02, 8).after(rate_hz, 960) == Wish(rate_hz, samples, 8)


@pytest.mark.parametrize(
    ("granted_samples", "periods"), [(480, 4), (320, 6), (1024, 2), (4096, 2)]
)
def test_longer_periods_are_fewer_but_two(granted_samples: int, periods: int) -> None:
    asked = wish(0.005, 8).after(48_000, granted_samples)
    assert asked == Wish(48_000, granted_samples, periods)
    assert asked.after(48_000, granted_samples) == asked
