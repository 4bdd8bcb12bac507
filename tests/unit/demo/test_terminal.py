from io import StringIO

import pytest
from rich.console import Console

from callpoint.demo.story import Story, tell
from callpoint.demo.terminal import Moment, loudness, picture
from tests.unit.demo.conversation import CONVERSATION, told


def drawn(story: Story, prompt: str = "", level: float = 0.1) -> str:
    console = Console(file=StringIO(), width=100, force_terminal=True)
    with console.capture() as capture:
        console.print(picture(Moment(story, level, 0.0, prompt)))
    return capture.get()


def test_the_picture_shows_states_words_and_times() -> None:
    led = told(0.05, "led", shows="microphone open")
    shown = drawn(tell([*CONVERSATION, led]), prompt="Press now: “side left”")
    for words in (
        "the assistant hears you",
        "front left",
        "Goodbye, and thank you for calling.",
        "98 ms",
        "ended",
        "Press now: “side left”",
        "space:",
    ):
        assert words in shown


def test_before_anything_happened_there_is_a_picture_too() -> None:
    assert "Nothing was said yet" in drawn(tell([]))


def test_a_line_that_still_grows_ends_in_an_ellipsis() -> None:
    growing = [event for event in CONVERSATION if event.kind != "transcript"]
    growing.append(next(e for e in CONVERSATION if e.fields.get("final") is False))
    assert "Hello, …" in drawn(tell(growing))


def test_the_louder_the_longer() -> None:
    assert drawn(tell([]), level=0.5).count("█") > drawn(tell([]), level=0.05).count(
        "█"
    )


@pytest.mark.parametrize(
    ("level", "share"), [(0.0, 0), (0.003, 0), (0.0548, 0.5), (1.0, 1), (1.2, 1)]
)
def test_loudness_follows_the_ear(level: float, share: float) -> None:
    assert loudness(level) == pytest.approx(share, abs=0.01)
