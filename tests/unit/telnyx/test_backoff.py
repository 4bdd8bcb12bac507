"""How long to wait, and for what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.errors import (
    CallpointError,
    ConfigError,
    DeviceError,
    LocalProtocolError,
    NetworkError,
    RefusedError,
    RemoteProtocolError,
)
from callpoint.telnyx.backoff import Backoff, Retry, retry


def test_delays_double_up_to_the_longest() -> None:
    backoff = Backoff(lambda: 0.5)
    assert [backoff.delay_s() for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]


def test_the_first_delay_comes_again_after_a_reset() -> None:
    backoff = Backoff(lambda: 0.5)
    for _ in range(4):
        backoff.delay_s()
    backoff.reset()
    assert [backoff.delay_s(), backoff.delay_s()] == [1, 2]


def test_a_slow_retry_jumps_to_the_longest_delay_and_stays_there() -> None:
    backoff = Backoff(lambda: 0.5)
    assert backoff.delay_s(Retry.SLOWLY) == 30
    assert backoff.delay_s() == 30


@pytest.mark.parametrize(("random", "first_s"), [(0.0, 0.75), (0.5, 1.0), (1.0, 1.25)])
def test_a_delay_is_spread_by_a_quarter(random: float, first_s: float) -> None:
    assert Backoff(lambda: random).delay_s() == pytest.approx(first_s)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_no_delay_leaves_its_bounds(numbers: list[float]) -> None:
    backoff = Backoff(iter(numbers).__next__)
    for _ in numbers:
        assert 0.75 <= backoff.delay_s() <= 37.5


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NetworkError("no route"), Retry.WITH_BACKOFF),
        (RemoteProtocolError("nonsense"), Retry.WITH_BACKOFF),
        (RefusedError("anonymous_login", -32001, "Login Incorrect"), Retry.SLOWLY),
        (LocalProtocolError("ws:// elsewhere"), Retry.NEVER),
        (ConfigError([]), Retry.NEVER),
        (DeviceError("card", "gone"), Retry.NEVER),
        (CallpointError("anything"), Retry.NEVER),
    ],
)
def test_an_error_says_whether_to_try_again(error: CallpointError, kind: Retry) -> None:
    assert retry(error) is kind
