from typing import Any, TypeVar

import pytest

from callpoint.simulator.actions import (
    AssistantAction,
    HangUp,
    Hush,
    Json,
    Note,
    Speak,
    Tell,
)
from callpoint.simulator.assistant import Assistant
from callpoint.simulator.presets import parse
from callpoint.simulator.prompts import PROMPTS
from tests.unit.simulator.clients import numbered

A = TypeVar("A")


class Conversation:
    """An assistant of some presets, its clock, and all that it wants done."""

    def __init__(self, *presets: str, **options: Any) -> None:
        self.assistant = Assistant(parse(presets), numbered(), **options)
        self.now_s = 0.0
        self.actions: list[AssistantAction] = []

    def begin(self) -> "Conversation":
        self.actions += self.assistant.begin(self.now_s)
        return self

    def wait(self, seconds: float) -> "Conversation":
        until_s = self.now_s + seconds
        while (due_s := self.assistant.deadline_s) is not None and due_s <= until_s:
            self.now_s = due_s
            self.actions += self.assistant.tick(due_s)
        self.now_s = until_s
        return self

    def finish_speaking(self) -> "Conversation":
        self.actions += self.assistant.spoken(self.now_s)
        return self

    def caller_says(self, *words: str, duration_s: float = 1.4) -> "Conversation":
        self.actions += self.assistant.caller_started(self.now_s)
        self.actions += self.assistant.caller_paused(duration_s)
        self.actions += self.assistant.caller_understood(words, duration_s, self.now_s)
        return self

    def caller_types(self, text: str, **item: Any) -> "Conversation":
        whole = {"type": "message", "role": "user", "content": text, "id": "i1"} | item
        self.actions += self.assistant.typed(whole, self.now_s)
        return self

    def tool_answers(self, call_id: str, output: object = "sun") -> "Conversation":
        item = {
            "type": "function_call_output",
            "call_id": call_id,
            "output": output,
        }
        self.actions += self.assistant.tool_answered(item, self.now_s)
        return self

    def of(self, kind: type[A]) -> list[A]:
        return [action for action in self.actions if isinstance(action, kind)]

    def told(self, kind: str) -> list[Json]:
        return [tell.params for tell in self.of(Tell) if tell.params["type"] == kind]

    def items(self) -> list[Json]:
        return [params["item"] for params in self.told("conversation.item.created")]

    def notes(self, event: str) -> list[Json]:
        return [note.fields for note in self.of(Note) if note.event == event]

    def written(self) -> str:
        """The last response, as its deltas."""
        deltas = self.told("response.text.delta")
        last = [d["delta"] for d in deltas if d["item_id"] == deltas[-1]["item_id"]]
        return "".join(last)

    def said(self) -> list[tuple[str, ...]]:
        return [speak.parts for speak in self.of(Speak)]


def test_it_greets_with_speech_and_in_writing() -> None:
    conversation = Conversation().begin()
    assert conversation.said() == [("greeting",)]
    conversation.wait(5)
    assert conversation.written() == " " + PROMPTS["greeting"]


def test_the_writing_comes_in_pieces_while_it_speaks() -> None:
    conversation = Conversation().begin()
    assert len(conversation.told("response.text.delta")) == 1
    conversation.wait(0.3)
    assert len(conversation.told("response.text.delta")) == 2


def test_widget_settings_come_once() -> None:
    conversation = Conversation().begin().caller_says("front left").wait(9)
    assert len([t for t in conversation.of(Tell) if "widget_settings" in t.params]) == 1


def test_a_turn_of_the_caller_is_written_down_and_said_back() -> None:
    conversation = Conversation("no-greeting").begin().caller_says("front left")
    partial, whole = conversation.items()
    assert partial["id"] == whole["id"]
    assert (partial["status"], whole["status"]) == ("in_progress", "completed")
    assert partial["content"][0]["transcript"] == "(1.4 s of speech)"
    assert whole["content"][0]["transcript"] == "front left"
    assert conversation.said() == [("heard", "turn")]
    assert conversation.wait(2).written() == " I heard: front left."


def test_speech_that_is_not_known_is_said_back_as_well() -> None:
    conversation = Conversation("no-greeting").begin().caller_says()
    assert conversation.wait(2).written() == " I heard: (1.4 s of speech)."


def test_a_click_of_the_button_is_no_turn() -> None:
    conversation = Conversation("no-greeting").begin().caller_says(duration_s=0.2)
    assert (conversation.items(), conversation.said()) == ([], [])


def test_user_items_can_come_completed_only() -> None:
    conversation = Conversation("no-partial-items").begin().caller_says("front left")
    assert [item["status"] for item in conversation.items()] == ["completed"]


def test_it_stops_in_the_middle_of_the_word_when_the_caller_speaks() -> None:
    conversation = Conversation().begin()
    conversation.actions += conversation.assistant.caller_started(0.5)
    assert conversation.of(Hush) == [Hush()]
    conversation.wait(5)
    assert len(conversation.told("response.text.delta")) == 1


