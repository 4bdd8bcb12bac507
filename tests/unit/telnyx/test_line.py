"""The line: logged in again after every drop, in virtual time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from callpoint.errors import (
    CallpointError,
    LocalProtocolError,
    NetworkError,
    RefusedError,
    SentAwayError,
)
from callpoint.system.turning import LONGEST_TURN_S, Turn
from callpoint.telnyx.line import Line
from tests.virtual_time import in_virtual_time

UNREACHABLE = NetworkError("the server cannot be reached")
LOST = NetworkError("the connection broke without a word")
SENT_AWAY = SentAwayError("the server closed the connection (1012)")
REFUSED = RefusedError("login", -32001, "Login Incorrect")
IN = None

Wish = tuple[float, Callable[[Line], None]]
"""So many seconds after the start, this is asked of the line."""


class PlayedOutError(Exception):
    """The far side's script has come to its end."""


@dataclass
class FarSide:
    """Answers each login by its script; IN lets us in, and a loss comes 60 s later."""

    script: list[CallpointError | None]
    loss: CallpointError = LOST
    is_in_call: bool = False
    logins: list[bool] = field(default_factory=list)
    at_s: list[float] = field(default_factory=list)
    """When each login came."""
    reasons: list[str] = field(default_factory=list)
    tries: int = 0

    async def log_in(self, reconnection: bool) -> None:
        self.at_s.append(asyncio.get_running_loop().time())
        if not self.script:
            raise PlayedOutError
        self.logins.append(reconnection)
        if (error := self.script.pop(0)) is not None:
            raise error

    async def disconnected(self) -> CallpointError:
        await asyncio.sleep(60)
        return self.loss

    def wait(self, error: CallpointError) -> None:
        self.reasons.append(str(error))

    def try_once(self) -> None:
        self.tries += 1

    @property
    def waited_s(self) -> list[float]:
        """Before each login but the first; a minute less where we were in before."""
        pairs = zip(self.at_s, self.at_s[1:], strict=False)
        waits = [later - earlier for earlier, later in pairs]
        return [wait_s - 60 if wait_s >= 60 else wait_s for wait_s in waits]


def played(
    *script: CallpointError | None,
    dice: float = 0.5,
    wishes: list[Wish] | None = None,
    **far_side: object,
) -> FarSide:
    far = FarSide(list(script), **far_side)  # type: ignore[arg-type]

    async def play() -> None:
        line = Line(far, far.log_in, far.wait, far.try_once, lambda: dice)
        loop = asyncio.get_running_loop()
        for after_s, wish in wishes or []:
            loop.call_later(after_s, wish, line)
        with pytest.raises(PlayedOutError):
            await line.run()

    in_virtual_time(play())
    return far


def test_what_it_does_has_an_end_but_for_being_registered() -> None:
    turns: list[Turn] = []
    far = FarSide([UNREACHABLE, IN])

    async def play() -> None:
        async def log_in(reconnection: bool) -> None:
            turns.append(line.turn)
            later = asyncio.get_running_loop().call_later
            later(0.1, lambda: turns.append(line.turn))
            await far.log_in(reconnection)

        line = Line(far, log_in, far.wait, dice=lambda: 0.5)
        with pytest.raises(PlayedOutError):
            await line.run()

    in_virtual_time(play())
    first_s, second_s, third_s = far.at_s
    wait_s = second_s - first_s
    assert turns == [
        Turn("logging in", first_s + 120),
        Turn("waiting to log in", first_s + wait_s + LONGEST_TURN_S),
        Turn("logging in", second_s + 120),
        Turn("registered"),
        Turn("logging in", third_s + 120),
    ]


def test_the_first_login_is_none_again_and_every_later_one_is() -> None:
    assert played(IN, IN, IN).logins == [False, True, True]


def test_a_device_that_never_got_in_does_not_claim_to_come_back() -> None:
    far = played(UNREACHABLE, UNREACHABLE, IN, UNREACHABLE, IN)
    assert far.logins == [False, False, False, True, True]


def test_the_waits_grow_as_the_backoff_says() -> None:
    far = played(*[UNREACHABLE] * 7)
    assert far.waited_s == pytest.approx([1.05, 1, 2, 4, 8, 25, 25])


def test_only_a_registration_makes_the_waits_short_again() -> None:
    far = played(*[UNREACHABLE] * 6, IN, UNREACHABLE)
    assert far.waited_s[5:] == pytest.approx([25, 1.05, 1])


