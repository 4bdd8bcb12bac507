"""PURE: `ai_conversation` items as the vendor writes them, and how they are read.

The shapes are those of the vendor's iOS tests (AITranscriptionTests.swift), its JS
types (AIConversationTypes.ts) and its Android model (ConversationMessage.kt).
"""

import json
from typing import Any, Final

from callpoint.simulator.actions import Json
from callpoint.simulator.scenario import UserText

_WORDS_A_PIECE: Final = 3

# The look of the vendor's web widget.
_WIDGET_SETTINGS: Final[Json] = {
    "agent_thinking_text": "Thinking",
    "audio_visualizer_config": {"color": "verdant", "preset": "roundBars"},
    "default_state": "expanded",
    "give_feedback_url": None,
    "logo_icon_url": None,
    "position": "fixed",
    "report_issue_url": None,
    "speak_to_interrupt_text": "Speak to interrupt",
    "start_call_text": "Let's chat",
    "theme": "light",
    "view_history_url": None,
}


def widget_settings() -> Json:
    """Comes once, when a conversation begins; clients look at the key, not the type."""
    return {"type": "conversation.created", "widget_settings": _WIDGET_SETTINGS}


def response_created(response_id: str) -> Json:
    response = {"id": response_id, "output": [], "status": "in_progress"}
    return {"type": "response.created", "response": response}


def pieces(text: str) -> list[str]:
    """A text in deltas: a few words each, with the blank that belongs before them."""
    words = text.split()
    return [
        " " + " ".join(words[at : at + _WORDS_A_PIECE])
        for at in range(0, len(words), _WORDS_A_PIECE)
    ]


def delta(item_id: str, piece: str) -> Json:
    """A piece of what the assistant says; response and item have the same id."""
    return {
        "type": "response.text.delta",
        "content_index": 0,
        "output_index": 0,
        "item_id": item_id,
        "response_id": item_id,
        "delta": piece,
    }


def created(item: Json, previous_id: str | None) -> Json:
    return {
        "type": "conversation.item.created",
        "previous_item_id": previous_id,
        "item": item,
    }


def user_item(item_id: str, text: str, status: str, shape: UserText) -> Json:
    """What the caller said, in one of the shapes that are seen."""
    content: Any = [{"type": "input_audio", "transcript": text}]
    if shape is UserText.BARE:
        content = text
    elif shape is UserText.PARTS:
        first, _, rest = text.partition(" ")
        content = [
            {"type": "input_audio", "transcript": first},
            {"type": "input_text", "text": rest},
        ]
    return {
        "id": item_id,
        "type": "message",
        "role": "user",
        "status": status,
        "content": content,
    }


def tool_call(call_id: str, name: str, arguments: Json) -> Json:
    """A client-side tool; its arguments are JSON in a string."""
    return {
        "type": "function_call",
        "call_id": call_id,
        "name": name,
        "arguments": json.dumps(arguments),
    }


def text_of(item: Json) -> str:
    """The words of a client's item; an image is named as such."""
    content = item.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join(_text_of_part(part) for part in parts if isinstance(part, dict))


def _text_of_part(part: Json) -> str:
    if part.get("type") == "image_url":
        return "(an image)"
    return str(part.get("text") or part.get("transcript") or "")