def test_it_has_nothing_to_stop_once_it_has_spoken() -> None:
    conversation = Conversation().begin().finish_speaking().caller_says("front left")
    assert conversation.of(Hush) == []


def test_a_typed_text_is_echoed_with_the_clients_id_and_answered() -> None:
    conversation = Conversation("no-greeting").begin().caller_types("hello", id="mine")
    (echo,) = conversation.items()
    assert (echo["id"], echo["content"], echo["status"]) == (
        "mine",
        "hello",
        "completed",
    )
    assert conversation.said() == [("read",)]


def test_a_typed_text_without_an_id_is_observed_and_gets_one() -> None:
    conversation = Conversation("no-greeting").begin().caller_types("hello", id=None)
    assert conversation.items()[0]["id"]
    (observed,) = conversation.notes("observation")
    assert observed["what"] == "a text message lacks an item id"


@pytest.mark.parametrize("text", ["goodbye", "OK, Goodbye!", "please, rear CENTER"])
def test_told_goodbye_it_says_so_and_hangs_up_when_that_is_heard(text: str) -> None:
    conversation = Conversation("no-greeting", goodbye="rear center").begin()
    conversation.caller_types(text)
    assert conversation.said() == [("goodbye",)]
    conversation.wait(0.6).finish_speaking()
    assert conversation.of(HangUp) == []
    conversation.wait(0.3)
    assert conversation.of(HangUp) == [HangUp("NORMAL_CLEARING")]
    assert len(conversation.wait(60).of(HangUp)) == 1


def test_a_known_recording_says_goodbye() -> None:
    conversation = Conversation("no-greeting", goodbye="rear center").begin()
    conversation.caller_says("front left", "rear center")
    assert conversation.said() == [("goodbye",)]


def test_it_hangs_up_even_if_nobody_hears_its_goodbye() -> None:
    conversation = Conversation("no-greeting").begin().caller_types("goodbye").wait(5)
    assert len(conversation.of(HangUp)) == 1


def test_saying_goodbye_it_is_not_interrupted() -> None:
    conversation = Conversation("no-greeting").begin().caller_types("goodbye")
    conversation.caller_says("front left")
    assert conversation.of(Hush) == []
    assert conversation.said() == [("goodbye",)]


def ask_for_weather(*presets: str) -> tuple[Conversation, str]:
    conversation = Conversation("no-greeting", *presets).begin()
    conversation.caller_types("how is the weather?")
    call = conversation.items()[-1]
    assert (call["type"], call["name"]) == ("function_call", "get_weather")
    return conversation, call["call_id"]


def test_asked_for_the_weather_it_asks_a_tool_and_tells_its_answer() -> None:
    conversation, call_id = ask_for_weather()
    conversation.finish_speaking().tool_answers(call_id, "rain")
    assert conversation.said()[-1] == ("tool-answered",)
    assert conversation.wait(2).written() == " Your tool has answered. rain"
    assert conversation.notes("tool_output")[0]["verdict"] == "ok"


def test_a_quick_answer_of_the_tool_waits_for_the_end_of_the_sentence() -> None:
    conversation, call_id = ask_for_weather()
    conversation.tool_answers(call_id)
    assert conversation.said() == [("asking",)]
    conversation.finish_speaking()
    assert conversation.said() == [("asking",), ("tool-answered",)]


def test_a_tool_that_says_nothing_is_given_up() -> None:
    conversation, call_id = ask_for_weather("tool-timeout:3")
    conversation.finish_speaking().wait(2.9)
    assert conversation.said() == [("asking",)]
    conversation.wait(0.1)
    assert conversation.said()[-1] == ("tool-silent",)
    conversation.tool_answers(call_id)
    assert conversation.notes("tool_output")[0]["verdict"] == "late"


@pytest.mark.parametrize(
    ("output", "verdicts"),
    [("sun", ["ok", "duplicate"]), ({"a": 1}, ["not a string", "duplicate"])],
)
def test_each_answer_of_a_tool_gets_a_verdict(
    output: object, verdicts: list[str]
) -> None:
    conversation, call_id = ask_for_weather()
    conversation.tool_answers(call_id, output).tool_answers(call_id, output)
    told = [fields["verdict"] for fields in conversation.notes("tool_output")]
    assert told == verdicts


def test_an_answer_that_no_tool_was_asked_for_is_unknown() -> None:
    conversation = Conversation("no-greeting").begin().tool_answers("another")
    assert conversation.notes("tool_output")[0]["verdict"] == "unknown"
    assert conversation.said() == []


def test_a_monologue_is_held_to_its_end() -> None:
    conversation = Conversation(monologue=["front left", "rear right"]).begin()
    conversation.caller_says("front left").caller_types("goodbye")
    assert conversation.said() == [("clip:front left", "clip:rear right")]
    assert conversation.of(Hush) == []


def test_a_silent_assistant_writes_down_what_it_hears_and_says_nothing() -> None:
    conversation = Conversation("silent-assistant").begin().caller_says("front left")
    assert conversation.said() == []
    assert conversation.items()[-1]["status"] == "completed"
