"""The daemon under a service manager: ready, status, stopping, and gone in time."""

import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until


@contextmanager
def service_manager(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A NOTIFY_SOCKET, and every line that was sent to it."""
    path = folder / "notify"
    lines: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(0.1)
        stop = threading.Event()

        def read() -> None:
            while not stop.is_set():
                try:
                    lines.extend(manager.recv(65536).decode().splitlines())
                except TimeoutError:
                    continue

        reader = threading.Thread(target=read)
        reader.start()
        try:
            yield str(path), lines
        finally:
            stop.set()
            reader.join()


def test_it_is_ready_when_a_press_is_answered_with_or_without_a_network(
    programs: ExitStack, tmp_path: Path
) -> None:
    path, lines = programs.enter_context(service_manager(tmp_path))
    toml = configuration("ws://127.0.0.1:9")
    daemon = Daemon(tmp_path, toml, {"NOTIFY_SOCKET": path})
    programs.enter_context(ended(daemon))
    wait_until(lambda: "READY=1" in lines)
    daemon.follow()
    daemon.press()
    assert any(line.startswith("STATUS=connecting") for line in lines)


def test_the_status_line_lives(programs: ExitStack, tmp_path: Path) -> None:
    path, lines = programs.enter_context(service_manager(tmp_path))
    far = programs.enter_context(ended(FarEnd(tmp_path)))
    daemon = Daemon(tmp_path, configuration(far.url), {"NOTIFY_SOCKET": path})
    programs.enter_context(ended(daemon)).ready()
    wait_until(lambda: any(line.startswith("STATUS=ready") for line in lines))
    daemon.press()
    wait_until(lambda: any("call active, microphone open" in line for line in lines))
    daemon.command("hangup")
    wait_until(lambda: lines[-1].startswith("STATUS=ready, no call; "))


def test_without_a_card_it_is_degraded_and_ready_later_and_answers_a_press(
    programs: ExitStack, tmp_path: Path
) -> None:
    path, lines = programs.enter_context(service_manager(tmp_path))
    far = programs.enter_context(ended(FarEnd(tmp_path)))
    audio = 'capture = "silence"\nplayout = "hw:CARD=nowhere"'
    toml = configuration(far.url, audio=audio)
    daemon = Daemon(tmp_path, toml, {"NOTIFY_SOCKET": path})
    programs.enter_context(ended(daemon)).ready()
    daemon.press()
    daemon.wait(event="call", state="active")
    wait_until(
        lambda: lines[-1].startswith("STATUS=degraded: no speaker (hw:CARD=nowhere: ")
    )
    # That it is ready in the end is seen in the unit tests, which need not wait for it.
    assert "READY=1" not in lines


def test_the_watchdog_is_fed_without_network_and_card(
    programs: ExitStack, tmp_path: Path
) -> None:
    path, lines = programs.enter_context(service_manager(tmp_path))
    audio = 'capture = "hw:CARD=nowhere"\nplayout = "hw:CARD=nowhere"'
    toml = configuration("ws://127.0.0.1:9", audio=audio)
    watched = {"NOTIFY_SOCKET": path, "WATCHDOG_USEC": "600000"}
    daemon = programs.enter_context(ended(Daemon(tmp_path, toml, watched)))
    wait_until(lambda: lines.count("WATCHDOG=1") >= 15)
    assert "watchdog" not in daemon.log


def test_a_reload_begins_and_ends_in_a_call_that_goes_on(
    programs: ExitStack, tmp_path: Path
) -> None:
    path, lines = programs.enter_context(service_manager(tmp_path))
    far = programs.enter_context(ended(FarEnd(tmp_path)))
    daemon = Daemon(tmp_path, configuration(far.url), {"NOTIFY_SOCKET": path})
    programs.enter_context(ended(daemon)).ready()
    daemon.press()
    daemon.wait(event="call", state="active")
    began_s = time.monotonic()
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: "RELOADING=1" in lines and lines.count("READY=1") == 2)
    told = [line.partition("=")[2] for line in lines if line.startswith("MONO")]
    assert began_s <= int(told[0]) / 1e6 <= time.monotonic()
    assert daemon.status()["call"]["state"] == "active"


def test_sigterm_in_a_call_says_goodbye_and_is_gone_within_two_seconds(
    programs: ExitStack, tmp_path: Path
) -> None:
    path, lines = programs.enter_context(service_manager(tmp_path))
    far = programs.enter_context(ended(FarEnd(tmp_path)))
    daemon = Daemon(tmp_path, configuration(far.url), {"NOTIFY_SOCKET": path})
    programs.enter_context(ended(daemon)).ready()
    daemon.press()
    daemon.wait(event="call", state="active")
    began_s = time.monotonic()
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.wait(5) == 0
    assert time.monotonic() - began_s < 2
    assert far.wait(event="hangup", by="caller")["cause"] == "NORMAL_CLEARING"
    wait_until(lambda: "STOPPING=1" in lines)
    assert not daemon.socket.exists()
    assert "Traceback" not in daemon.log


def test_sigterm_while_the_server_is_silent_is_quick_too(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = programs.enter_context(ended(FarEnd(tmp_path, "--scenario", "silent-login")))
    daemon = Daemon(tmp_path, configuration(far.url))
    programs.enter_context(ended(daemon)).follow()
    far.wait(event="login")
    began_s = time.monotonic()
    assert daemon.stop() == 0
    assert time.monotonic() - began_s < 2
