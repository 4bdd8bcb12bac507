"""The live conversation: the space bar is the button, the terminal the window."""

import asyncio
import time
from dataclasses import dataclass
from typing import Final

from rich.console import Console
from rich.live import Live

from callpoint.demo.actors import ControlLine
from callpoint.demo.chronicle import Chronicle
from callpoint.demo.script import Script
from callpoint.demo.spacebar import Spacebar
from callpoint.demo.story import Story
from callpoint.demo.terminal import Keys, Moment, picture

_FRAME_S: Final = 0.08
_HANG_UP_S: Final = 3.0


@dataclass
class LiveConversation:
    """Played by whoever sits at the terminal, until q.

    `script` says what the recorded voice speaks after a press; None with a microphone.
    """

    console: Console
    script: Script | None

    async def play(self, line: ControlLine, chronicle: Chronicle) -> None:
        await chronicle.link_ready()
        typed: asyncio.Queue[str] = asyncio.Queue()
        view = Live(console=self.console, auto_refresh=False, transient=True)
        with Keys(typed.put_nowait), view:
            await self._until_q(line, chronicle, typed, view)
        await _hang_up(line, chronicle)

    async def _until_q(
        self,
        line: ControlLine,
        chronicle: Chronicle,
        typed: asyncio.Queue[str],
        view: Live,
    ) -> None:
        bar = Spacebar()
        down = False
        while True:
            key = await _next_key(typed, bar)
            if key == "q":
                return
            if key == " ":
                bar.stroke(time.monotonic())
            bar.tick(time.monotonic())
            if bar.down != down:
                down = bar.down
                await line.ask("press" if down else "release")
            view.update(picture(self._moment(chronicle)), refresh=True)

    def _moment(self, chronicle: Chronicle) -> Moment:
        story = chronicle.story()
        microphone, speaker = chronicle.levels
        return Moment(story, microphone, speaker, self._prompt(story))

    def _prompt(self, story: Story) -> str:
        if self.script is None:
            return ""
        if not in_call(story):
            return "No microphone here: a recorded voice speaks when you are connected."
        now_s = time.monotonic() - story.zero_s - story.calls[-1].pressed_s
        turn = self.script.next_turn(now_s)
        if turn is None:
            return "The recorded voice has nothing more to say: q ends."
        if now_s < turn.press_s:
            return f"Press in {turn.press_s - now_s:.0f} s: “{turn.utterance.text}”"
        return f"Press now: “{turn.utterance.text}”"


def in_call(story: Story) -> bool:
    return story.state("call") not in ("", "ended")


async def _next_key(typed: asyncio.Queue[str], bar: Spacebar) -> str:
    """The next key, or nothing when it is time to look again."""
    wait_s = _FRAME_S
    if bar.deadline_s is not None:
        wait_s = min(wait_s, max(0.0, bar.deadline_s - time.monotonic()))
    try:
        async with asyncio.timeout(wait_s):
            return await typed.get()
    except TimeoutError:
        return ""


async def _hang_up(line: ControlLine, chronicle: Chronicle) -> None:
    """End the call that is up, if any, and let its figures come."""
    if not in_call(chronicle.story()):
        return
    seen = len(chronicle.happenings)
    await line.ask("hangup")
    try:
        async with asyncio.timeout(_HANG_UP_S):
            await chronicle.call_ended(seen)
    except TimeoutError:
        return