def test_it_never_gives_up_on_the_network() -> None:
    assert played(*[UNREACHABLE] * 500).tries == 501


def test_a_refused_login_is_tried_again_slowly() -> None:
    assert min(played(REFUSED, REFUSED, dice=0.0).waited_s) == 30


def test_idle_devices_that_are_sent_away_come_back_spread_out() -> None:
    spread = [played(IN, loss=SENT_AWAY, dice=dice).waited_s for dice in (0.0, 1.0)]
    assert spread == [[0], [10]]


def test_a_device_in_a_call_comes_back_first() -> None:
    far = played(IN, loss=SENT_AWAY, is_in_call=True, dice=1.0)
    assert far.waited_s == pytest.approx([1.8])


def test_another_network_cuts_a_wait_short() -> None:
    far = played(*[UNREACHABLE] * 7, wishes=[(20.0, Line.network_changed)])
    assert far.waited_s[5] == pytest.approx(20.0 + 0.6 - 16.05)


def test_another_network_cuts_a_short_wait_no_longer() -> None:
    far = played(UNREACHABLE, dice=0.0, wishes=[(0.25, Line.network_changed)])
    assert far.waited_s == pytest.approx([0.3])


def test_a_route_that_flaps_makes_no_storm() -> None:
    flaps: list[Wish] = [(tenth / 10, Line.network_changed) for tenth in range(600)]
    far = played(*[UNREACHABLE] * 20, wishes=flaps)
    in_the_flap = [at_s for at_s in far.at_s if at_s < far.at_s[0] + 60]
    assert len(in_the_flap) < 60 / 5 + 6


def test_another_network_does_not_hurry_a_refusal() -> None:
    far = played(REFUSED, wishes=[(1.0, Line.network_changed)])
    assert far.waited_s == [45]


def test_a_press_is_tried_at_once() -> None:
    far = played(*[UNREACHABLE] * 6, wishes=[(20.0, Line.hurry)])
    assert far.waited_s[5] == pytest.approx(20.0 - 16.05)


def test_a_press_tries_a_refused_login_too() -> None:
    assert played(REFUSED, wishes=[(2.0, Line.hurry)]).waited_s == [2]


def test_what_was_wished_before_a_loss_does_not_count_after_it() -> None:
    far = played(IN, dice=1.0, wishes=[(30.0, Line.hurry)])
    assert far.waited_s == pytest.approx([1.8])


def test_a_wish_in_the_middle_of_a_try_counts_when_it_fails() -> None:
    async def slow(_: bool) -> None:
        tries_s.append(asyncio.get_running_loop().time())
        if len(tries_s) == 2:
            raise PlayedOutError
        await asyncio.sleep(5)
        raise UNREACHABLE

    async def play() -> None:
        line = Line(FarSide([]), slow, lambda _: None, dice=lambda: 1.0)
        asyncio.get_running_loop().call_later(3, line.hurry)
        with pytest.raises(PlayedOutError):
            await line.run()

    tries_s: list[float] = []
    in_virtual_time(play())
    assert tries_s[1] - tries_s[0] == 5


def test_a_mistake_of_ours_is_not_tried_again() -> None:
    mistake = LocalProtocolError("this can never work")
    far = FarSide([mistake])
    with pytest.raises(LocalProtocolError):
        in_virtual_time(Line(far, far.log_in, far.wait).run())
    assert far.reasons == []


def test_the_reason_of_every_failure_is_told() -> None:
    assert played(UNREACHABLE, IN).reasons == ["the server cannot be reached"]


def test_each_failure_warns_once_a_streak(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG", "callpoint")
    played(UNREACHABLE, UNREACHABLE, REFUSED, UNREACHABLE, IN, UNREACHABLE)
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "DEBUG", "WARNING", "DEBUG", "INFO", "WARNING"]


def test_a_server_that_makes_up_sentences_does_not_fill_the_journal(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "callpoint")
    played(*[NetworkError(f"failure {number}") for number in range(50)])
    assert len(caplog.records) == 10


def test_it_can_be_cancelled_while_it_waits() -> None:
    async def play() -> None:
        far = FarSide([UNREACHABLE])
        task = asyncio.create_task(Line(far, far.log_in, far.wait).run())
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    in_virtual_time(play())
