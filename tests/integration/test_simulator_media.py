"""The simulator as somebody to talk to: real ICE, DTLS, SRTP, Opus, human voices."""

import asyncio
import json
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from callpoint.audio.frames import FRAME_BYTES, FRAME_MS, SAMPLE_RATE_HZ, level
from callpoint.demo.compare import compare
from callpoint.demo.recording import read_wav, write_wav
from callpoint.simulator import running_simulator
from callpoint.simulator.speech import load
from callpoint.telnyx.sdp import mend_answer, prepare_offer
from tests.integration.callers import dialled, in_call, picked_up, reattached

LIBRARY = load()
VOICE = LIBRARY.clips["front left"]
QUIET = ["silent-assistant"]


def loud_frames(pcm: bytes) -> list[bool]:
    frames = (pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES))
    return [level(frame) > 0.01 for frame in frames]


def stream_of(sdp: str) -> str:
    (line,) = (each for each in sdp.splitlines() if each.startswith("a=msid-semantic:"))
    return line


async def test_the_greeting_is_in_the_first_packet() -> None:
    async with (
        running_simulator() as simulator,
        in_call(simulator.url) as (_, phone),
    ):
        heard = await phone.hear(packets=4)
        # 6.5 ms of Opus's own delay are before the first sample.
        assert any(loud_frames(heard)[:2])


async def test_a_caller_is_heard_understood_written_down_and_answered() -> None:
    async with (
        running_simulator("no-greeting") as simulator,
        in_call(simulator.url) as (caller, phone),
    ):
        phone.say(VOICE)
        recognised = await simulator.wait_for("recognised")
        assert recognised["text"] == "front left"
        assert recognised["agreement"][0] > 0.9
        started = await simulator.wait_for("speech_started")
        ended = await simulator.wait_for("speech_ended")
        assert 1.1 < ended["monotonic_s"] - started["monotonic_s"] < 1.6
        item = await caller.item(role="user", status="completed")
        assert item["content"][0]["transcript"] == "front left"
        speaking = await simulator.wait_for("speaking")
        assert speaking["text"] == "I heard: front left."


async def test_both_recordings_are_what_was_said(tmp_path: Path) -> None:
    async with (
        running_simulator("no-greeting", record=tmp_path) as simulator,
        in_call(simulator.url) as (_, phone),
    ):
        phone.say(VOICE)
        await simulator.wait_for("spoken")
        heard_by_phone = await phone.hear(len(phone.packets))
    told = json.loads((tmp_path / "c1.json").read_text())
    heard, said = (read_wav(tmp_path / told[track]) for track in ("heard", "said"))
    assert compare(np.frombuffer(VOICE, "<i2"), heard).faults() == ()
    assert compare(said, np.frombuffer(heard_by_phone, "<i2")).faults() == ()
    assert [(u["who"], u["text"]) for u in told["utterances"]] == [
        ("caller", "front left"),
        ("assistant", "I heard: front left."),
    ]
    caller, assistant = told["utterances"]
    assert _speech(heard) == pytest.approx(
        (caller["start_samples"], caller["end_samples"]), abs=2000
    )
    assert _speech(said) == pytest.approx(
        (assistant["start_samples"], assistant["end_samples"]), abs=8000
    )


def _speech(samples: "np.ndarray") -> tuple[int, int]:
    loud = np.flatnonzero(np.abs(samples.astype(int)) > 300)
    return int(loud[0]), int(loud[-1])


async def test_the_assistant_stops_when_it_is_interrupted() -> None:
    async with (
        running_simulator() as simulator,
        in_call(simulator.url) as (_, phone),
    ):
        await phone.hear(packets=10)
        phone.say(VOICE)
        await simulator.wait_for("barged_in")
        since = len(phone.packets)
        heard = await phone.hear(since + 30)
        assert not any(loud_frames(heard)[since + 10 :])


