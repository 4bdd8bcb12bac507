"""Everything that can be wrong: a clear message, no traceback, and the daemon lives."""

import json
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.daemon.programs import (
    SOON_S,
    Daemon,
    FarEnd,
    configuration,
    ended,
    wait_until,
)

NOWHERE = "ws://127.0.0.1:9"


def callpoint(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "callpoint", *arguments],
        capture_output=True,
        text=True,
        timeout=SOON_S,
        check=False,
    )


def far_end(programs: ExitStack, folder: Path, *names: str) -> FarEnd:
    arguments = [word for name in names for word in ("--scenario", name)]
    return programs.enter_context(ended(FarEnd(folder, *arguments)))


def daemon(programs: ExitStack, folder: Path, url: str, **tables: str) -> Daemon:
    toml = configuration(url, **tables)
    return programs.enter_context(ended(Daemon(folder, toml)))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "found nothing of that name"),
        ("[assistant", "line 1"),
        ("", "assistant"),
        ('[assistant]\ntarget_id = ""', "assistant.target_id"),
        ('[assistant]\ntarget_idd = "a"', 'did you mean "target_id"?'),
        ('[assistant]\ntarget_id = "a"\n[button]\npin = "x"', "button.pin"),
    ],
)
def test_a_wrong_file_ends_it_with_78_and_every_fault(
    tmp_path: Path, text: str | None, sentence: str
) -> None:
    config = tmp_path / "wrong.toml"
    if text is not None:
        config.write_text(text)
    ran = callpoint("run", "--config", str(config))
    assert ran.returncode == 78
    assert sentence in ran.stderr
    assert "Traceback" not in ran.stderr
    assert callpoint("check", str(config)).returncode == 78


def test_an_unreachable_server_is_named_and_a_press_is_told_no_connection(
    programs: ExitStack, tmp_path: Path
) -> None:
    ours = daemon(programs, tmp_path, NOWHERE, call="wait_for_link_s = 0.3").follow()
    wait_until(lambda: "Connection refused" in str(ours.status()["link_reason"]))
    assert ours.status()["led"] == "connecting"
    ours.press()
    told = ours.wait(event="error")
    assert str(told["what"]).startswith("no connection: 127.0.0.1:9 cannot be reached")
    assert ours.status()["led"] == "fault"
    assert "Traceback" not in ours.log


def test_a_press_while_the_link_comes_back_is_served_when_it_does(
    programs: ExitStack, tmp_path: Path
) -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
    ours = daemon(
        programs, tmp_path, f"ws://127.0.0.1:{port}", call="wait_for_link_s = 10"
    ).follow()
    wait_until(lambda: ours.status()["link_reason"])
    ours.press()
    ours.release()
    far = programs.enter_context(ended(FarEnd(tmp_path, "--port", str(port))))
    far.wait(event="invite")
    ours.wait(event="call", state="active")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("login-refused", "login refused"),
        ("login-error", "login refused"),
        ("close-on-login", "closed the connection"),
        ("gateway-failed", "the gateway is down (FAILED)"),
        ("refuse-login:Assistant not found", "assistant-test is not known"),
        ("http:511", "this network wants a sign-in (HTTP 511); sign this device in"),
    ],
)
def test_a_login_that_fails_is_told_and_the_daemon_lives(
    programs: ExitStack, tmp_path: Path, name: str, reason: str
) -> None:
    far = far_end(programs, tmp_path, name)
    ours = daemon(programs, tmp_path, far.url).follow()
    wait_until(lambda: reason in str(ours.status()["link_reason"]))
    assert ours.process.poll() is None
    assert "Traceback" not in ours.log


@pytest.mark.parametrize(
    ("names", "cause"),
    [
        (["refuse-invite"], "refused"),
        (["bye-after:0.1,USER_BUSY"], "USER_BUSY"),
        (["bye-with-nothing", "bye-after:0.1"], "NORMAL_CLEARING"),
    ],
    ids=lambda value: "+".join(value) if isinstance(value, list) else "",
)
def test_a_call_that_fails_is_told_and_the_next_press_is_served(
    programs: ExitStack, tmp_path: Path, names: list[str], cause: str
) -> None:
    far = far_end(programs, tmp_path, *names)
    ours = daemon(programs, tmp_path, far.url).ready()
    ours.press()
    assert cause in str(ours.wait(event="call", state="ended")["cause"])
    ours.release()
    ours.wait(event="button", state="released")
    after = len(ours.events)
    ours.press()
    ours.wait(after=after, event="call", state="calling")
    assert "Traceback" not in ours.log


