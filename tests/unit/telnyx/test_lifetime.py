"""What is done to a media connection ends with it, and its end is whole."""

import asyncio

import pytest

from callpoint.errors import NetworkError
from callpoint.telnyx.lifetime import Lifetime


class Closing:
    """Takes as long as it is held."""

    def __init__(self) -> None:
        self.began = 0
        self.is_complete = False
        self.released = asyncio.Event()

    async def __call__(self) -> None:
        self.began += 1
        await self.released.wait()
        self.is_complete = True


async def test_a_deed_returns_what_it_returns() -> None:
    life = Lifetime()
    assert await life.done(life.begin(asyncio.sleep(0, "done"))) == "done"


async def test_a_deed_fails_as_it_fails() -> None:
    async def failing() -> None:
        raise ValueError("so")

    life = Lifetime()
    with pytest.raises(ValueError, match="so"):
        await life.done(life.begin(failing()))


async def test_a_deed_that_the_end_overtakes_is_told_as_closed() -> None:
    life, closing = Lifetime(), Closing()
    closing.released.set()
    deed = life.begin(asyncio.sleep(3600))
    waiting = asyncio.create_task(life.done(deed))
    await asyncio.sleep(0)
    assert await life.end(closing, 1.0)
    with pytest.raises(NetworkError, match="closed meanwhile"):
        await waiting
    assert deed.cancelled()


async def test_the_end_waits_until_its_deeds_have_cleaned_up() -> None:
    life, closing = Lifetime(), Closing()
    closing.released.set()
    cleaned: list[int] = []

    async def deed() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            await asyncio.sleep(0)
            cleaned.append(closing.began)

    life.begin(deed())
    await asyncio.sleep(0)
    await life.end(closing, 1.0)
    assert cleaned == [0]


async def test_nothing_begins_after_the_end() -> None:
    life, closing = Lifetime(), Closing()
    closing.released.set()
    await life.end(closing, 1.0)
    with pytest.raises(NetworkError, match="closed meanwhile"):
        life.begin(asyncio.sleep(0))


async def test_whoever_stops_waiting_for_a_deed_ends_it() -> None:
    life = Lifetime()
    deed = life.begin(asyncio.sleep(3600))
    waiting = asyncio.create_task(life.done(deed))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting, deed])
    assert waiting.cancelled()
    assert deed.cancelled()


async def test_it_ends_once_and_completely_whoever_stops_waiting() -> None:
    life, closing = Lifetime(), Closing()
    impatient = asyncio.create_task(life.end(closing, 3600))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await life.end(closing, 0.0) is False
    assert impatient.cancelled()
    closing.released.set()
    assert await life.end(closing, 1.0)
    assert closing.is_complete
    assert closing.began == 1
