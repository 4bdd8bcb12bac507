"""The conversation as a live picture in the terminal, and the keys that steer it.

`picture` draws a moment and does nothing else; `Keys` owns the keyboard meanwhile.
"""

import asyncio
import math
import os
import sys
import termios
import tty
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final

from rich.align import Align
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from callpoint.demo.story import Line, Story
from callpoint.demo.wording import LED, milliseconds

_LED_STYLES: Final = {
    "off": "bright_black",
    "connecting": "yellow",
    "ready": "green",
    "calling": "bright_yellow",
    "microphone open": "bright_red",
    "listening": "bright_blue",
    "fault": "bright_magenta",
}
_STATE_STYLES: Final = {
    "ready": "green",
    "active": "green",
    "open": "bright_red",
    "pressed": "bright_red",
    "connecting": "yellow",
    "calling": "yellow",
    "early": "yellow",
}
_ROLES: Final = {"user": ("You", "cyan"), "assistant": ("Assistant", "magenta")}
_BAR_WIDTH: Final = 30
_LINES: Final = 10
_QUIETEST_SHOWN: Final = 0.003
"""-50 dB; speech at arm's length is some -25 dB."""

KEYS_HELP: Final = (
    "space: press, space again: let go (or hold it down while you speak)   q: end"
)


@dataclass(frozen=True)
class Moment:
    """All that the live picture shows."""

    story: Story
    microphone_level: float
    speaker_level: float
    prompt: str = ""
    """What the recorded voice is about to say, where there is no microphone."""


def picture(moment: Moment) -> RenderableType:
    """The moment as one panel."""
    return Panel(
        Group(
            _lamp(moment.story.state("led")),
            _states(moment.story),
            Text(),
            _levels(moment),
            Text(),
            _transcript(moment.story.lines),
            Text(),
            _times(moment.story),
            Text(),
            Text(moment.prompt, style="bold yellow"),
        ),
        title="callpoint demo",
        subtitle=KEYS_HELP,
        padding=(1, 2),
    )


def _lamp(led: str) -> Text:
    lamp = Text("⬤  ", style=_LED_STYLES.get(led, "white"))
    return lamp.append(LED.get(led, led), style="bold")


def _states(story: Story) -> Text:
    words = Text()
    for name, state in (
        ("link", story.state("link")),
        ("call", story.state("call")),
        ("button", story.state("button")),
        ("microphone", story.state("microphone")),
    ):
        words.append(f"{name} ", style="dim")
        words.append(state or "none", style=_STATE_STYLES.get(state, ""))
        words.append("   ")
    return words


def _levels(moment: Moment) -> Table:
    levels = Table.grid(padding=(0, 2))
    for name, level, style in (
        ("microphone", moment.microphone_level, "cyan"),
        ("speaker", moment.speaker_level, "magenta"),
    ):
        levels.add_row(Text(name, style="dim"), _bar(level, style))
    return levels


def _bar(level: float, style: str) -> Text:
    filled = round(_BAR_WIDTH * loudness(level))
    bar = Text("█" * filled, style=style)
    return bar.append("·" * (_BAR_WIDTH - filled), style="dim")


def loudness(level: float) -> float:
    """A level (0 to 1) as the ear ranks it: 0 at -50 dB, 1 at full scale."""
    if level <= _QUIETEST_SHOWN:
        return 0.0
    return min(1.0, 1 - math.log(level) / math.log(_QUIETEST_SHOWN))


def _transcript(lines: tuple[Line, ...]) -> RenderableType:
    if not lines:
        return Align.left(Text("Nothing was said yet.", style="dim"))
    table = Table.grid(padding=(0, 2))
    for line in lines[-_LINES:]:
        name, style = _ROLES[line.role]
        text = line.text if line.final else f"{line.text} …"
        table.add_row(Text(name, style=style), Text(text))
    return table


def _times(story: Story) -> Text:
    words = Text()
    for call in story.calls[-1:]:
        words.append("after the press: ", style="dim")
        for name, at_s in (
            ("invite", call.invite_s),
            ("call up", call.up_s),
            ("first word", call.first_word_s),
        ):
            if at_s is not None:
                words.append(f"{name} ", style="dim")
                words.append(f"{milliseconds(call.since_press_ms(at_s))}  ", "bold")
    return words


class Keys:
    """Every key stroke goes to `stroke`, until the context ends; nothing is echoed.

    Ctrl-C keeps its meaning.
    """

    def __init__(self, stroke: Callable[[str], None]) -> None:
        self._stroke = stroke
        self._input = sys.stdin.fileno()

    def __enter__(self) -> "Keys":
        self._before = termios.tcgetattr(self._input)
        tty.setcbreak(self._input)
        asyncio.get_running_loop().add_reader(self._input, self._read)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        asyncio.get_running_loop().remove_reader(self._input)
        termios.tcsetattr(self._input, termios.TCSADRAIN, self._before)

    def _read(self) -> None:
        for key in os.read(self._input, 64).decode(errors="ignore"):
            self._stroke(key)