def test_a_missing_sound_card_is_named_and_the_call_comes_up_without_it(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = far_end(programs, tmp_path)
    ours = daemon(
        programs,
        tmp_path,
        far.url,
        audio='capture = "plughw:CARD=Missing"\nplayout = "nosuch"',
    ).ready()
    wait_until(
        lambda: all(
            ours.status()["devices"][end]["fault"] for end in ("capture", "playout")
        )
    )
    devices = ours.status()["devices"]
    assert "plughw:CARD=Missing" in devices["capture"]["fault"]
    assert devices["playout"]["fault"] == "nosuch: No such file or directory"
    assert devices["playout"]["advice"] == "list the names with: callpoint devices"
    wait_until(lambda: ours.status()["led"] == "fault")
    ours.press()
    ours.wait(event="call", state="active")
    far.wait(event="first_packet")
    assert "Traceback" not in ours.log


def test_while_the_preferred_card_is_missing_the_next_one_is_used(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = far_end(programs, tmp_path)
    ours = daemon(
        programs,
        tmp_path,
        far.url,
        audio='capture = ["usb-port:9-9", "silence"]\nplayout = ["nosuch", "silence"]',
    ).ready()
    wait_until(lambda: ours.status()["devices"]["playout"]["in_use"])
    ours.press()
    ours.wait(event="call", state="active")
    far.wait(event="first_packet")
    devices = ours.status()["devices"]
    assert devices["capture"] == {
        "name": "usb-port:9-9, silence",
        "in_use": "silence",
        "fault": None,
        "advice": None,
        "warning": None,
    }
    assert "silence is used, because usb-port:9-9 cannot be had" in ours.log
    assert "Traceback" not in ours.log


def test_no_gpio_is_named_and_the_control_socket_still_presses(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = far_end(programs, tmp_path)
    toml = configuration(far.url).replace('pin_factory = "mock"', "")
    ours = programs.enter_context(ended(Daemon(tmp_path, toml))).ready()
    devices = ours.status()["devices"]
    assert "button on pin 17" in devices["button"]["fault"]
    assert "LED on pin 27" in devices["led"]["fault"]
    ours.press()
    ours.wait(event="call", state="active")
    assert "Traceback" not in ours.log


def test_a_control_socket_that_cannot_be_had_leaves_the_rest_alive(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = far_end(programs, tmp_path)
    config = tmp_path / "callpoint.toml"
    config.write_text(configuration(far.url))
    missing = tmp_path / "missing" / "control.sock"
    log = tmp_path / "daemon.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "callpoint", "run"),
                *("--config", str(config), "--socket", str(missing)),
            ],
            stderr=stderr,
        )
    try:
        far.wait(event="login")
        assert "there is no directory" in log.read_text()
        assert "Traceback" not in log.read_text()
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(SOON_S)


def test_a_flooding_control_client_does_not_hold_up_a_press(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = far_end(programs, tmp_path)
    ours = daemon(programs, tmp_path, far.url).ready()
    with socket.socket(socket.AF_UNIX) as flood:
        flood.connect(str(ours.socket))
        flood.setblocking(False)
        line = json.dumps({"command": "status"}).encode() + b"\n"
        try:
            while True:
                flood.send(line * 100)
        except BlockingIOError:
            pass
        pressed_s = time.monotonic()
        ours.press()
        ours.wait(event="call", state="active")
        assert time.monotonic() - pressed_s < 2


@pytest.mark.parametrize("name", ["junk-frames", "big-frame:1000000"])
def test_frames_from_hell_are_survived(
    programs: ExitStack, tmp_path: Path, name: str
) -> None:
    far = far_end(programs, tmp_path, name)
    ours = daemon(programs, tmp_path, far.url).ready()
    ours.press()
    ours.wait(event="call", state="active")
    assert "Traceback" not in ours.log


def test_a_dropped_socket_is_replaced_with_the_same_session(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = far_end(programs, tmp_path, "drop-after-login:0.2")
    ours = daemon(programs, tmp_path, far.url).ready()
    first = far.wait(event="logged_in")
    again = far.wait(event="login", reconnection=True)
    assert (
        far.wait(after=far.events.index(again), event="logged_in")["sessid"]
        == (first["sessid"])
    )
    connected = [event for event in far.events if event["event"] == "connected"]
    assert connected[0]["voice_sdk_id"] == ""
    assert str(connected[1]["voice_sdk_id"]).startswith("VSDK1")
    wait_until(lambda: ours.status()["link"] == "ready")


def test_a_live_call_is_taken_up_again_over_a_new_socket(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = far_end(programs, tmp_path, "drop-after:0.5")
    ours = daemon(programs, tmp_path, far.url).ready()
    ours.press()
    call_id = ours.wait(event="call", state="active")["id"]
    far.wait(event="attached", call_id=call_id)
    assert ours.status()["call"]["id"] == call_id
    assert ours.none(event="call", state="ended")
