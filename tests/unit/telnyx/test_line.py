"""The line: logged in again after every drop, on a clock that only it moves."""

import asyncio
from dataclasses import dataclass, field

import pytest

from callpoint.errors import (
    CallpointError,
    LocalProtocolError,
    NetworkError,
    RefusedError,
)
from callpoint.telnyx.line import Line

UNREACHABLE = NetworkError("the server cannot be reached")


class PlayedOutError(Exception):
    """The far side's script has come to its end."""


@dataclass
class FarSide:
    """Answers each login by its script; None lets us in, and drops us at once."""

    script: list[CallpointError | None]
    logins: list[bool] = field(default_factory=list)
    slept_s: list[float] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    tries: int = 0

    async def log_in(self, reconnection: bool) -> None:
        if not self.script:
            raise PlayedOutError
        self.logins.append(reconnection)
        if (error := self.script.pop(0)) is not None:
            raise error

    async def disconnected(self) -> None:
        """The socket is lost as soon as it is there."""

    async def sleep(self, delay_s: float) -> None:
        self.slept_s.append(delay_s)

    def try_once(self) -> None:
        self.tries += 1


async def played(script: list[CallpointError | None]) -> FarSide:
    far = FarSide(list(script))
    line = Line(far, far.log_in, far.reasons.append, far.try_once, far.sleep)
    with pytest.raises(PlayedOutError):
        await line.run()
    return far


async def test_the_first_login_is_none_again_and_every_later_one_is() -> None:
    far = await played([None, None, None])
    assert far.logins == [False, True, True]


async def test_a_device_that_never_got_in_does_not_claim_to_come_back() -> None:
    far = await played([UNREACHABLE, UNREACHABLE, None, UNREACHABLE, None])
    assert far.logins == [False, False, False, True, True]


async def test_delays_double_from_one_second_to_thirty_and_are_spread() -> None:
    far = await played([UNREACHABLE] * 8)
    for delay_s, nominal_s in zip(
        far.slept_s, [1, 2, 4, 8, 16, 30, 30, 30], strict=True
    ):
        assert 0.75 * nominal_s <= delay_s <= 1.25 * nominal_s


async def test_only_a_registration_makes_the_delays_short_again() -> None:
    far = await played([*[UNREACHABLE] * 5, None, UNREACHABLE])
    assert far.slept_s[4] > 10
    assert far.slept_s[5] < 2


async def test_it_never_gives_up_on_the_network() -> None:
    far = await played([UNREACHABLE] * 500)
    assert far.tries == 501


async def test_a_refused_login_is_tried_again_slowly() -> None:
    far = await played([RefusedError("login", -32001, "Login Incorrect")] * 2)
    assert all(delay_s >= 22 for delay_s in far.slept_s)


async def test_a_mistake_of_ours_is_not_tried_again() -> None:
    mistake = LocalProtocolError("this can never work")
    far = FarSide([mistake])
    line = Line(far, far.log_in, far.reasons.append, far.try_once, far.sleep)
    with pytest.raises(LocalProtocolError):
        await line.run()
    assert far.slept_s == []


async def test_the_reason_of_every_failure_is_told() -> None:
    far = await played([UNREACHABLE, None])
    assert far.reasons == ["the server cannot be reached"]


async def test_one_streak_of_failures_warns_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("DEBUG", "callpoint")
    await played([UNREACHABLE, UNREACHABLE, None, UNREACHABLE])
    levels = [record.levelname for record in caplog.records]
    assert levels == ["WARNING", "DEBUG", "INFO", "WARNING"]


async def test_it_can_be_cancelled_while_it_waits() -> None:
    async def forever(_: float) -> None:
        await asyncio.Event().wait()

    far = FarSide([UNREACHABLE])
    line = Line(far, far.log_in, far.reasons.append, far.try_once, forever)
    task = asyncio.create_task(line.run())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
