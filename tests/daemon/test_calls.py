"""Whole calls: the daemon and the simulator as processes, a finger on the socket."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until

Start = Callable[..., tuple[Daemon, FarEnd]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start both programs: `start(*scenario arguments, **tables of the TOML)`."""
    with ExitStack() as programs:

        def started(*arguments: str, **tables: str) -> tuple[Daemon, FarEnd]:
            far = programs.enter_context(ended(FarEnd(tmp_path, *arguments)))
            toml = configuration(far.url, **tables)
            daemon = programs.enter_context(ended(Daemon(tmp_path, toml)))
            return daemon.ready(), far

        yield started


def scenario(*names: str) -> list[str]:
    return [word for name in names for word in ("--scenario", name)]


def test_a_press_becomes_a_conversation_and_a_goodbye_ends_it(start: Start) -> None:
    daemon, far = start()
    daemon.press()
    daemon.wait(event="call", state="active")
    status = daemon.status()
    assert status["call"]["state"] == "active"
    assert status["microphone_open"] is True
    assert status["led"] == "microphone open"
    daemon.release()
    daemon.wait(event="microphone", open=False)
    daemon.wait(event="media", kind="first_sound_played")
    daemon.command("say", text="hello")
    daemon.wait(event="transcript", role="user", text="hello", final=True)
    daemon.command("say", text="goodbye")
    daemon.wait(event="call", state="ended", by="far")
    daemon.wait(event="summary", packets_lost=0)
    assert daemon.status()["call"] is None
    assert far.none(event="hangup", by="caller"), "a bye is answered by no bye"


def test_the_far_end_is_told_who_calls(start: Start) -> None:
    daemon, far = start(
        assistant='target_version_id = "v7"\nuser_variables = { room = "12" }',
        call='caller_name = "Lobby"\ncustom_headers = { X-Floor = "3" }',
    )
    login = far.wait(event="login")
    assert login["target_id"] == "assistant-test"
    assert login["reconnection"] is False
    daemon.press()
    invite = far.wait(event="invite")
    assert invite["caller_name"] == "Lobby"


def test_speech_before_the_answer_is_no_reason_to_end_the_call(start: Start) -> None:
    daemon, _ = start(*scenario("slow-answer:0.5"))
    daemon.press()
    daemon.wait(event="call", state="calling")
    daemon.release()
    daemon.wait(event="call", state="active")


def test_presses_in_a_hurry_place_one_call_and_end_none(start: Start) -> None:
    daemon, far = start()
    for _ in range(5):
        daemon.press()
        daemon.release()
    daemon.wait(event="call", state="active")
    time.sleep(0.3)
    assert len([e for e in far.events if e["event"] == "invite"]) == 1
    assert daemon.none(event="call", state="ended")


def test_in_toggle_mode_the_second_press_hangs_up_with_a_bye(start: Start) -> None:
    daemon, far = start(button='mode = "toggle"')
    daemon.press()
    daemon.release()
    daemon.wait(event="call", state="active")
    assert daemon.status()["microphone_open"] is True
    time.sleep(0.5)
    daemon.press()
    daemon.wait(event="call", state="ended", by="near")
    assert far.wait(event="hangup", by="caller")["cause"] == "NORMAL_CLEARING"


def test_a_call_that_nobody_speaks_in_is_ended(start: Start) -> None:
    daemon, far = start(*scenario("silent-assistant"), call="quiet_s = 1")
    daemon.press()
    daemon.release()
    daemon.wait(event="call", state="active")
    daemon.wait(event="call", state="ended", by="near")
    far.wait(event="hangup", by="caller")


def test_a_call_is_ended_at_its_longest(start: Start) -> None:
    daemon, _ = start(
        call="longest_call_s = 1", audio='capture="tone:300"\nplayout="silence"'
    )
    daemon.press()
    daemon.wait(event="call", state="ended", by="near")
    daemon.wait(
        event="error",
        advice="press for a new call; longest_call_s in [call] is the limit",
    )


def test_a_taped_button_closes_the_microphone_and_is_a_fault(start: Start) -> None:
    daemon, _ = start(call="longest_press_s = 1")
    daemon.press()
    daemon.wait(event="microphone", open=True)
    daemon.wait(event="microphone", open=False)
    assert daemon.status()["led"] == "fault"
    daemon.release()
    wait_until(lambda: daemon.status()["led"] != "fault")


def test_a_press_right_after_the_end_places_a_new_call(start: Start) -> None:
    daemon, far = start()
    daemon.press()
    daemon.wait(event="call", state="active")
    daemon.release()
    daemon.wait(event="button", state="released")
    daemon.command("hangup")
    daemon.press()
    far.wait(event="hangup", by="caller")
    first = far.wait(event="invite")["call_id"]
    wait_until(lambda: len([e for e in far.events if e["event"] == "invite"]) == 2)
    second = far.events[-1 - [e["event"] for e in far.events[::-1]].index("invite")]
    assert second["call_id"] != first
    daemon.wait(event="call", id=second["call_id"], state="active")


def test_key_tones_and_mute_reach_the_call(start: Start) -> None:
    daemon, far = start()
    daemon.press()
    daemon.wait(event="call", state="active")
    daemon.command("dtmf", digits="12#")
    far.wait(event="dtmf")
    daemon.command("mute", on=True)
    assert daemon.status()["microphone_open"] is False
    assert daemon.status()["call"]["muted"] is True
    daemon.command("mute", on=False)
    assert daemon.status()["microphone_open"] is True


def test_a_tool_that_the_device_does_not_have_is_refused_at_once(start: Start) -> None:
    daemon, far = start()
    daemon.press()
    daemon.wait(event="call", state="active")
    daemon.command("say", text="what is the weather?")
    daemon.wait(event="tool")
    far.wait(event="tool_output")


@pytest.mark.parametrize(
    "names",
    [
        ["ringing-first"],
        ["early-media"],
        ["media-then-answer-without-sdp"],
        ["duplicate-answer"],
        ["junk-frames"],
        ["noreg-then-reged"],
    ],
    ids="+".join,
)
def test_a_call_comes_up_whatever_the_gateways_manners(
    start: Start, names: list[str]
) -> None:
    daemon, _ = start(*scenario(*names))
    daemon.press()
    daemon.wait(event="call", state="active")
    daemon.wait(event="media", kind="first_sound_played")
