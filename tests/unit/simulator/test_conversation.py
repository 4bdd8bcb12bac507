from callpoint.simulator.actions import HearText, HearToolOutput, Json
from tests.unit.simulator.clients import Bench

MESSAGE = {"id": "i1", "type": "message", "role": "user", "content": "hello"}
OUTPUT = {"type": "function_call_output", "call_id": "t1", "output": "sun"}


def create(item: object) -> Json:
    return {"type": "conversation.item.create", "item": item}


def test_a_text_message_reaches_the_assistant_of_the_only_call() -> None:
    bench = Bench()
    answer = bench.client().call().answer_to("ai_conversation", create(MESSAGE))
    assert bench.of(HearText) == [HearText("c1", MESSAGE)]
    assert answer is not None
    assert "result" in answer


def test_a_tool_output_comes_as_a_notification_and_gets_no_answer() -> None:
    bench = Bench()
    client = bench.client().call()
    sent = len(client.frames())
    client.send(
        '{"jsonrpc":"2.0","method":"ai_conversation","params":'
        '{"type":"conversation.item.create","item":'
        '{"type":"function_call_output","call_id":"t1","output":"sun"}}}'
    )
    assert bench.of(HearToolOutput) == [HearToolOutput("c1", OUTPUT)]
    assert (len(client.frames()), bench.observations()) == (sent, [])


def test_a_tool_output_with_an_id_is_observed() -> None:
    bench = Bench()
    bench.client().call().ask("ai_conversation", create(OUTPUT))
    assert bench.observations() == ["a tool's output comes with an id"]


def test_a_message_without_a_call_is_refused() -> None:
    bench = Bench()
    answer = bench.client().get_ready().answer_to("ai_conversation", create(MESSAGE))
    assert answer is not None
    assert answer["error"]["message"] == "CALL_DOES_NOT_EXIST"


def test_a_message_before_the_answer_is_refused() -> None:
    client = Bench("never-answers").client().call()
    answer = client.answer_to("ai_conversation", create(MESSAGE))
    assert answer is not None
    assert answer["error"]["message"] == "CALL_DOES_NOT_EXIST"


def test_an_item_of_an_unknown_type_is_observed_and_answered() -> None:
    bench = Bench()
    subscription = create({"type": "response.audio_stream.subscribe"})
    answer = bench.client().call().answer_to("ai_conversation", subscription)
    assert answer is not None
    assert "result" in answer
    (observation,) = bench.observations()
    assert observation == "an item has the type response.audio_stream.subscribe"


def test_a_message_without_an_item_is_refused() -> None:
    answer = Bench().client().call().answer_to("ai_conversation", create("text"))
    assert answer is not None
    assert answer["error"]["code"] == -32602


def test_what_the_assistant_tells_has_a_text_id() -> None:
    bench = Bench()
    client = bench.client().call()
    bench.take(bench.gateway.tell("c1", {"type": "news"}))
    (frame,) = client.frames("ai_conversation")
    assert frame["params"] == {"type": "news"}
    assert isinstance(frame["id"], str)


def test_while_the_session_has_no_socket_nobody_hears_the_assistant() -> None:
    bench = Bench()
    client = bench.client().call()
    client.go()
    bench.take(bench.gateway.tell("c1", {"type": "news"}))
    assert client.frames("ai_conversation") == []
