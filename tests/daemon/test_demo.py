"""`callpoint demo` as people run it: real processes, real media, real speech."""

import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.daemon.stillness import watched

DEMO = (sys.executable, "-m", "callpoint", "demo")
DEADLINE_S = 30.0


class Demo:
    """A running `callpoint demo --script`, whose temporary folder is in `temporary`."""

    def __init__(self, output: Path, temporary: Path) -> None:
        self.output = output
        self.temporary = temporary
        self.running = subprocess.Popen(
            [*DEMO, "--script", "--output", str(self.output)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "TMPDIR": str(self.temporary)},
        )

    def read_until(self, words: str) -> None:
        assert self.running.stdout is not None
        for line in self.running.stdout:
            if words in line:
                return
        pytest.fail(f'the demo ended before it said "{words}": {self.errors()}')

    def errors(self) -> str:
        assert self.running.stderr is not None
        return self.running.stderr.read()

    def actor(self, command: str) -> int:
        """The process that runs `callpoint COMMAND`."""
        (pid,) = (pid for pid in children(self.running.pid) if runs(pid, command))
        return pid


def children(pid: int) -> list[int]:
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in pids]


def runs(pid: int, command: str) -> bool:
    return command in Path(f"/proc/{pid}/cmdline").read_text().split("\0")


def eventually(fits: Callable[[], bool]) -> bool:
    """Whether it comes true within 5 s."""
    deadline_s = time.monotonic() + 5
    while not fits():
        if time.monotonic() > deadline_s:
            return False
        time.sleep(0.02)
    return True


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().split(")")[1].split()[0] == "Z"
    except OSError:
        return True


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo whose call has just come up."""
    # Not in tmp_path, which is too long for the path of a socket.
    with TemporaryDirectory(prefix="demo-") as temporary:
        started = Demo(tmp_path / "output", Path(temporary))
        try:
            started.read_until("call       active")
            yield started
        finally:
            started.running.kill()
            started.running.communicate()


@pytest.mark.alone
def test_the_script_is_a_whole_conversation(tmp_path: Path) -> None:
    """Held again, twice at most, if the machine itself stood still meanwhile."""
    for attempt in range(3):
        output = tmp_path / f"output{attempt}"
        with watched() as watch:
            done = subprocess.run(
                [*DEMO, "--script", "--output", str(output)],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
        if not watch.stood_still:
            break
    told = done.stdout
    assert done.returncode == 0, told + done.stderr
    assert done.stderr == ""
    assert "\x1b" not in told
    assert "recognised:           “front left”, “side right”, “rear center”" in told
    assert "the assistant hung up (NORMAL_CLEARING)" in told
    assert "WRONG" not in told
    correlations = [float(one) for one in re.findall(r"correlation (\d\.\d+)", told)]
    assert len(correlations) == 2
    assert min(correlations) >= 0.90
    written = re.findall(r"written: (.+)", told)
    assert [Path(path).name for path in written] == [
        "assistant-heard.wav",
        "speaker-played.wav",
        "index.html",
    ]
    assert all(Path(path).stat().st_size > 100_000 for path in written)
    page = Path(written[-1]).read_text(encoding="utf-8")
    assert "Each side heard what the other one said." in page
    assert page.count("data:audio/wav;base64,") == 2


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)]
)
def test_a_demo_that_is_stopped_leaves_nothing_behind(
    demo: Demo, number: signal.Signals, code: int
) -> None:
    actors = demo.actor("run"), demo.actor("simulator")
    demo.running.send_signal(number)
    _, errors = demo.running.communicate(timeout=DEADLINE_S)
    assert (demo.running.returncode, errors.strip()) == (code, "")
    assert all(is_gone(pid) for pid in actors)
    assert list(demo.temporary.iterdir()) == []
    assert not demo.output.exists()


def test_a_demo_that_is_killed_takes_its_programs_along(demo: Demo) -> None:
    actors = demo.actor("run"), demo.actor("simulator")
    demo.running.kill()
    assert eventually(lambda: all(is_gone(pid) for pid in actors))


@pytest.mark.parametrize(
    ("command", "name"), [("run", "daemon"), ("simulator", "simulator")]
)
def test_a_program_that_dies_is_told_with_its_last_words(
    demo: Demo, command: str, name: str
) -> None:
    os.kill(demo.actor(command), signal.SIGKILL)
    _, errors = demo.running.communicate(timeout=DEADLINE_S)
    assert demo.running.returncode == 1
    assert f"the {name} ended in the middle of the demo (signal 9)" in errors
    assert "Traceback" not in errors


def test_a_folder_that_cannot_be_made_is_told_before_the_conversation(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    done = subprocess.run(
        [*DEMO, "--script", "--output", str(tmp_path / "file" / "output")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert "cannot be written" in done.stderr
    assert "--output" in done.stderr


class Terminal:
    """A terminal with `callpoint demo` in it."""

    def __init__(self, output: Path) -> None:
        self._master, slave = pty.openpty()
        self.shown = ""
        self._read = 0
        self.running = subprocess.Popen(
            [*DEMO, "--synthetic", "--output", str(output)],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "100"},
        )
        os.close(slave)

    def type(self, key: str) -> None:
        os.write(self._master, key.encode())

    def wait_for(self, words: str) -> None:
        """Read on until the terminal shows `words`, after those of the last time."""
        deadline_s = time.monotonic() + DEADLINE_S
        while words not in self.shown[self._read :]:
            left_s = max(0.0, deadline_s - time.monotonic())
            ready, _, _ = select.select([self._master], [], [], left_s)
            try:
                shown = os.read(self._master, 65536) if ready else b""
            except OSError:  # Linux says so when the program has ended.
                shown = b""
            if not shown:
                pytest.fail(f'the terminal never showed "{words}": {self.shown}')
            self.shown += shown.decode(errors="replace")
        self._read = self.shown.index(words, self._read) + len(words)

    def close(self) -> None:
        self.running.kill()
        self.running.wait()
        os.close(self._master)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(tmp_path / "output")
    try:
        yield opened
    finally:
        opened.close()


def test_in_a_terminal_the_space_bar_is_the_button(
    terminal: Terminal, tmp_path: Path
) -> None:
    terminal.wait_for("ready: press to call")
    terminal.type(" ")
    terminal.wait_for("the assistant hears you")
    terminal.wait_for("Hello")
    terminal.type(" ")
    terminal.wait_for("in a call, microphone closed")
    terminal.type("q")
    terminal.wait_for("the device hung up")
    terminal.wait_for("index.html")
    assert terminal.running.wait(DEADLINE_S) == 0, terminal.shown[-2000:]
    assert (tmp_path / "output" / "index.html").exists()