async def test_a_typed_goodbye_is_answered_and_ends_the_call() -> None:
    async with (
        running_simulator("no-greeting") as simulator,
        in_call(simulator.url) as (caller, phone),
    ):
        await caller.write("goodbye")
        echo = await caller.item(id="mine")
        assert echo["content"] == [{"type": "input_text", "text": "goodbye"}]
        bye = await caller.method("bye")
        assert (bye["callID"], bye["cause"]) == ("c1", "NORMAL_CLEARING")
        await simulator.wait_for("hangup", by="assistant")
        assert any(loud_frames(await phone.hear(len(phone.packets))))


async def test_a_tool_is_asked_and_its_answer_told() -> None:
    async with (
        running_simulator("no-greeting") as simulator,
        in_call(simulator.url) as (caller, _),
    ):
        await caller.write("how is the weather?")
        call = await caller.item(type="function_call")
        output = {
            "type": "function_call_output",
            "call_id": call["call_id"],
            "output": "rain",
        }
        params = {"type": "conversation.item.create", "item": output}
        frame = {"jsonrpc": "2.0", "method": "ai_conversation", "params": params}
        await caller.connection.send(json.dumps(frame))
        told = await simulator.wait_for("tool_output")
        assert (told["output"], told["verdict"]) == ("rain", "ok")


async def test_early_media_connects_before_the_answer_and_is_silent_until_then() -> (
    None
):
    async with (
        running_simulator("media-then-answer-without-sdp") as simulator,
        dialled(simulator.url) as caller,
        picked_up() as phone,
    ):
        await caller.get_ready()
        await caller.invite(prepare_offer(await phone.peer.offer()))
        media = await caller.method("media")
        await phone.peer.accept(mend_answer(media["sdp"], phone.peer.mid))
        assert not any(loud_frames(await phone.hear(packets=3)))
        answer = await caller.method("answer")
        assert "sdp" not in answer
        await simulator.wait_for("speaking")


