"""The command line against a real control socket, and as a real process."""

import asyncio
import json
import os
import resource
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import click
import pytest

from callpoint import __version__
from callpoint.cli import COMMANDS, main
from callpoint.cli.lazy import Entry, LazyGroup
from callpoint.control.feed import Feed
from callpoint.control.server import ControlServer, station_server
from tests.unit.control.stations import RecordingStation

PATIENCE_S = 10.0


class Daemon:
    """A control socket with a station behind it, on the test's own event loop."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.station = RecordingStation()
        self.feed = Feed()
        self.server: ControlServer = station_server(path, self.station, self.feed)

    async def run(self, *arguments: str) -> int:
        """The exit code of a command with this daemon's socket."""
        return await asyncio.to_thread(main, [*arguments, "--socket", str(self.path)])

    def process(
        self, *arguments: str, stdout: int = PIPE, **variables: str
    ) -> AbstractAsyncContextManager[Process]:
        """The command as a process of its own."""
        return self.python("-m", "callpoint", *arguments, stdout=stdout, **variables)

    @asynccontextmanager
    async def python(
        self, *arguments: str, stdout: int = PIPE, **variables: str
    ) -> AsyncIterator[Process]:
        source = Path(__file__).parents[2] / "daemon"
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, *arguments, "--socket", str(self.path)),
            stdout=stdout,
            stderr=PIPE,
            env=os.environ | {"PYTHONPATH": str(source)} | variables,
        )
        try:
            yield child
        finally:
            if child.returncode is None:
                child.kill()
            await child.communicate()


async def finished(child: Process) -> tuple[int, str, str]:
    """Exit code, output, and what was said on stderr."""
    async with asyncio.timeout(PATIENCE_S):
        out, err = await child.communicate()
    assert child.returncode is not None
    return child.returncode, (out or b"").decode(), err.decode()


async def next_event(child: Process) -> dict[str, object]:
    assert child.stdout is not None
    async with asyncio.timeout(PATIENCE_S):
        event: dict[str, object] = json.loads(await child.stdout.readline())
    return event


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Daemon]:
    daemon = Daemon(tmp_path / "control.sock")
    await daemon.server.start()
    yield daemon
    await daemon.server.stop()


# Commands.


