"""A daemon that is killed in a call: the next one goes on with it, or hangs it up."""

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until

TOGGLE = 'mode = "toggle"'


class World:
    """One simulator, and one unit whose daemon dies and comes back."""

    def __init__(self, folder: Path, programs: ExitStack, *scenario: str) -> None:
        self.folder = folder
        self.runtime = folder / "run"
        self.runtime.mkdir()
        self.state = self.runtime / "call.json"
        self._programs = programs
        names = [word for name in scenario for word in ("--scenario", name)]
        self.far = programs.enter_context(ended(FarEnd(folder, *names)))

    def starts(self, button: str = TOGGLE, **tables: str) -> Daemon:
        tables.setdefault("audio", 'capture = "tone:500"\nplayout = "silence"')
        toml = configuration(self.far.url, button=button, **tables)
        environment = {"RUNTIME_DIRECTORY": str(self.runtime)}
        return self._programs.enter_context(
            ended(Daemon(self.folder, toml, environment))
        )

    def dies_in_a_call(self, button: str = TOGGLE) -> str:
        """Returns the call's id."""
        ours = self.starts(button).ready()
        ours.press()
        call_id = str(ours.wait(event="call", state="active")["id"])
        self.far.wait(event="speech_started")
        wait_until(lambda: '"is_answered": true' in self.state.read_text())
        kill(ours)
        self.far.wait(event="disconnected")
        return call_id


def kill(daemon: Daemon) -> None:
    daemon.process.send_signal(signal.SIGKILL)
    daemon.process.wait()


@pytest.mark.alone
def test_a_call_goes_on_in_the_next_life_as_the_same_call(
    tmp_path: Path, programs: ExitStack
) -> None:
    world = World(tmp_path, programs, "monologue:60")
    call_id = world.dies_in_a_call()
    assert world.state.stat().st_mode & 0o777 == 0o600
    before = len(world.far.events)
    again = world.starts()
    far = world.far
    login = far.wait(after=before, event="login")
    assert login["reconnection"] is True
    far.wait(after=before, event="logged_in", reattached=[call_id])
    far.wait(after=before, event="attached", call_id=call_id)
    connected = far.wait(after=before, event="media_connected", call_id=call_id)
    # Both sides hear each other: 3 s from the start of the process.
    assert connected["monotonic_s"] - again.started_s < 3
    again.follow()
    wait_until(lambda: (again.status()["call"] or {}).get("state") == "active")
    status = again.status()
    assert status["call"]["id"] == call_id
    assert status["led"] == "microphone open"
    assert status["call"]["seconds"] > 0.2
    again.command("hangup")
    far.wait(event="hangup", call_id=call_id, by="caller")
    wait_until(lambda: not world.state.exists())
    assert "Traceback" not in again.log


def test_a_muted_call_goes_on_muted(tmp_path: Path, programs: ExitStack) -> None:
    world = World(tmp_path, programs, "silent-assistant")
    ours = world.starts().ready()
    ours.press()
    ours.wait(event="call", state="active")
    ours.command("mute", on=True)
    wait_until(lambda: '"is_muted": true' in world.state.read_text())
    kill(ours)
    again = world.starts().follow()
    wait_until(lambda: (again.status()["call"] or {}).get("state") == "active")
    assert again.status()["call"]["muted"]
    assert not again.status()["microphone_open"]
    assert world.far.none(event="hangup")


def test_in_hold_mode_nobody_holds_the_button_and_the_call_is_hung_up(
    tmp_path: Path, programs: ExitStack
) -> None:
    world = World(tmp_path, programs, "monologue:60")
    call_id = world.dies_in_a_call(button="")
    again = world.starts(button="").ready()
    bye = world.far.wait(event="hangup", call_id=call_id)
    assert (bye["by"], bye["cause"]) == ("caller", "NORMAL_CLEARING")
    wait_until(lambda: again.status()["call"] is None)
    assert again.status()["led"] == "ready"
    assert world.far.none(event="attached")
    assert not world.state.exists()
    # And the next press is served as ever.
    again.press()
    again.wait(event="call", state="active")


def test_a_call_that_the_server_forgot_meanwhile_is_over(
    tmp_path: Path, programs: ExitStack
) -> None:
    world = World(tmp_path, programs, "retention:0")
    world.dies_in_a_call()
    again = world.starts().ready()
    wait_until(lambda: again.status()["call"] is None)
    wait_until(lambda: not world.state.exists())
    again.release()
    assert "Traceback" not in again.log


def test_a_clean_stop_leaves_nothing(tmp_path: Path, programs: ExitStack) -> None:
    world = World(tmp_path, programs)
    ours = world.starts().ready()
    assert not world.state.exists()
    ours.press()
    ours.wait(event="call", state="active")
    wait_until(world.state.exists)
    assert ours.stop() == 0
    assert list(world.runtime.iterdir()) == []


def test_what_is_on_file_is_written_when_it_changes_and_at_no_other_time(
    tmp_path: Path, programs: ExitStack
) -> None:
    world = World(tmp_path, programs, "monologue:60")
    ours = world.starts().ready()
    ours.press()
    ours.wait(event="call", state="active")
    ours.wait(event="figures")
    written = world.state.stat()
    after = len(ours.events)
    ours.wait(after=after, event="figures")
    assert world.state.stat().st_mtime_ns == written.st_mtime_ns
    assert world.state.stat().st_ino == written.st_ino


def test_a_file_that_cannot_be_believed_is_named_and_ignored(
    tmp_path: Path, programs: ExitStack
) -> None:
    world = World(tmp_path, programs)
    world.dies_in_a_call()
    text = world.state.read_text()
    world.state.write_text(text[: len(text) // 2])
    again = world.starts().ready()
    assert "it is no JSON object" in again.log
    assert again.status()["call"] is None
    assert "Traceback" not in again.log