async def test_a_call_survives_its_socket_and_gets_new_media(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        simulator = await stack.enter_async_context(
            running_simulator(QUIET, record=tmp_path)
        )
        caller, phone = await stack.enter_async_context(in_call(simulator.url))
        phone.say(VOICE)
        await simulator.wait_for("recognised")
        voice_sdk_id = caller.frames[-1]["voice_sdk_id"]
        simulator.drop()
        await asyncio.wait_for(caller.connection.wait_closed(), 5)
        again = await stack.enter_async_context(dialled(simulator.url, voice_sdk_id))
        other = await stack.enter_async_context(picked_up())
        await again.get_ready(sessid=caller.sessid, reconnection=True)
        assert (await again.method("clientReady"))["reattached_sessions"] == ["c1"]
        await reattached(again, other)
        await simulator.wait_for("media_connected", count=2)
        other.say(LIBRARY.clips["side right"])
        await simulator.wait_for("recognised", text="side right")
    heard = read_wav(tmp_path / "c1-heard.wav")
    assert compare(np.frombuffer(VOICE, "<i2"), heard).faults() == ()


async def test_media_are_renewed_on_a_live_call() -> None:
    async with (
        running_simulator(QUIET) as simulator,
        in_call(simulator.url) as (caller, _),
        picked_up() as other,
    ):
        first = (await caller.method("answer"))["sdp"]
        offer = prepare_offer(await other.peer.offer())
        answer = await caller.about("modify", action="updateMedia", sdp=offer)
        sdp = answer["result"]["sdp"]
        # The vendor's SDK warns of another stream in the same element.
        assert stream_of(sdp) == stream_of(first)
        await other.peer.accept(mend_answer(sdp, other.peer.mid))
        other.say(VOICE)
        await simulator.wait_for("recognised", text="front left")


async def test_a_call_without_media_ends_by_itself() -> None:
    async with (
        running_simulator("media-timeout:0.3") as simulator,
        dialled(simulator.url) as caller,
        picked_up() as phone,
    ):
        await caller.get_ready()
        await caller.invite(prepare_offer(await phone.peer.offer()))
        assert (await caller.method("bye"))["cause"] == "MEDIA_TIMEOUT"


@pytest.mark.parametrize("codec", ["G722", "PCMU", "PCMA"])
async def test_a_gateway_that_insists_on_another_codec_is_heard_and_understood(
    codec: str, tmp_path: Path
) -> None:
    path = tmp_path / "speech.wav"
    write_wav(path, np.frombuffer(VOICE, "<i2"))
    async with (
        running_simulator([f"codec:{codec}", f"say:{path}"]) as simulator,
        in_call(simulator.url) as (_, phone),
    ):
        assert phone.peer.codec.name == codec
        heard = await phone.hear(packets=len(VOICE) // FRAME_BYTES + 10)
        phone.say(VOICE)
        await simulator.wait_for("recognised", text="front left")
    windows = compare(np.frombuffer(VOICE, "<i2"), np.frombuffer(heard, "<i2")).windows
    assert all(window.found for window in windows)
    sequence, timestamps = zip(
        *sorted((each.sequence_number, each.timestamp) for each in phone.packets),
        strict=True,
    )
    ticks = phone.peer.codec.clock_rate_hz * FRAME_MS // 1000
    assert timestamps[-1] - timestamps[0] == ticks * (sequence[-1] - sequence[0])


async def test_stopped_in_the_midst_of_a_call_it_finishes_the_recording(
    tmp_path: Path,
) -> None:
    async with (
        AsyncExitStack() as call,
        running_simulator("ok", record=tmp_path) as simulator,
    ):
        _, phone = await call.enter_async_context(in_call(simulator.url))
        phone.say(VOICE)
        await simulator.wait_for("speech_started")
        await phone.hear(len(phone.packets) + 20)
    told = json.loads((tmp_path / "c1.json").read_text())
    assert told["utterances"][-1]["who"] == "caller"
    heard, said = (read_wav(tmp_path / told[track]) for track in ("heard", "said"))
    assert len(heard) / SAMPLE_RATE_HZ == pytest.approx(len(said) / SAMPLE_RATE_HZ, 0.1)


async def test_two_calls_at_once_are_two_conversations() -> None:
    async with (
        running_simulator("no-greeting") as simulator,
        in_call(simulator.url, "c1") as (_, one),
        in_call(simulator.url, "c2") as (_, other),
    ):
        one.say(LIBRARY.clips["front left"])
        other.say(LIBRARY.clips["side right"])
        await simulator.wait_for("recognised", call_id="c1", text="front left")
        await simulator.wait_for("recognised", call_id="c2", text="side right")


async def test_a_bad_link_loses_packets_and_keeps_their_numbers(tmp_path: Path) -> None:
    names = [*QUIET, "loss:20", "jitter:30", "seed:3"]
    async with (
        running_simulator(names, record=tmp_path) as simulator,
        in_call(simulator.url) as (_, phone),
    ):
        await phone.hear(packets=80)
        numbers = [packet.sequence_number for packet in phone.packets]
    lines = (tmp_path / "c1-packets.jsonl").read_text().splitlines()
    sent = [line for line in map(json.loads, lines) if line["way"] == "sent"]
    lost = {line["sequence"] for line in sent if line["held_s"] is None}
    assert 0.05 < len(lost) / len(sent) < 0.4
    assert lost.isdisjoint(numbers)
    assert numbers != sorted(numbers)
    assert len(set(numbers)) == len(numbers)


async def test_a_wav_file_is_said_instead_of_a_greeting(tmp_path: Path) -> None:
    path = tmp_path / "speech.wav"
    write_wav(path, np.frombuffer(VOICE, "<i2"))
    async with (
        running_simulator(f"say:{path}", record=tmp_path) as simulator,
        in_call(simulator.url),
    ):
        await simulator.wait_for("spoken")
    said = read_wav(tmp_path / "c1-said.wav")
    assert compare(np.frombuffer(VOICE, "<i2"), said).correlation > 0.99
