"""`callpoint simulator` as a process."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from callpoint.simulator.presets import PRESETS
from tests.integration.callers import in_call


@contextmanager
def command(*arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The command, which is killed if it outlives the block."""
    child = subprocess.Popen(
        [sys.executable, "-m", "callpoint", "simulator", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with child:
        try:
            yield child
        finally:
            child.kill()


def told(child: "subprocess.Popen[str]") -> dict[str, Any]:
    assert child.stdout is not None
    event: dict[str, Any] = json.loads(child.stdout.readline())
    return event


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_its_url_first_and_ends_cleanly_at_a_signal(number: int) -> None:
    with command() as child:
        listening = told(child)
        assert listening["event"] == "listening"
        assert listening["url"].startswith("ws://127.0.0.1:")
        child.send_signal(number)
        out, err = child.communicate(timeout=5)
        assert (child.returncode, out, err) == (0, "", "")


async def test_stopped_in_a_call_it_leaves_a_finished_recording(tmp_path: Path) -> None:
    with command("--record", str(tmp_path / "calls")) as child:
        url = told(child)["url"]
        async with in_call(url) as (caller, phone):
            await phone.hear(packets=10)
            before_s = time.monotonic()
            child.terminate()
            assert (await caller.method("bye"))["cause"] == "NORMAL_CLEARING"
            await caller.connection.wait_closed()
        out, err = child.communicate(timeout=5)
        assert time.monotonic() - before_s < 2
        assert (child.returncode, err) == (0, "")
    events = [json.loads(line)["event"] for line in out.splitlines()]
    assert events[:4] == ["connected", "login", "logged_in", "poll"]
    assert events[-2:] == ["recorded", "disconnected"]
    files = {path.suffix for path in (tmp_path / "calls").iterdir()}
    assert files == {".wav", ".json", ".jsonl"}


def test_a_reader_that_goes_away_ends_it() -> None:
    with command("--scenario", "ping-every:0.01") as child:
        url = told(child)["url"]
        assert child.stdout is not None
        child.stdout.close()
        # The next event, of a socket that opens, finds nobody who reads.
        with connect(url):
            pass
        assert child.wait(timeout=5) == 0
        assert child.stderr is not None
        assert child.stderr.read() == ""


@pytest.mark.parametrize(
    ("arguments", "code", "sentences"),
    [
        (
            ["--scenario", "never-answer"],
            1,
            ['scenario "never-answer" is not known', 'did you mean "never-answers"?'],
        ),
        (["--scenario", "bye-after"], 1, ["needs an argument", "bye-after:SECONDS"]),
        (["--port", "99999"], 64, ["--port"]),
        (["--host", "192.0.2.1"], 1, ["cannot listen on 192.0.2.1:0", "--host"]),
        (["--record", "/proc/calls"], 1, ["/proc/calls", "--record"]),
        (["--known-speech", "/nowhere"], 64, ["/nowhere"]),
    ],
)
def test_what_cannot_be_is_told_in_a_line_or_two(
    arguments: list[str], code: int, sentences: list[str]
) -> None:
    with command(*arguments) as child:
        out, err = child.communicate(timeout=10)
    assert (child.returncode, out) == (code, "")
    assert all(sentence in err for sentence in sentences)
    assert "Traceback" not in err


def test_a_missing_numpy_is_told_with_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "numpy.py").write_text("raise ModuleNotFoundError(name='numpy')")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    child = subprocess.run(
        [sys.executable, "-m", "callpoint", "simulator"],
        env=os.environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 1
    assert "numpy" in child.stderr
    assert "pip install callpoint[simulator]" in child.stderr


def test_it_lists_its_scenarios() -> None:
    with command("--scenarios") as child:
        out, _ = child.communicate(timeout=10)
    assert child.returncode == 0
    words = out.split()
    missing = [n for n, preset in PRESETS.items() if preset.usage(n) not in words]
    assert missing == []
