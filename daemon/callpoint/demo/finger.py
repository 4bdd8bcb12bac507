"""The finger of the scripted conversation."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Final, TypeVar

from callpoint.demo.actors import ControlLine
from callpoint.demo.chronicle import Chronicle, is_state
from callpoint.demo.script import Script
from callpoint.errors import CallpointError

T = TypeVar("T")

_SOON_S: Final = 5.0
_BEFORE_FIRST_PRESS_S: Final = 1.0
"""The daemon loads its media libraries after it is ready; no person is quicker."""


async def follow(script: Script, line: ControlLine, chronicle: Chronicle) -> None:
    """Press and let go as the script says, until the far end hangs up.

    The microphone's recording runs from the first press on, so the times count from
    the edge that the daemon saw. A call that outlasts the script is hung up.
    """
    await chronicle.link_ready()
    await asyncio.sleep(_BEFORE_FIRST_PRESS_S)
    await line.ask("press")
    edge = await _soon(chronicle.seen(is_state("button", "pressed")), "press")
    ended = asyncio.create_task(chronicle.call_ended())
    try:
        await _hold_and_let_go(script, edge.monotonic_s, line, ended)
        if await _goes_on(ended, edge.monotonic_s + script.until_s):
            await line.ask("hangup")
        await _soon(ended, "hangup")
    finally:
        ended.cancel()


async def _hold_and_let_go(
    script: Script, zero_s: float, line: ControlLine, ended: asyncio.Task[None]
) -> None:
    await _goes_on(ended, zero_s + script.first_release_s)
    await line.ask("release")
    for turn in script.turns:
        if not await _goes_on(ended, zero_s + turn.press_s):
            return
        await line.ask("press")
        await _goes_on(ended, zero_s + turn.release_s)
        await line.ask("release")


async def _goes_on(ended: asyncio.Task[None], until_s: float) -> bool:
    """Wait until then, or for the end of the call; True while it goes on."""
    rest_s = max(0.0, until_s - time.monotonic())
    await asyncio.wait({ended}, timeout=rest_s)
    return not ended.done()


async def _soon(coming: Awaitable[T], command: str) -> T:
    try:
        async with asyncio.timeout(_SOON_S):
            return await coming
    except TimeoutError:
        raise CallpointError(
            f'the daemon said yes to "{command}", and then nothing happened',
            "run the demo with --keep and read daemon.log",
        ) from None