@pytest.mark.parametrize(
    ("arguments", "asked"),
    [
        (["hangup"], ("hangup", None)),
        (["say", "mind the gap"], ("say", "mind the gap")),
        (["say", "mind", "the", "gap"], ("say", "mind the gap")),
        (["mute", "on"], ("mute", True)),
        (["mute", "off"], ("mute", False)),
        (["dtmf", "42#"], ("dtmf", "42#")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
async def test_a_command_is_done_and_says_nothing(
    daemon: Daemon,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    asked: tuple[str, object],
) -> None:
    assert await daemon.run(*arguments) == 0
    assert daemon.station.asked == [asked]
    assert capsys.readouterr() == ("", "")


async def test_a_refusal_is_two_lines_and_exit_code_69(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.station.in_call = False
    assert await daemon.run("hangup") == 69
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "callpoint: no call is up\ncallpoint: press the button first\n"


@pytest.mark.parametrize("command", ["press", "release", "hangup", "events"])
def test_without_a_daemon_every_command_tells_what_to_do(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "nothing.sock"
    assert main([command, "--socket", str(path)]) == 69
    first, second = capsys.readouterr().err.splitlines()
    assert first == f"callpoint: no control socket at {path}"
    assert "systemctl status callpoint" in second
    assert "--socket PATH or CALLPOINT_SOCKET" in second


# The button.


async def test_a_press_stays_until_a_release(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await daemon.run("press") == 0
    assert await daemon.run("status") == 0
    assert daemon.station.verbs == ["press"]
    assert await daemon.run("release") == 0
    assert daemon.station.verbs == ["press", "release"]
    assert capsys.readouterr().err == ""


async def test_a_second_press_says_that_the_button_was_down(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    await daemon.run("press")
    assert await daemon.run("press") == 0
    assert capsys.readouterr().err == (
        "callpoint: the button was down already; callpoint release lets it go\n"
    )


async def test_a_press_for_a_time_is_released_after_it(daemon: Daemon) -> None:
    assert await daemon.run("press", "--for", "0.1") == 0
    (pressed, pressed_s), (released, released_s) = daemon.station.asked
    assert (pressed, released) == ("press", "release")
    assert isinstance(pressed_s, float)
    assert isinstance(released_s, float)
    assert 0.1 <= released_s - pressed_s < 0.5


@pytest.mark.parametrize(
    ("arguments", "blow", "code"),
    [
        (["press", "--hold"], signal.SIGINT, 0),
        (["press", "--for", "60"], signal.SIGINT, 130),
        (["press", "--for", "60"], signal.SIGTERM, -signal.SIGTERM),
        (["press", "--hold"], signal.SIGKILL, -signal.SIGKILL),
    ],
)
async def test_a_press_that_is_stopped_in_any_way_is_released(
    daemon: Daemon, arguments: list[str], blow: signal.Signals, code: int
) -> None:
    async with daemon.process(*arguments) as child:
        async with asyncio.timeout(PATIENCE_S):
            await daemon.station.went_down.wait()
            # The daemon heard of it a little before the command waits.
            await asyncio.sleep(0.05)
            child.send_signal(blow)
            await daemon.station.went_up.wait()
        assert (await finished(child))[0] == code
    assert daemon.station.verbs[:2] == ["press", "release"]


async def test_a_press_ends_when_the_daemon_goes(daemon: Daemon) -> None:
    async with daemon.process("press", "--hold") as child:
        async with asyncio.timeout(PATIENCE_S):
            await daemon.station.went_down.wait()
        await daemon.server.stop()
        code, _, err = await finished(child)
    assert code == 69
    assert "closed the connection" in err


# Status.


async def test_the_status_of_a_ready_daemon_is_plain_words(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.station.in_call = False
    assert await daemon.run("status") == 0
    assert capsys.readouterr().out.splitlines() == [
        "callpoint 0.1.0: ready",
        "",
        "  Link        ready",
        "  Call        none",
        "  Assistant   assistant-0815",
        "  Microphone  plughw:CARD=Headset",
        "  Speaker     default",
        "  Button      pin 17",
        "  LED         pin 27",
        "  LED shows   ready",
        "  Config      in force",
    ]


async def test_the_status_tells_which_card_is_in_use_and_what_to_mend(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.station.microphone_in_use = "hw:CARD=Device,DEV=0 (USB Audio Device)"
    daemon.station.microphone_warning = "the control Mic is muted"
    assert await daemon.run("status") == 0
    assert (
        "  Microphone  plughw:CARD=Headset, "
        "in use: hw:CARD=Device,DEV=0 (USB Audio Device)\n"
        "              warning: the control Mic is muted\n"
    ) in capsys.readouterr().out


async def test_the_status_tells_of_the_call(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await daemon.run("status") == 0
    out = capsys.readouterr().out
    assert "  Call        active for 12 s, microphone closed\n" in out


async def test_a_link_that_is_not_ready_is_exit_code_1(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.station.link, daemon.station.link_reason = "offline", "no route to host"
    assert await daemon.run("status") == 1
    headline = capsys.readouterr().out.splitlines()[0]
    assert headline == "callpoint 0.1.0: the link is offline (no route to host)"


async def test_a_device_at_fault_is_exit_code_1(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.station.microphone_fault = "no such device"
    assert await daemon.run("status") == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "callpoint 0.1.0: microphone: no such device"
    at = lines.index("  Microphone  plughw:CARD=Headset: no such device")
    assert lines[at + 1] == "              plug it in"


async def test_a_led_that_cannot_be_had_is_a_device_at_fault(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    daemon.station.led_fault = "LED on pin 27: another program uses this pin"
    assert await daemon.run("status") == 1
    headline = capsys.readouterr().out.splitlines()[0]
    assert headline == f"callpoint 0.1.0: {daemon.station.led_fault}"


async def test_a_reload_tells_what_applies_when(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await daemon.run("reload") == 0
    assert capsys.readouterr().out.splitlines() == [
        "In force now: call.quiet_s",
        "When the call is over: assistant.target_id",
        "After a restart of the daemon: button.pin",
    ]
    daemon.station.config_faults = ["a.toml: led.pin: expected x, found y"]
    assert await daemon.run("reload") == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "a.toml: led.pin: expected x, found y",
        "callpoint: the last good configuration stays in force",
    ]


async def test_the_status_for_programs_is_the_daemon_s_own(
    daemon: Daemon, capsys: pytest.CaptureFixture[str]
) -> None:
    assert await daemon.run("status", "--json") == 0
    assert json.loads(capsys.readouterr().out) == daemon.station.status()


def test_the_status_of_no_daemon_is_exit_code_3(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--socket", str(tmp_path / "no.sock")]) == 3
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("callpoint: no control socket at ")


async def test_the_status_of_something_else_is_no_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org ESMTP\r\n")
        await writer.drain()
        writer.close()

    path = str(tmp_path / "mail.sock")
    async with await asyncio.start_unix_server(greet, path):
        assert await asyncio.to_thread(main, ["status", "--socket", path]) == 69
    assert f"what answers at {path} is no callpoint daemon" in capsys.readouterr().err


# Which daemon.


@pytest.mark.parametrize(
    ("before", "after", "variable"),
    [
        ("", "", "RIGHT"),
        ("RIGHT", "", "wrong"),
        ("wrong", "RIGHT", "wrong"),
        ("", "RIGHT", ""),
    ],
)
async def test_the_nearest_socket_counts(
    daemon: Daemon,
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    after: str,
    variable: str,
) -> None:
    def option(path: str) -> list[str]:
        return ["--socket", path] if path else []

    right = str(daemon.path)
    monkeypatch.setenv("CALLPOINT_SOCKET", variable.replace("RIGHT", right))
    arguments = [
        *option(before.replace("RIGHT", right)),
        "release",
        *option(after.replace("RIGHT", right)),
    ]
    assert await asyncio.to_thread(main, arguments) == 0
    assert daemon.station.verbs == ["release"]


def test_a_line_has_its_own_socket(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--line", "hall"]) == 3
    assert "/run/callpoint-hall/control.sock" in capsys.readouterr().err
    assert main(["release", "--line", "hall", "--socket", "/tmp/s"]) == 64
    assert "exclude each other" in capsys.readouterr().err


# Events.


async def test_events_are_printed_as_they_come(daemon: Daemon) -> None:
    # A terminal of another encoding: JSON is UTF-8 all the same.
    async with daemon.process("events", PYTHONIOENCODING="latin-1") as child:
        assert (await next_event(child))["event"] == "subscribed"
        daemon.feed.publish({"event": "level", "capture": 0.5, "playout": 0.5})
        daemon.feed.publish({"event": "transcript", "text": "grüße €"})
        event = await next_event(child)
        assert (event["event"], event["text"]) == ("transcript", "grüße €")
        child.send_signal(signal.SIGINT)
        assert await finished(child) == (130, "", "")


async def test_levels_are_printed_when_they_are_asked_for(daemon: Daemon) -> None:
    async with daemon.process("events", "--levels") as child:
        await next_event(child)
        daemon.feed.publish({"event": "level", "capture": 0.5, "playout": 0.5})
        assert (await next_event(child))["event"] == "level"


async def test_events_into_a_closed_pipe_end_at_once_and_quietly(
    daemon: Daemon,
) -> None:
    reading, writing = os.pipe()
    async with daemon.process("events", stdout=writing) as child:
        os.close(writing)
        await asyncio.to_thread(os.read, reading, 1000)
        os.close(reading)
        assert await finished(child) == (0, "", "")


async def test_events_tell_when_the_daemon_goes(daemon: Daemon) -> None:
    async with daemon.process("events") as child:
        await next_event(child)
        await daemon.server.stop()
        code, out, err = await finished(child)
    assert (code, out) == (69, "")
    assert "closed the connection" in err


# The command line itself.


ALL = [name for section in COMMANDS.values() for name in section]


def test_the_list_of_commands_imports_none_of_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    for section in COMMANDS.values():
        for name, entry in section.items():
            assert f"  {name}" in out
            assert entry.summary in out


@pytest.mark.parametrize("command", [*COMMANDS["A running daemon"], "run", "devices"])
def test_every_help_has_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([command, "-h"]) == 0
    out = capsys.readouterr().out
    assert "Example" in out
    assert f"  callpoint {command}" in out
    assert max(len(line) for line in out.splitlines()) <= 88


def test_the_version_names_what_a_report_needs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--version"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == f"callpoint {__version__}"
    names = [line.split()[0] for line in lines]
    assert names == ["callpoint", "Python", "aiortc", "PyAV", "websockets"]


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (["statsu"], 'there is no command "statsu" (did you mean "status"?)'),
        (["xyzzy"], 'there is no command "xyzzy"'),
        (["--verbose"], "No such option"),
        (["say"], "Missing argument 'TEXT...'"),
        (["mute", "maybe"], "'maybe' is not one of"),
        (["press", "--for", "0"], "0.0 is not in the range"),
        (["press", "--for", "1", "--hold"], "--for and --hold exclude each other"),
        (["run", "--config", "a", "--line", "b"], "no --line, no --root"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_command_line_is_exit_code_64(
    arguments: list[str], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 64
    out, err = capsys.readouterr()
    assert out == ""
    assert fault in err


def test_a_wrong_configuration_is_a_line_a_fault_and_exit_code_78(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[assistant]\ntarget_idd = 'a'\n[button]\npin = 'x'\n")
    missing = tmp_path / "missing.toml"
    code = main(["run", "--config", str(wrong), "--config", str(missing)])
    out, err = capsys.readouterr()
    assert (code, out) == (78, "")
    lines = err.splitlines()
    assert len(lines) >= 3
    assert all(line.startswith((f"{wrong}: ", f"{missing}: ")) for line in lines)


def test_the_configuration_in_force_is_printed_with_its_sources(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    file = tmp_path / "etc" / "callpoint" / "callpoint.toml"
    file.parent.mkdir(parents=True)
    file.write_text('[assistant]\ntarget_id = "Tür"\n')
    assert main(["config", "show", "--root", str(tmp_path), "--origin"]) == 0
    text = capsysbinary.readouterr().out.decode()
    assert f'target_id = "Tür"                         # {file}; next call' in text
    assert main(["config", "show", "--root", str(tmp_path), "--json"]) == 0
    found = json.loads(capsysbinary.readouterr().out)
    assert found["assistant.target_id"]["source"] == str(file)
    file.write_text("[assistant]\n")
    assert main(["config", "show", "--root", str(tmp_path)]) == 78


def test_the_schema_is_printed_for_editors(
    capsysbinary: pytest.CaptureFixture[bytes],
) -> None:
    assert main(["config", "schema"]) == 0
    assert json.loads(capsysbinary.readouterr().out)["properties"].keys() >= {"button"}


@click.command()
def failing() -> None:
    raise KeyError("two\nlines")


BROKEN = LazyGroup(
    name="broken",
    sections={
        "": {
            "fails": Entry(f"{__name__}:failing", "Fails."),
            "lacks": Entry("no_such_package.cli:lacks", "Needs what is not there."),
        }
    },
)


def test_a_fault_of_ours_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("CALLPOINT_DEBUG", raising=False)
    assert main(["fails"], BROKEN) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("callpoint: a fault of callpoint itself: KeyError: ")
    assert "please report it" in line


def test_a_fault_of_ours_has_its_traceback_for_one_who_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CALLPOINT_DEBUG", "1")
    with pytest.raises(KeyError):
        main(["fails"], BROKEN)


async def test_an_output_that_cannot_be_written_is_one_line(daemon: Daemon) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    async with daemon.process("status", stdout=full) as child:
        os.close(full)
        code, _, err = await finished(child)
    assert (code, err) == (1, "callpoint: [Errno 28] No space left on device\n")


def test_a_package_that_is_missing_is_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lacks"], BROKEN) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert first == "callpoint: the Python package no_such_package is missing"
    assert "pip install 'callpoint[simulator]'" in second


SLOW_TO_IMPORT = {"aiortc", "asyncio", "av", "gpiozero", "numpy", "pydantic", "rich"}


async def test_a_status_is_quick_because_it_imports_little(daemon: Daemon) -> None:
    told = "; print(*sys.modules, file=sys.stderr)"
    run = "import sys; from callpoint.cli import main; main(sys.argv[1:])"
    async with daemon.python("-c", run + told, "status") as child:
        code, _, err = await finished(child)
    assert code == 0
    assert "callpoint.cli.status" in err.split()
    assert not set(err.split()) & SLOW_TO_IMPORT


async def test_a_status_costs_less_than_150_ms(daemon: Daemon) -> None:
    costs_s = []
    for _ in range(3):
        before_s = children_s()
        async with daemon.process("status") as child:
            await finished(child)
        costs_s.append(children_s() - before_s)
    # The processor's time, and the best of three: the machine has other things to do.
    assert min(costs_s) < 0.15


def children_s() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
