import random

import pytest

from callpoint.demo.story import Happening, happening, tell
from tests.unit.demo.conversation import CALL, CONVERSATION, PRESS_S, said, told


def test_times_count_from_the_first_press() -> None:
    story = tell(CONVERSATION)
    assert story.zero_s == PRESS_S
    assert [(press.from_s, press.until_s) for press in story.pressed()] == [
        pytest.approx((0.0, 0.4)),
        pytest.approx((4.6, 6.5)),
        pytest.approx((10.9, 12.8)),
    ]
    assert story.until_s == pytest.approx(15.41)


def test_without_a_press_they_count_from_the_first_event() -> None:
    story = tell([told(3.0, "link", state="connecting")])
    assert story.zero_s == PRESS_S + 3
    assert story.link[0].from_s == 0


def test_nothing_told_is_a_story_too() -> None:
    story = tell([])
    assert (story.calls, story.lines, story.state("call")) == ((), (), "")


def test_the_order_of_arrival_does_not_matter() -> None:
    shuffled = list(CONVERSATION)
    random.Random(3).shuffle(shuffled)
    assert tell(shuffled) == tell(CONVERSATION)


def test_a_state_lasts_until_the_next_one() -> None:
    story = tell(CONVERSATION)
    assert [(s.state, round(s.from_s, 3), round(s.until_s, 3)) for s in story.call] == [
        ("calling", 0.0, 0.048),
        ("active", 0.048, 15.4),
        ("ended", 15.4, 15.41),
    ]
    assert story.call[-1].detail == "NORMAL_CLEARING"
    assert [s.state for s in story.microphone] == ["open", "closed"] * 3
    assert story.state("link") == "ready"


def test_a_line_grows_and_keeps_when_it_began() -> None:
    line = tell(CONVERSATION).lines[0]
    assert line.text == "Hello, this is the simulator. Say something."
    assert line.final
    assert (line.from_s, line.until_s) == pytest.approx((0.10, 2.10))


def test_lines_of_both_sides_with_the_same_item_id_are_two() -> None:
    story = tell([said(1, "user", "yes", "i1"), said(2, "assistant", "no", "i1")])
    assert [line.text for line in story.lines] == ["yes", "no"]


def test_what_the_caller_said_is_told_apart_from_the_assistant() -> None:
    assert tell(CONVERSATION).spoken("user") == ("front left", "rear center")


def test_a_call_is_told_from_the_press_that_placed_it() -> None:
    (call,) = tell(CONVERSATION).calls
    assert call.call_id == CALL
    assert call.since_press_ms(call.invite_s) == pytest.approx(4)
    assert call.since_press_ms(call.sent_s) == pytest.approx(45)
    assert call.since_press_ms(call.up_s) == pytest.approx(48)
    assert call.since_press_ms(call.received_s) == pytest.approx(55)
    assert call.since_press_ms(call.first_word_s) == pytest.approx(98)
    assert (call.ended_by, call.cause) == ("far", "NORMAL_CLEARING")
    counts = call.packets_sent, call.packets_received, call.lost, call.concealed
    assert counts == (768, 766, 1, 2)


def test_a_second_call_counts_from_its_own_press() -> None:
    again = [
        told(20.0, "button", state="pressed"),
        told(20.001, "call", id="second", state="calling"),
        told(20.05, "call", id="second", state="active"),
    ]
    call = tell([*CONVERSATION, *again]).calls[1]
    assert call.pressed_s == pytest.approx(20)
    assert call.since_press_ms(call.up_s) == pytest.approx(50)


def test_what_never_came_is_none() -> None:
    story = tell(
        [
            told(0, "button", state="pressed"),
            told(0.01, "call", id="c", state="calling"),
            told(9, "call", id="c", state="ended", by="fault", cause="no answer"),
        ]
    )
    (call,) = story.calls
    assert (call.up_s, call.first_word_s) == (None, None)
    assert call.since_press_ms(call.up_s) is None
    assert call.packets_sent == 0


def test_an_error_is_kept_with_its_advice() -> None:
    story = tell([told(1, "error", what="No sound card.", advice="Plug one in.")])
    (trouble,) = story.troubles
    assert (trouble.what, trouble.advice) == ("No sound card.", "Plug one in.")


def test_the_far_end_does_not_speak_for_the_daemon() -> None:
    far = told(1, "call", "simulator", id="c", state="active")
    assert tell([far]).call == ()


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"ok": True},
        {"event": "link"},
        {"event": 3, "monotonic_s": 1.0},
        {"event": "link", "monotonic_s": "now"},
    ],
)
def test_a_line_that_is_no_event_is_none(event: dict[str, object]) -> None:
    assert happening("daemon", event) is None


def test_a_field_that_is_not_there_is_empty_or_zero() -> None:
    event = Happening("daemon", "call", 1.0, {"cause": None, "lost": "many"})
    assert (event.text("cause"), event.number("lost"), event.number("sent")) == (
        "",
        0,
        0,
    )
