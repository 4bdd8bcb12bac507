"""The conversation in writing: transcript, text messages, client-side tools."""

import json

from tests.browser.devtools import Json
from tests.interop.stage import Stage


def deltas(events: list[Json]) -> str:
    """What the assistant said, put together as a client does."""
    params = [each["params"] for each in events if each["event"] == "item"]
    return "".join(
        each["delta"] for each in params if each["type"] == "response.text.delta"
    )


def created(events: list[Json], **fields: str) -> list[Json]:
    """The items of that kind that were created."""
    params = [each["params"] for each in events if each["event"] == "item"]
    items = [each.get("item", {}) for each in params]
    return [item for item in items if fields.items() <= item.items()]


async def test_what_is_said_comes_in_writing(stage: Stage) -> None:
    simulator, customer = await stage.call()
    await simulator.wait_for("spoken", timeout_s=20)
    await stage.speak("Front_Left")
    await simulator.wait_for("spoken", 2, timeout_s=20)
    greeting, reply = (
        each["text"] for each in simulator.events if each["event"] == "spoken"
    )
    assert deltas(customer.events).strip() == f"{greeting} {reply}"
    (heard,) = created(customer.events, role="user", status="completed")
    assert heard["content"] == [{"type": "input_audio", "transcript": "front left"}]
    assert created(customer.events, role="user", status="in_progress")


async def test_a_text_message_is_read_and_answered(stage: Stage) -> None:
    simulator, customer = await stage.call("no-greeting")
    # Kept only when the message is confirmed.
    await customer.run("call.sendConversationMessage('Is the door open?', [])")
    assert (await simulator.wait_for("typed"))["text"] == "Is the door open?"
    reply = await simulator.wait_for("spoken", timeout_s=20)
    (echo,) = created(customer.events, role="user")
    assert echo["content"][0]["text"] == "Is the door open?"
    assert deltas(customer.events).strip() == reply["text"]


async def test_a_text_message_may_have_an_image(stage: Stage) -> None:
    simulator, customer = await stage.call("no-greeting")
    image = "data:image/png;base64," + 400_000 * "A"
    await customer.run(f"call.sendConversationMessage('Look', [{json.dumps(image)}])")
    assert (await simulator.wait_for("typed"))["text"] == "Look (an image)"


async def test_a_tool_is_called_and_its_output_spoken(stage: Stage) -> None:
    simulator, customer = await stage.call("no-greeting")
    await customer.run("call.sendConversationMessage('the weather, please', [])")
    called = await simulator.wait_for("tool_called")
    call = await customer.told("function_call")
    assert call["call_id"] == called["tool_call_id"]
    assert json.loads(call["arguments"]) == {"city": "Dublin"}
    output = {
        "type": "function_call_output",
        "call_id": call["call_id"],
        "output": "rain",
    }
    await customer.run(f"call.sendAIConversationMessage({json.dumps(output)})")
    answered = await simulator.wait_for("tool_output")
    assert (answered["output"], answered["verdict"]) == ("rain", "ok")
    spoken = await simulator.wait_for("spoken", 2, timeout_s=20)
    assert "rain" in spoken["text"]
