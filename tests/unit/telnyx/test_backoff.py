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
    SentAwayError,
)
from callpoint.telnyx.backoff import Backoff, Retry, Shortcuts, retry

LOST = NetworkError("the connection broke without a word")
SENT_AWAY = SentAwayError("the server closed the connection (1012)")
REFUSED = RefusedError("login", -32001, "Login Incorrect")
NOW_S = 1000.0


def bounds(*errors: CallpointError, in_call: bool = False) -> list[tuple[float, float]]:
    """Least and most of the delays after these errors."""
    low, high = Backoff(lambda: 0.0), Backoff(lambda: 1.0)
    return [
        (low.delay_s(error, in_call), high.delay_s(error, in_call)) for error in errors
    ]


def test_the_first_try_comes_soon_and_the_later_ones_are_spread_over_windows() -> None:
    windows = [(0.3, 1.8), (0, 2), (0, 4), (0, 8), (0, 16), (10, 40), (10, 40)]
    assert bounds(*[LOST] * 7) == windows


def test_the_first_window_comes_again_after_a_reset() -> None:
    backoff = Backoff(lambda: 1.0)
    for _ in range(6):
        backoff.delay_s(LOST)
    backoff.reset()
    assert [backoff.delay_s(LOST), backoff.delay_s(LOST)] == [1.8, 2]


def test_a_refusal_is_tried_again_slowly_however_often() -> None:
    assert bounds(REFUSED, REFUSED, LOST) == [(30, 60), (30, 60), (0, 4)]


def test_idle_devices_that_were_sent_away_are_spread_over_ten_seconds() -> None:
    assert bounds(SENT_AWAY, SENT_AWAY) == [(0, 10), (0, 10)]


def test_being_sent_away_again_and_again_makes_no_window_smaller() -> None:
    windows = [(0, 10)] * 4 + [(0, 16), (10, 40)]
    assert bounds(*[SENT_AWAY] * 6) == windows


def test_a_device_in_a_call_goes_first() -> None:
    assert bounds(SENT_AWAY, in_call=True) == [(0.3, 1.8)]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200))
def test_no_delay_leaves_its_bounds(numbers: list[float]) -> None:
    backoff = Backoff(iter(numbers).__next__)
    for _ in numbers:
        assert 0 <= backoff.delay_s(LOST) <= 40


def test_another_network_is_tried_after_a_moment() -> None:
    for number, at_s in ((0.0, 0.2), (1.0, 1.0)):
        shortcuts = Shortcuts(lambda number=number: number)  # type: ignore[misc]
        assert shortcuts.network_moved(LOST, NOW_S) == pytest.approx(NOW_S + at_s)


def test_a_route_that_flaps_is_tried_every_five_seconds() -> None:
    shortcuts = Shortcuts(lambda: 0.0)
    tries = set()
    for tenth in range(200):
        now_s = NOW_S + tenth / 10
        tries.add(round(shortcuts.network_moved(LOST, now_s) - NOW_S, 6))
    assert sorted(tries) == pytest.approx([0.2, 5.4, 10.6, 15.8, 21.0])


def test_the_last_change_is_never_lost() -> None:
    shortcuts = Shortcuts(lambda: 0.0)
    shortcuts.network_moved(LOST, NOW_S)
    assert NOW_S + 1 < shortcuts.network_moved(LOST, NOW_S + 1) < NOW_S + 6


@pytest.mark.parametrize("error", [REFUSED, SENT_AWAY])
def test_where_the_server_decided_another_network_changes_nothing(
    error: CallpointError,
) -> None:
    assert Shortcuts(lambda: 0.0).network_moved(error, NOW_S) == float("inf")


def test_a_press_is_tried_at_once_and_an_impatient_finger_every_three_seconds() -> None:
    shortcuts = Shortcuts(lambda: 0.5)
    tries = {shortcuts.pressed(NOW_S + tenth / 10) - NOW_S for tenth in range(60)}
    assert sorted(tries) == pytest.approx([0, 3, 6])


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (NetworkError("no route"), Retry.WITH_BACKOFF),
        (SENT_AWAY, Retry.WITH_BACKOFF),
        (RemoteProtocolError("nonsense"), Retry.WITH_BACKOFF),
        (RefusedError("anonymous_login", -32001, "Login Incorrect"), Retry.SLOWLY),
        (LocalProtocolError("ws:// elsewhere"), Retry.NEVER),
        (ConfigError([]), Retry.SLOWLY),
        (DeviceError("card", "gone"), Retry.NEVER),
        (CallpointError("anything"), Retry.NEVER),
    ],
)
def test_an_error_says_whether_to_try_again(error: CallpointError, kind: Retry) -> None:
    assert retry(error) is kind
