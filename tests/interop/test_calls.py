"""Calls of the vendor's SDK: login, sound, hang-up from either side."""

import asyncio
import json

import pytest

from callpoint.simulator.wire import CAUSE_CODES
from tests.heard import arrived
from tests.interop.stage import Stage, samples

# A jitter buffer blurs the windows in which it moves, more on a busy machine; another
# sound has none at all.
ARRIVED_AT_LEAST = 0.7
VOICES = ("Front_Left", "Rear_Right", "Side_Left")


async def test_an_anonymous_login_is_ready(stage: Stage) -> None:
    simulator, customer = await stage.open()
    await customer.told("ready")
    login = await simulator.wait_for("login")
    assert login["target_id"] == "assistant-test"
    assert login["reconnection"] is False


@pytest.mark.parametrize("codec", ["opus", "G722", "PCMU", "PCMA"])
async def test_speech_arrives_both_ways(stage: Stage, codec: str) -> None:
    simulator, customer = await stage.open(f"codec:{codec}")
    async with stage.listening() as speaker:
        await customer.told("ready")
        await customer.run("press()")
        await simulator.wait_for("spoken", timeout_s=20)
        spoken = await stage.speak(*VOICES)
        await simulator.wait_for("spoken", 2, timeout_s=30)
        # The last word is on its way.
        await asyncio.sleep(0.5)
    await customer.run("call.hangup()")
    recorded = await stage.recorded()
    understood = [each["text"] for each in simulator.events if "agreement" in each]
    assert ", ".join(understood) == "front left, rear right, side left"
    assert arrived(spoken, recorded.heard) >= ARRIVED_AT_LEAST
    assert arrived(recorded.said, samples(speaker)) >= ARRIVED_AT_LEAST


async def test_a_call_tells_its_ids_and_reports_at_its_end(stage: Stage) -> None:
    simulator, customer = await stage.call()
    call_id = (await customer.told("callUpdate", state="active"))["id"]
    assert (await simulator.wait_for("invite"))["call_id"] == call_id
    # The SDK counts every second, and reports nothing about less.
    await asyncio.sleep(1.5)
    await customer.run("call.hangup()")
    report = await simulator.wait_for("call_report", timeout_s=20)
    assert report["call_id"] == call_id
    assert report["samples"] >= 1


async def test_the_page_hangs_up(stage: Stage) -> None:
    simulator, customer = await stage.call()
    await customer.run("call.hangup()")
    ending = await simulator.wait_for("hangup")
    assert (ending["by"], ending["cause"], ending["cause_code"]) == (
        *("caller", "NORMAL_CLEARING", 16),
    )
    assert (await customer.told("callUpdate", state="destroy"))["causeCode"] == 16


async def test_the_assistant_hangs_up(stage: Stage) -> None:
    simulator, customer = await stage.call("no-greeting")
    await stage.speak("Rear_Center")
    assert (await simulator.wait_for("hangup", timeout_s=20))["by"] == "assistant"
    assert (await customer.told("callUpdate", state="destroy"))["causeCode"] == 16


@pytest.mark.parametrize("cause", [*CAUSE_CODES, "MEDIA_TIMEOUT"])
async def test_the_cause_of_a_bye_reaches_the_page(stage: Stage, cause: str) -> None:
    simulator, customer = await stage.call()
    simulator.bye(cause=cause)
    ended = await customer.told("callUpdate", state="destroy")
    assert ended["cause"] == cause
    # The SDK has 16 for a bye without a code.
    assert ended["causeCode"] == CAUSE_CODES.get(cause, 16)


async def test_a_bye_with_nothing_ends_the_call(stage: Stage) -> None:
    simulator, customer = await stage.call()
    simulator.bye(cause="")
    await customer.told("callUpdate", state="destroy")


async def test_a_muted_microphone_sends_silence(stage: Stage) -> None:
    simulator, customer = await stage.call("silent-assistant")
    await customer.run("call.muteAudio()")
    muted = (await simulator.wait_for("first_packet"))["monotonic_s"]
    await stage.speak("Front_Left")
    await customer.run("call.unmuteAudio()")
    await stage.speak("Rear_Right")
    await simulator.wait_for("recognised", text="rear right", timeout_s=20)
    await customer.run("call.hangup()")
    recorded = await stage.recorded()
    recognised = [each["text"] for each in simulator.events if "agreement" in each]
    assert recognised == ["rear right"]
    # RTP goes on while nothing is said.
    arrivals_s = recorded.arrivals_s(after_s=muted)
    assert len(arrivals_s) > 40 * (arrivals_s[-1] - arrivals_s[0])


async def test_a_call_starts_muted(stage: Stage) -> None:
    simulator, customer = await stage.open("silent-assistant", mutedMicOnStart=True)
    await customer.told("ready")
    await customer.run("press()")
    await simulator.wait_for("first_packet")
    await stage.speak("Front_Left")
    await customer.run("call.unmuteAudio()")
    await stage.speak("Rear_Right")
    await simulator.wait_for("recognised", text="rear right", timeout_s=20)
    assert [e["text"] for e in simulator.events if "agreement" in e] == ["rear right"]


async def test_a_call_is_held_and_taken_up_again(stage: Stage) -> None:
    simulator, customer = await stage.call()
    await customer.run("call.hold()")
    await customer.told("callUpdate", state="held")
    assert (await simulator.wait_for("hold"))["state"] == "held"
    await customer.run("call.unhold()")
    await customer.told("callUpdate", 2, state="active")
    assert (await simulator.wait_for("hold", 2))["state"] == "active"


async def test_dtmf_arrives(stage: Stage) -> None:
    simulator, customer = await stage.call()
    for digit in "1*#":
        await customer.run(f"call.dtmf({json.dumps(digit)})")
        await simulator.wait_for("dtmf", digits=digit)


async def test_what_an_invite_carries_arrives(stage: Stage) -> None:
    simulator, customer = await stage.open()
    await customer.told("ready")
    headers = [{"name": "X-Door", "value": "north"}]
    options = {"callerName": "Door", "callerNumber": "7", "customHeaders": headers}
    await customer.run(f"press({json.dumps(options)})")
    invite = await simulator.wait_for("invite")
    assert (invite["caller_name"], invite["caller_number"]) == ("Door", "7")
    assert invite["custom_headers"] == headers
    await customer.told("callUpdate", state="active")


@pytest.mark.parametrize(
    "scenario",
    [
        *("ringing-first", "early-media", "media-then-answer-without-sdp"),
        *("slow-answer:1", "sdp:no-mid", "sdp:no-end-of-candidates"),
    ],
)
async def test_an_answer_of_any_shape_sets_up_a_call(
    stage: Stage, scenario: str
) -> None:
    simulator, _ = await stage.call(scenario)
    await simulator.wait_for("spoken", timeout_s=20)


async def test_two_calls_one_after_the_other(stage: Stage) -> None:
    simulator, customer = await stage.call()
    await customer.run("call.hangup()")
    await customer.told("callUpdate", state="destroy")
    await customer.run("press()")
    await simulator.wait_for("first_packet", 2, timeout_s=20)
