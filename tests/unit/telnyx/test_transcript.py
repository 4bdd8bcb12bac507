"""Lines grow, are finished, and are told once."""

from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.telnyx.transcript import Transcript, TranscriptLine

Told = tuple[str, str, str]


def delta(text: str, item_id: str | None = "a1", **more: Any) -> dict[str, Any]:
    return {
        "type": "response.text.delta",
        "item_id": item_id,
        "response_id": item_id,
        "delta": text,
        **more,
    }


def said(text: Any, item_id: str | None = "u1", **more: Any) -> dict[str, Any]:
    item = {"id": item_id, "type": "message", "role": "user", "content": text, **more}
    return {"type": "conversation.item.created", "item": item}


def saying(text: str, item_id: str | None = "u1") -> dict[str, Any]:
    return said(text, item_id, status="in_progress")


def done(type: str = "response.done", **more: Any) -> dict[str, Any]:
    return {"type": type, **more}


def told(lines: Iterable[TranscriptLine]) -> list[Told]:
    """`+` stands for a final line, `~` for a partial one."""
    return [(line.item_id, "+" if line.final else "~", line.text) for line in lines]


A_GREETING = ("a1", "~", "Hi there!")

CONVERSATIONS: dict[str, tuple[list[dict[str, Any]], list[Told]]] = {
    "deltas grow into a line": (
        [delta(" Hi"), delta(" there!")],
        [("a1", "~", "Hi"), A_GREETING],
    ),
    "another item of the assistant ends the one before": (
        [delta(" Hi there!"), delta("Still there?", "a2")],
        [A_GREETING, ("a1", "+", "Hi there!"), ("a2", "~", "Still there?")],
    ),
    "the caller's words end the assistant's": (
        [delta("Hi there!"), said("Stop.")],
        [A_GREETING, ("a1", "+", "Hi there!"), ("u1", "+", "Stop.")],
    ),
    "a caller who begins to speak ends the assistant's line": (
        [delta("Hi there!"), saying("")],
        [A_GREETING, ("a1", "+", "Hi there!")],
    ),
    "a new response ends the line of the one before": (
        [delta("Hi there!"), {"type": "response.created", "response": {"id": "r2"}}],
        [A_GREETING, ("a1", "+", "Hi there!")],
    ),
    "the response of the line itself does not": (
        [delta("Hi there!"), {"type": "response.created", "response": {"id": "a1"}}],
        [A_GREETING],
    ),
    "done ends the line": (
        [delta("Hi there!"), done()],
        [A_GREETING, ("a1", "+", "Hi there!")],
    ),
    "done of the line ends it": (
        [delta("Hi there!"), done("response.text.done", item_id="a1")],
        [A_GREETING, ("a1", "+", "Hi there!")],
    ),
    "done of another line does not": (
        [delta("Hi there!"), done("response.text.done", item_id="a0")],
        [A_GREETING],
    ),
    "done twice is told once": (
        [delta("Hi there!"), done(), done()],
        [A_GREETING, ("a1", "+", "Hi there!")],
    ),
    "a line that goes on after its end is opened again": (
        [delta("Hi"), done(), delta(" there!"), done()],
        [("a1", "~", "Hi"), ("a1", "+", "Hi"), A_GREETING, ("a1", "+", "Hi there!")],
    ),
    "deltas that name a response only": (
        [delta("Hi", None, response_id="r1"), delta(" there!", None, response_id="r1")],
        [("r1", "~", "Hi"), ("r1", "~", "Hi there!")],
    ),
    "deltas without any id are one line until it is final": (
        [delta("Hi", None), delta(" there!", None), done(), delta("So?", None)],
        [
            ("assistant-0", "~", "Hi"),
            ("assistant-0", "~", "Hi there!"),
            ("assistant-0", "+", "Hi there!"),
            ("assistant-1", "~", "So?"),
        ],
    ),
    "an empty delta says nothing": ([delta(""), delta(" ")], []),
    "the caller's words grow under one id": (
        [saying("I want"), saying("I want to"), said("I want to go.")],
        [
            ("u1", "~", "I want"),
            ("u1", "~", "I want to"),
            ("u1", "+", "I want to go."),
        ],
    ),
    "the same words again are not told": (
        [saying("I want"), saying("I want"), said("Go."), said("Go.")],
        [("u1", "~", "I want"), ("u1", "+", "Go.")],
    ),
    "words without an id replace those before while they are partial": (
        [saying("I", None), said("I want.", None), said("Now.", None)],
        [("user-0", "~", "I"), ("user-0", "+", "I want."), ("user-1", "+", "Now.")],
    ),
    "another item of the caller ends the one before": (
        [saying("I want"), said("Now.", "u2")],
        [("u1", "~", "I want"), ("u1", "+", "I want"), ("u2", "+", "Now.")],
    ),
    "the rest of the caller's words does not end the answer": (
        [saying("Hello"), delta("Hi there!"), said("Hello?")],
        [("u1", "~", "Hello"), A_GREETING, ("u1", "+", "Hello?")],
    ),
    "words that turn out to be none are taken back": (
        [saying("uh"), said("")],
        [("u1", "~", "uh"), ("u1", "+", "")],
    ),
    "an image alone has no line": ([said([{"type": "image_url"}])], []),
    "tools and settings have no line": (
        [
            {"type": "conversation.item.created", "item": {"type": "function_call"}},
            {"type": "surprise", "widget_settings": {}},
        ],
        [],
    ),
}


