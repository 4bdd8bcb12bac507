"""What an ai_conversation message carries, as four SDKs have seen it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.telnyx import conversation
from callpoint.telnyx.conversation import (
    ConversationMessage,
    Done,
    OtherItem,
    ResponseCreated,
    TextDelta,
    ToolCall,
    Unheard,
    UserItem,
)
from tests.unit.telnyx.anything import JSON


def item(**fields: Any) -> dict[str, Any]:
    return {"type": "conversation.item.created", "item": fields}


def said(content: Any, **fields: Any) -> dict[str, Any]:
    spoken = {"id": "i", "type": "message", "role": "user", "content": content}
    return item(**(spoken | fields))


MESSAGES: dict[str, tuple[dict[str, Any], ConversationMessage]] = {
    "a delta keeps its leading space": (
        {
            "type": "response.text.delta",
            "content_index": 0,
            "item_id": "i",
            "response_id": "r",
            "delta": " Hi there!",
        },
        TextDelta("i", "r", " Hi there!"),
    ),
    "a delta without anything": (
        {"type": "response.text.delta", "delta": 5},
        TextDelta(None, None, ""),
    ),
    "speech": (
        said([{"type": "input_audio", "transcript": "Good bye."}], status="completed"),
        UserItem("i", "Good bye.", True),
    ),
    "speech that goes on": (
        said([{"type": "input_audio", "transcript": "Good"}], status="in_progress"),
        UserItem("i", "Good", False),
    ),
    "a bare text": (said(" Hello "), UserItem("i", "Hello", True)),
    "several parts": (
        said(
            [
                {"type": "input_text", "text": "Look "},
                {"type": "image_url", "image_url": {"url": "https://example.org"}},
                {"type": "text", "text": " here"},
                5,
            ]
        ),
        UserItem("i", "Look here", True),
    ),
    "a transcript before a text": (
        said([{"transcript": "spoken", "text": "written"}]),
        UserItem("i", "spoken", True),
    ),
    "an item without content": (said(None), UserItem("i", "", True)),
    "an item of somebody else": (said("Hi", role="assistant"), OtherItem()),
    "an item of nobody": (item(), OtherItem()),
    "a tool call": (
        item(type="function_call", call_id="t", name="open_door", arguments="{}"),
        ToolCall("t", "open_door", "{}"),
    ),
    "a tool call with empty arguments": (
        item(type="function_call", call_id="t", name="open_door", arguments=""),
        ToolCall("t", "open_door", ""),
    ),
    "a tool call with an object for arguments": (
        item(type="function_call", call_id="t", name="open_door", arguments={}),
        Unheard("function_call without its fields"),
    ),
    "a tool call without a name": (
        item(type="function_call", call_id="t", arguments="{}"),
        Unheard("function_call without its fields"),
    ),
    "the beginning of a response": (
        {"type": "response.created", "response": {"id": "r", "output": []}},
        ResponseCreated("r"),
    ),
    "the end of a response": (
        {"type": "response.done", "response": {"id": "r"}},
        Done(None, "r"),
    ),
    "the end of a text": (
        {"type": "response.output_text.done", "item_id": "i", "response_id": "r"},
        Done("i", "r"),
    ),
    "the completion of a response": ({"type": "response.completed"}, Done(None, None)),
    "the end of something else": (
        {"type": "input_audio_buffer.done"},
        Unheard("input_audio_buffer.done"),
    ),
    "a type that nobody knows": ({"type": "surprise"}, Unheard("surprise")),
    "no type": ({}, Unheard("")),
}


@pytest.mark.parametrize(("params", "message"), MESSAGES.values(), ids=MESSAGES)
def test_a_conversation_is_read(
    params: dict[str, Any], message: ConversationMessage
) -> None:
    assert conversation.read(params) == message


def test_widget_settings_come_on_any_type() -> None:
    settings = {"theme": "dark"}
    params = {"type": "response.created", "widget_settings": settings}
    assert conversation.widget_settings(params) == settings
    assert conversation.widget_settings({"widget_settings": "dark"}) == {}


TYPES = ["response.text.delta", "conversation.item.created", "response.done"]


@given(
    st.sampled_from(TYPES),
    st.dictionaries(st.sampled_from(["item", "item_id", "delta", "response"]), JSON),
    st.dictionaries(st.sampled_from(["id", "role", "type", "status", "content"]), JSON),
)
def test_any_params_are_read_without_an_exception(
    type: str, params: dict[str, Any], inner: dict[str, Any]
) -> None:
    conversation.read({"type": type, **params})
    conversation.read({"type": type, "item": {"role": "user", **inner}})
