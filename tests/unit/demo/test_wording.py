import pytest

from callpoint.demo.story import Happening, tell
from callpoint.demo.wording import LED, latencies, log_line, milliseconds
from callpoint.station.events import Indication
from tests.unit.demo.conversation import CONVERSATION, PRESS_S, said, told


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (told(1.5, "link", state="ready"), "1.500 s  link       ready"),
        (told(0, "link", state="offline", reason="no route"), "offline (no route)"),
        (told(0, "button", state="pressed"), "button     pressed"),
        (told(0, "call", id="c", state="ended", cause="BUSY"), "ended (BUSY)"),
        (told(0, "microphone", open=True), "microphone open"),
        (said(0, "user", " front left ", "u"), "you        “front left”"),
        (said(0, "assistant", "Hello.", "a"), "assistant  “Hello.”"),
        (told(0, "media", kind="first_packet_sent"), "first packet sent"),
        (told(0, "error", what="No card.", advice="Plug."), "No card. Plug."),
        (told(0, "listening", "simulator", url="ws://x"), "listening at ws://x"),
    ],
)
def test_the_log_tells_an_event_in_words(event: Happening, line: str) -> None:
    assert line in (log_line(event, PRESS_S) or "")


@pytest.mark.parametrize(
    "event",
    [
        said(0, "assistant", "Hel", "a", final=False),
        told(0, "summary", call_id="c"),
        told(0, "connected", "simulator"),
    ],
)
def test_the_log_is_silent_about_the_rest(event: Happening) -> None:
    assert log_line(event, PRESS_S) is None


def test_the_steps_to_the_first_word_are_in_order() -> None:
    (call,) = tell(CONVERSATION).calls
    steps = latencies(call)
    assert [round(ms or 0) for _, ms in steps] == [4, 45, 48, 55, 98]
    assert steps[0][0] == "invite on the wire"


def test_what_never_came_is_said_so() -> None:
    assert milliseconds(None) == "never"


def test_every_state_of_the_led_has_a_meaning() -> None:
    assert set(LED) == {indication.value for indication in Indication}
