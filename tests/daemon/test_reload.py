"""A changed configuration: applied without touching the call, or refused."""

import os
import signal
import socket
import stat
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
from tests.daemon.test_systemd import service_manager

WRONG = "[button]\npin = 99\n"


@pytest.fixture
def far(programs: ExitStack, tmp_path: Path) -> FarEnd:
    return programs.enter_context(ended(FarEnd(tmp_path)))


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "callpoint.toml"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    folder = tmp_path / "state"
    folder.mkdir()
    return folder


def started(programs: ExitStack, folder: Path, toml: str, state: Path) -> Daemon:
    environment = {"STATE_DIRECTORY": str(state)}
    return programs.enter_context(ended(Daemon(folder, toml, environment)))


def reload(daemon: Daemon) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [
            *(sys.executable, "-m", "callpoint", "reload"),
            *("--socket", str(daemon.socket)),
        ],
        capture_output=True,
        text=True,
        timeout=SOON_S,
        check=False,
    )


def test_in_a_call_what_is_live_applies_and_the_rest_waits_for_its_moment(
    programs: ExitStack, tmp_path: Path, far: FarEnd, config: Path, state: Path
) -> None:
    daemon = started(programs, tmp_path, configuration(far.url), state).ready()
    daemon.press()
    call_id = daemon.wait(event="call", state="active")["id"]
    config.write_text(
        configuration(
            far.url,
            assistant='target_version_id = "v8"',
            button="debounce_ms = 10",
            led="active_high = false",
            call='caller_name = "Hall 4"\nlongest_call_s = 300',
        )
    )
    ran = reload(daemon)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.splitlines() == [
        "In force now: button.debounce_ms, call.longest_call_s",
        "When the call is over: assistant.target_version_id, call.caller_name",
        "After a restart of the daemon: led.active_high",
    ]
    assert daemon.status()["call"]["id"] == call_id
    assert daemon.status()["assistant"]["target_version_id"] is None
    daemon.release()
    daemon.command("hangup")
    daemon.wait(event="call", state="ended")
    # It logs in anew as the other version, and the next call is in another name.
    login = far.wait(event="login", target_version_id="v8")
    assert login["reconnection"] is False
    wait_until(lambda: daemon.status()["link"] == "ready")
    assert daemon.status()["config"] == {
        "fault": None,
        "next_call": [],
        "restart": ["led.active_high"],
    }
    after = len(far.events)
    daemon.press()
    assert far.wait(after=after, event="invite")["caller_name"] == "Hall 4"
    assert "Traceback" not in daemon.log


def test_whom_the_server_refused_is_let_in_at_once_when_that_is_mended(
    programs: ExitStack, tmp_path: Path, config: Path, state: Path, far: FarEnd
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    refuses = FarEnd(elsewhere, "--scenario", "refuse-login:Assistant not found")
    programs.enter_context(ended(refuses))
    daemon = started(programs, tmp_path, configuration(refuses.url), state).follow()
    wait_until(lambda: "is not known" in str(daemon.status()["link_reason"]))
    config.write_text(configuration(far.url))
    assert reload(daemon).returncode == 0
    # By itself it would have tried again after 30 s.
    wait_until(lambda: daemon.status()["link"] == "ready", timeout_s=5)


def test_certificates_that_are_not_there_end_no_daemon(
    programs: ExitStack, tmp_path: Path, config: Path, state: Path, far: FarEnd
) -> None:
    daemon = started(programs, tmp_path, configuration(far.url), state).ready()
    ca_file = 'ca_file = "/nowhere.pem"'
    config.write_text(configuration("wss://localhost:9", server=ca_file))
    assert reload(daemon).returncode == 0
    wait_until(lambda: "server.ca_file" in str(daemon.status()["link_reason"]))
    config.write_text(configuration(far.url))
    assert reload(daemon).returncode == 0
    wait_until(lambda: daemon.status()["link"] == "ready", timeout_s=5)


def test_a_limit_of_a_call_that_is_up_can_be_changed(
    programs: ExitStack, tmp_path: Path, far: FarEnd, config: Path, state: Path
) -> None:
    daemon = started(programs, tmp_path, configuration(far.url), state).ready()
    daemon.press()
    daemon.wait(event="call", state="active")
    config.write_text(configuration(far.url, call="longest_call_s = 0.1"))
    daemon.process.send_signal(signal.SIGHUP)
    assert daemon.wait(event="call", state="ended")["by"] == "near"


def test_a_wrong_file_at_a_reload_changes_nothing_and_is_told_until_it_is_mended(
    programs: ExitStack, tmp_path: Path, far: FarEnd, config: Path, state: Path
) -> None:
    daemon = started(programs, tmp_path, configuration(far.url), state).ready()
    daemon.press()
    call_id = daemon.wait(event="call", state="active")["id"]
    good = config.read_text()
    config.write_text(good + WRONG.replace("button", "led"))
    ran = reload(daemon)
    assert ran.returncode == 1
    assert ran.stderr.startswith(f"{config}: line ")
    assert "the last good configuration stays in force" in ran.stderr
    status = daemon.status()
    assert status["call"]["id"] == call_id
    assert str(config) in status["config"]["fault"]
    assert f"ERROR callpoint.station.reloading: configuration: {config}" in daemon.log
    config.write_text(good)
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: daemon.status()["config"]["fault"] is None)
    assert reload(daemon).stdout == "Nothing changed.\n"
    assert daemon.status()["call"]["id"] == call_id