@pytest.mark.parametrize(
    ("messages", "lines"), CONVERSATIONS.values(), ids=CONVERSATIONS
)
def test_a_transcript(messages: list[dict[str, Any]], lines: list[Told]) -> None:
    transcript = Transcript()
    assert told(x for m in messages for x in transcript.receive(m, 10.0)) == lines


def test_a_line_knows_its_speaker() -> None:
    transcript = Transcript()
    (assistant,) = transcript.receive(delta("Hi"), 10.0)
    assert assistant == TranscriptLine("assistant", "Hi", False, "a1")
    *_, user = transcript.receive(said("Hello"), 10.0)
    assert user == TranscriptLine("user", "Hello", True, "u1")


def test_silence_makes_a_line_final() -> None:
    transcript = Transcript(quiet_s=2.0)
    transcript.receive(delta("Hi"), 10.0)
    transcript.receive(delta(" there!"), 11.0)
    assert transcript.deadline() == 13.0
    assert transcript.tick(12.9) == []
    assert told(transcript.tick(13.0)) == [("a1", "+", "Hi there!")]
    assert transcript.deadline() is None
    assert transcript.tick(99.0) == []


def test_the_caller_has_no_deadline() -> None:
    transcript = Transcript()
    transcript.receive(saying("I want"), 10.0)
    assert transcript.deadline() is None


def test_the_end_of_the_call_makes_everything_final_and_forgets_it() -> None:
    transcript = Transcript()
    transcript.receive(saying("Bye"), 10.0)
    transcript.receive(delta("Good bye"), 10.0)
    assert told(transcript.end()) == [("a1", "+", "Good bye"), ("u1", "+", "Bye")]
    assert transcript.end() == []
    assert told(transcript.receive(said("Bye"), 20.0)) == [("u1", "+", "Bye")]
    assert told(transcript.receive(delta("Hi"), 20.0)) == [("a1", "~", "Hi")]


def test_the_end_of_the_call_forgets_what_was_typed() -> None:
    transcript = Transcript()
    transcript.typed("id-7", "Hello")
    transcript.end()
    assert told(transcript.receive(said("Hi", "id-7"), 20.0)) == [("id-7", "+", "Hi")]


def test_what_we_typed_is_told_at_once_and_its_echo_dropped() -> None:
    transcript = Transcript()
    transcript.receive(delta("Hi there!"), 10.0)
    assert told(transcript.typed("id-7", "Hello ")) == [
        ("a1", "+", "Hi there!"),
        ("id-7", "+", "Hello"),
    ]
    assert transcript.receive(said("Hello", "id-7"), 10.1) == []
    assert transcript.receive(said("Hello [image]", "id-7"), 10.2) == []


@given(
    st.lists(
        st.sampled_from(
            [
                delta("Hi"),
                delta(" there", "a2"),
                delta("!", None),
                saying("I"),
                said("I am", "u1"),
                said("", "a2"),
                saying("No", None),
                done(),
                done(item_id="a2"),
                {"type": "response.created", "response": {"id": "r"}},
            ]
        ),
        max_size=12,
    )
)
def test_after_the_end_no_line_is_partial(messages: list[dict[str, Any]]) -> None:
    transcript = Transcript()
    lines = [line for message in messages for line in transcript.receive(message, 1.0)]
    lines += transcript.end()
    last = {line.item_id: line for line in lines}
    assert all(line.final for line in last.values())
