"""PURE: the dialogue: what the assistant says, writes and asks, and when it goes.

It is told what happens, and answers with actions. What it says comes in writing too, in
pieces while it speaks, as the vendor's does.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from callpoint.simulator import items
from callpoint.simulator.actions import (
    AssistantAction,
    HangUp,
    Hush,
    Json,
    Note,
    Speak,
    Tell,
)
from callpoint.simulator.agenda import Agenda
from callpoint.simulator.prompts import PROMPTS
from callpoint.simulator.scenario import Scenario

_PIECE_EVERY_S: Final = 0.3
# Shorter sounds are a click of the button.
_SHORTEST_TURN_S: Final = 0.25
# Without media nobody tells that the last word was spoken.
_LAST_WORD_S: Final = 5.0
# The last word is still on its way to the caller's ear.
_PLAYED_OUT_S: Final = 0.3
_TOOL: Final = "get_weather"

Actions = list[AssistantAction]


class Assistant:
    """One conversation.

    `monologue` are words of known recordings to speak instead of a greeting; `goodbye`
    are the words of a recording that ends the call.
    """

    def __init__(
        self,
        scenario: Scenario,
        new_uuid: Callable[[], str],
        monologue: Sequence[str] = (),
        goodbye: str = "",
    ) -> None:
        self._scenario = scenario
        self._new_uuid = new_uuid
        self._monologue = monologue
        self._goodbye = goodbye
        self._pieces = Agenda()
        self._timers = Agenda()
        self._actions: Actions = []
        self._previous_id: str | None = None
        self._user_item_id = ""
        self._speaking = False
        self._leaving = False
        self._next: tuple[tuple[str, ...], str] | None = None
        """A response that waits for the end of another."""
        self._tools: dict[str, str] = {}

    @property
    def deadline_s(self) -> float | None:
        """When `tick` is to be called next."""
        deadlines = (self._pieces.deadline_s, self._timers.deadline_s)
        return min((each for each in deadlines if each is not None), default=None)

    def tick(self, now_s: float) -> Actions:
        """Do what is due."""
        self._pieces.run(now_s)
        self._timers.run(now_s)
        return self._take()

    def begin(self, now_s: float) -> Actions:
        """The call is answered."""
        self._tell(items.widget_settings())
        if self._monologue:
            clips = tuple(f"clip:{words}" for words in self._monologue)
            self._respond(clips, ", ".join(self._monologue), now_s)
        elif self._scenario.greets:
            self._respond(("greeting",), PROMPTS["greeting"], now_s)
        return self._take()

    def caller_started(self, now_s: float) -> Actions:
        """The caller begins to speak, and is not talked over."""
        if self._speaking and not self._monologue and not self._leaving:
            self._note("barged_in")
            self._act(Hush())
            self._pieces.clear()
            self._speaking = False
        return self._take()

    def caller_paused(self, duration_s: float) -> Actions:
        """The caller stopped; what was said is not understood yet."""
        self._user_item_id = self._new_uuid()
        if self._scenario.partial_user_items and duration_s >= _SHORTEST_TURN_S:
            self._tell_user(_unknown(duration_s), "in_progress")
        return self._take()

    def caller_understood(
        self, words: Sequence[str], duration_s: float, now_s: float
    ) -> Actions:
        """What the caller said; no words for speech that is not known."""
        if duration_s < _SHORTEST_TURN_S:
            return []
        text = ", ".join(words) or _unknown(duration_s)
        self._tell_user(text, "completed")
        self._previous_id = self._user_item_id
        self._reply(text, ("heard", "turn"), f"{PROMPTS['heard']} {text}.", now_s)
        return self._take()

    def typed(self, item: Json, now_s: float) -> Actions:
        """The caller wrote; the item is echoed with the client's id."""
        text = items.text_of(item)
        echo = item | {"status": "completed"}
        if not item.get("id"):
            self._note("observation", what="a text message lacks an item id")
            echo["id"] = self._new_uuid()
        self._note("typed", text=text, item_id=echo["id"])
        self._tell(items.created(echo, self._previous_id))
        self._previous_id = echo["id"]
        self._reply(text, ("read",), PROMPTS["read"], now_s)
        return self._take()

    def _reply(
        self, text: str, parts: tuple[str, ...], answer: str, now_s: float
    ) -> None:
        lowered = text.lower()
        if self._leaving or self._monologue or not self._scenario.replies:
            return
        if "goodbye" in lowered or (self._goodbye and self._goodbye in lowered):
            self._say_goodbye(now_s)
        elif "weather" in lowered:
            self._ask_tool(now_s)
        else:
            self._respond(parts, answer, now_s)

    def _say_goodbye(self, now_s: float) -> None:
        self._leaving = True
        self._respond(("goodbye",), PROMPTS["goodbye"], now_s)
        self._leave_at(now_s + _LAST_WORD_S)

    def _leave_at(self, due_s: float) -> None:
        self._timers.clear()
        self._timers.at(due_s, lambda _: self._act(HangUp("NORMAL_CLEARING")))

    def spoken(self, now_s: float) -> Actions:
        """All that was to be said is said."""
        self._speaking = False
        if self._leaving:
            self._leave_at(now_s + _PLAYED_OUT_S)
        elif self._next is not None:
            self._respond(*self._next, now_s)
        return self._take()

    def _ask_tool(self, now_s: float) -> None:
        call_id = f"call_{self._new_uuid()}"
        self._tools[call_id] = "open"
        self._respond(("asking",), PROMPTS["asking"], now_s)
        call = items.tool_call(call_id, _TOOL, {"city": "Dublin"})
        self._tell(items.created(call, self._previous_id))
        self._note("tool_called", tool=_TOOL, tool_call_id=call_id)
        due_s = now_s + self._scenario.tool_timeout_s
        self._timers.at(due_s, lambda now_s: self._give_up(call_id, now_s))

    def _give_up(self, call_id: str, now_s: float) -> None:
        if self._tools[call_id] == "open":
            self._tools[call_id] = "late"
            self._note("tool_silent", tool_call_id=call_id)
            self._respond(("tool-silent",), PROMPTS["tool-silent"], now_s)

    def tool_answered(self, item: Json, now_s: float) -> Actions:
        """A tool's output; one that comes late, twice or unasked is only noted."""
        call_id, output = str(item.get("call_id")), item.get("output")
        verdict = self._tools.get(call_id, "unknown")
        if verdict == "open":
            verdict = "ok" if isinstance(output, str) else "not a string"
            self._tools[call_id] = "duplicate"
            self._next = ("tool-answered",), f"{PROMPTS['tool-answered']} {output}"
            if not self._speaking:
                self._respond(*self._next, now_s)
        self._note("tool_output", tool_call_id=call_id, output=output, verdict=verdict)
        return self._take()

    def _respond(self, parts: tuple[str, ...], text: str, now_s: float) -> None:
        """Say and write; what was being said gives way."""
        self._pieces.clear()
        self._next = None
        response_id = self._new_uuid()
        self._act(Speak(parts, text))
        self._tell(items.response_created(response_id))
        self._previous_id = response_id
        self._speaking = True
        for index, piece in enumerate(items.pieces(text)):
            self._write_at(now_s + index * _PIECE_EVERY_S, response_id, piece)
        self._pieces.run(now_s)

    def _write_at(self, due_s: float, response_id: str, piece: str) -> None:
        message = items.delta(response_id, piece)
        self._pieces.at(due_s, lambda _: self._tell(message))

    def _tell_user(self, text: str, status: str) -> None:
        shape = self._scenario.user_text
        item = items.user_item(self._user_item_id, text, status, shape)
        self._tell(items.created(item, self._previous_id))

    def _tell(self, params: Json) -> None:
        self._act(Tell(params))

    def _note(self, event: str, **fields: Any) -> None:
        self._act(Note(event, fields))

    def _act(self, action: AssistantAction) -> None:
        self._actions.append(action)

    def _take(self) -> Actions:
        actions, self._actions = self._actions, []
        return actions


def _unknown(duration_s: float) -> str:
    return f"({duration_s:.1f} s of speech)"