def test_a_wrong_file_at_the_start_leaves_the_last_good_one_in_force(
    programs: ExitStack, tmp_path: Path, far: FarEnd, config: Path, state: Path
) -> None:
    toml = configuration(far.url, call='caller_name = "Hall 4"')
    started(programs, tmp_path, toml, state).ready().stop()
    daemon = started(programs, tmp_path, toml + WRONG, state).ready()
    fault = daemon.status()["config"]["fault"]
    assert str(config) in fault
    daemon.press()
    assert far.wait(event="invite")["caller_name"] == "Hall 4"
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "callpoint", "status"),
            *("--socket", str(daemon.socket)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    assert "the configuration is wrong, and the last good one in force" in ran.stdout
    assert "Traceback" not in daemon.log


def test_a_file_that_a_fleet_tool_drops_is_taken_up_by_its_line(
    programs: ExitStack, tmp_path: Path, far: FarEnd, state: Path
) -> None:
    folder = tmp_path / "etc" / "callpoint"
    for name in ("conf.d", "lines"):
        (folder / name).mkdir(parents=True)
    (folder / "callpoint.toml").write_text(configuration(far.url))
    (folder / "lines" / "gate.toml").write_text('[call]\ncaller_number = "4"\n')
    options = ("--root", str(tmp_path), "--line", "gate")
    environment = {"STATE_DIRECTORY": str(state)}
    daemon = Daemon(tmp_path, "", environment, options)
    programs.enter_context(ended(daemon)).ready()
    drop_in = folder / "conf.d" / "50-site.toml"
    drop_in.write_text('[call]\ncaller_name = "Hall {hostname}"\ncaller_number = "9"\n')
    assert reload(daemon).stdout == "In force now: call.caller_name\n"
    daemon.press()
    invite = far.wait(event="invite")
    assert invite["caller_name"] == f"Hall {socket.gethostname()}"
    # The line's own file is above what is common to all.
    assert invite["caller_number"] == "4"


def test_systemd_is_told_that_and_why_it_is_degraded(
    programs: ExitStack, tmp_path: Path, config: Path, state: Path
) -> None:
    path, lines = programs.enter_context(service_manager(tmp_path))
    toml = configuration("ws://127.0.0.1:9")
    environment = {"NOTIFY_SOCKET": path, "STATE_DIRECTORY": str(state)}
    daemon = Daemon(tmp_path, toml, environment)
    programs.enter_context(ended(daemon)).follow()
    config.write_text(toml + "[led]\npin = 99\n")
    daemon.process.send_signal(signal.SIGHUP)
    degraded = f"degraded: the configuration is wrong: {config}: "
    wait_until(lambda: any(degraded in line for line in lines))
    wait_until(lambda: lines.count("READY=1") == 2)
    config.write_text(toml)
    daemon.process.send_signal(signal.SIGHUP)
    wait_until(lambda: lines.count("READY=1") == 3)
    (last,) = [line for line in lines if line.startswith("STATUS=")][-1:]
    assert "degraded" not in last


def test_without_a_good_one_ever_the_exit_code_is_78(
    programs: ExitStack, tmp_path: Path, state: Path
) -> None:
    daemon = started(programs, tmp_path, WRONG, state)
    assert daemon.process.wait(SOON_S) == 78
    assert "button.pin" in daemon.log


def test_the_last_good_one_is_its_owners_alone_and_written_when_it_changes(
    programs: ExitStack, tmp_path: Path, config: Path, state: Path
) -> None:
    toml = configuration("ws://127.0.0.1:9")
    daemon = started(programs, tmp_path, toml, state).follow()
    (kept,) = state.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    written = identity(kept)
    config.write_text(toml + "# another comment\n")
    assert reload(daemon).stdout == "Nothing changed.\n"
    daemon.stop()
    daemon = started(programs, tmp_path, toml, state).follow()
    assert identity(kept) == written
    config.write_text(toml + "[control]\n")
    assert reload(daemon).returncode == 0
    assert identity(kept) != written
    assert list(state.iterdir()) == [kept]


def identity(file: Path) -> tuple[int, int]:
    return file.stat().st_ino, file.stat().st_mtime_ns


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a disk read-only")
def test_a_folder_that_refuses_it_is_told_and_no_more(
    programs: ExitStack, tmp_path: Path, far: FarEnd
) -> None:
    daemon = started(programs, tmp_path, configuration(far.url), Path("/proc"))
    daemon.ready()
    assert "last-good.json cannot be kept" in daemon.log


def test_reloads_that_come_at_once_are_all_taken(
    programs: ExitStack, tmp_path: Path, far: FarEnd, config: Path, state: Path
) -> None:
    daemon = started(programs, tmp_path, configuration(far.url), state).ready()
    config.write_text(configuration(far.url, call='caller_name = "Hall 4"'))
    for _ in range(5):
        daemon.process.send_signal(signal.SIGHUP)
        time.sleep(0.001)
    wait_until(lambda: "in force: call.caller_name" in daemon.log)
    assert daemon.process.poll() is None
