"""PURE: what an `ai_conversation` message of the server carries, read leniently.

These messages name no call: they belong to the one that is up. Types that no SDK of
the vendor handles are `Unheard`.
"""

import re
from dataclasses import dataclass
from typing import Final

from callpoint.telnyx.jsonrpc import JsonObject
from callpoint.telnyx.messages import mapping, text

_DONE: Final = re.compile(r"response\.(.+\.)?(done|completed)")


@dataclass(frozen=True)
class TextDelta:
    """A piece of what the assistant says; a leading space belongs to it."""

    item_id: str | None
    response_id: str | None
    delta: str


@dataclass(frozen=True)
class UserItem:
    """What the caller said or wrote; one id comes again with more of it."""

    item_id: str | None
    text: str
    completed: bool


@dataclass(frozen=True)
class ToolCall:
    """The assistant asks for a tool of ours; `arguments` is JSON text, unchecked."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True)
class ResponseCreated:
    """The assistant begins to answer."""

    response_id: str | None


@dataclass(frozen=True)
class Done:
    """Something of the assistant's is complete; seen in no SDK, expected all the same.

    The ids are None when the message names none.
    """

    item_id: str | None
    response_id: str | None


@dataclass(frozen=True)
class OtherItem:
    """An item of a known message that says nothing to a transcript."""


@dataclass(frozen=True)
class Unheard:
    """A type that nobody documents."""

    type: str


ConversationMessage = (
    TextDelta | UserItem | ToolCall | ResponseCreated | Done | OtherItem | Unheard
)


def read(params: JsonObject) -> ConversationMessage:
    """The message in the params of an `ai_conversation`."""
    type = text(params, "type") or ""
    match type:
        case "response.text.delta":
            return _delta(params)
        case "conversation.item.created":
            return _item(mapping(params, "item"))
        case "response.created":
            response = mapping(params, "response")
            return ResponseCreated(text(response, "id") or text(params, "response_id"))
    return _done(params) if _DONE.fullmatch(type) else Unheard(type)


def widget_settings(params: JsonObject) -> JsonObject:
    """How the vendor's web page would look, such as `agent_thinking_text`.

    They come on a message of whatever type (Android SDK, ConversationMessage.kt).
    """
    return mapping(params, "widget_settings")


def _delta(params: JsonObject) -> TextDelta:
    return TextDelta(
        text(params, "item_id"),
        text(params, "response_id"),
        text(params, "delta") or "",
    )


def _done(params: JsonObject) -> Done:
    response = mapping(params, "response")
    return Done(
        text(params, "item_id"),
        text(params, "response_id") or text(response, "id"),
    )


def _item(item: JsonObject) -> ConversationMessage:
    if item.get("type") == "function_call":
        return _tool_call(item) or Unheard("function_call without its fields")
    if item.get("role") == "user":
        completed = item.get("status") != "in_progress"
        return UserItem(text(item, "id"), _content(item.get("content")), completed)
    return OtherItem()


def _tool_call(item: JsonObject) -> ToolCall | None:
    call_id, name = text(item, "call_id"), text(item, "name")
    arguments = item.get("arguments")
    if call_id is None or name is None or not isinstance(arguments, str):
        return None
    return ToolCall(call_id, name, arguments)


def _content(content: object) -> str:
    """The words of a bare string, or of several parts, joined by a space."""
    if isinstance(content, str):
        return content.strip()
    parts = content if isinstance(content, list) else []
    words = (
        text(part, "transcript") or text(part, "text")
        for part in parts
        if isinstance(part, dict)
    )
    return " ".join(word.strip() for word in words if word)
