import json

import pytest

from callpoint.simulator import items
from callpoint.simulator.scenario import UserText


def test_a_text_comes_in_pieces_with_the_blank_that_belongs_before_them() -> None:
    assert items.pieces("Hi there! How are you today?") == [
        " Hi there! How",
        " are you today?",
    ]


def test_the_pieces_are_the_text() -> None:
    text = "one two three four five six seven"
    assert "".join(items.pieces(text)).strip() == text


@pytest.mark.parametrize(
    ("shape", "content"),
    [
        (UserText.TRANSCRIPT, [{"type": "input_audio", "transcript": "front left"}]),
        (UserText.BARE, "front left"),
        (
            UserText.PARTS,
            [
                {"type": "input_audio", "transcript": "front"},
                {"type": "input_text", "text": "left"},
            ],
        ),
    ],
)
def test_a_user_item_has_the_shape_that_the_scenario_says(
    shape: UserText, content: object
) -> None:
    item = items.user_item("i1", "front left", "completed", shape)
    assert item["content"] == content
    assert items.text_of(item) == "front left"


def test_the_arguments_of_a_tool_are_json_in_a_string() -> None:
    call = items.tool_call("t1", "get_weather", {"city": "Dublin"})
    assert json.loads(call["arguments"]) == {"city": "Dublin"}


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({}, ""),
        ({"content": None}, ""),
        ({"content": "bare"}, "bare"),
        ({"content": ["x", {"type": "input_text", "text": "hello"}]}, "hello"),
        (
            {
                "content": [
                    {"type": "input_text", "text": "see"},
                    {"type": "image_url", "image_url": {"url": "data:"}},
                ]
            },
            "see (an image)",
        ),
    ],
)
def test_any_item_of_a_client_is_read(item: dict[str, object], text: str) -> None:
    assert items.text_of(item) == text
