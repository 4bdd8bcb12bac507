"""callpoint's programs as real processes: the daemon, and the simulator."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, TypeVar

from callpoint.control.client import request, stream
from callpoint.errors import ControlError

SOON_S = 10.0
Event = dict[str, Any]


class Journal:
    """Events as they come, to be waited for."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._changed = threading.Condition()

    def add(self, event: Event) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def wait(
        self, after: int = 0, timeout_s: float = SOON_S, **fields: object
    ) -> Event:
        """The first event from number `after` on that has these fields."""
        until_s = time.monotonic() + timeout_s
        with self._changed:
            while True:
                for event in self.events[after:]:
                    if all(event.get(k) == v for k, v in fields.items()):
                        return event
                if not self._changed.wait(until_s - time.monotonic()):
                    told = "\n".join(map(str, self.events[after:]))
                    raise AssertionError(f"no event with {fields} in:\n{told}")

    def none(self, **fields: object) -> bool:
        return not any(
            all(event.get(k) == v for k, v in fields.items()) for event in self.events
        )


class Program:
    """A running `callpoint ARGUMENTS`; its standard error goes to a file.

    `under` are the words of a command that runs it.
    """

    def __init__(
        self,
        log: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        under: Sequence[str] = (),
    ) -> None:
        self._log = log
        self.started_s = time.monotonic()
        with log.open("wb") as stderr:
            self.process = subprocess.Popen(
                [*under, sys.executable, "-m", "callpoint", *arguments],
                env={**os.environ, **(environment or {})},
                stdout=subprocess.PIPE,
                stderr=stderr,
            )

    @property
    def log(self) -> str:
        return self._log.read_text()

    def stop(self) -> int:
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(SOON_S)

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(SOON_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()


class FarEnd(Program, Journal):
    """The simulator."""

    def __init__(
        self, folder: Path, *arguments: str, under: Sequence[str] = ()
    ) -> None:
        Journal.__init__(self)
        self.recordings = folder / "recordings"
        Program.__init__(
            self,
            folder / "simulator.log",
            *("simulator", "--record", str(self.recordings), *arguments),
            under=under,
        )
        assert self.process.stdout is not None
        threading.Thread(
            target=self._read, args=(self.process.stdout,), daemon=True
        ).start()
        self.url = str(self.wait(event="listening")["url"])

    def _read(self, lines: IO[bytes]) -> None:
        for line in lines:
            self.add(json.loads(line))


class Daemon(Program, Journal):
    """The daemon; its event stream is followed from the moment it can be."""

    def __init__(
        self,
        folder: Path,
        toml: str,
        environment: Mapping[str, str] | None = None,
        options: Sequence[str] = (),
        under: Sequence[str] = (),
    ) -> None:
        """With `options` it reads what they say, and not `toml` from a file alone."""
        Journal.__init__(self)
        self.socket = folder / "control.sock"
        config = folder / "callpoint.toml"
        config.write_text(toml)
        Program.__init__(
            self,
            folder / "daemon.log",
            *("run", *(options or ("--config", str(config)))),
            *("--socket", str(self.socket)),
            environment=environment,
            under=under,
        )

    def follow(self) -> "Daemon":
        """Wait for the control socket, and read the stream from now on."""
        wait_until(lambda: self._listens() or self.process.poll() is not None)
        assert self.process.poll() is None, self.log
        events = stream(self.socket)
        self.add(next(events))
        threading.Thread(target=self._read, args=(events,), daemon=True).start()
        return self

    def ready(self) -> "Daemon":
        """Wait until a press will be answered by a call."""
        self.follow()
        wait_until(lambda: self.status()["link"] == "ready")
        return self

    def command(self, name: str, **arguments: object) -> Event:
        return request(self.socket, {"command": name, **arguments})

    def status(self) -> Event:
        return self.command("status")

    def press(self) -> None:
        self.command("press", stay=True)

    def release(self) -> None:
        self.command("release")

    def _listens(self) -> bool:
        try:
            self.status()
        except ControlError:
            return False
        return True

    def _read(self, events: Iterator[Event]) -> None:
        try:
            for event in events:
                self.add(event)
        except ControlError as error:
            self.add({"event": "stream ended", "error": str(error)})


def wait_until(is_so: Callable[[], object], timeout_s: float = SOON_S) -> None:
    until_s = time.monotonic() + timeout_s
    while not is_so():
        assert time.monotonic() < until_s, "it did not come to be in time"
        time.sleep(0.005)


def configuration(url: str, ice_servers: str = "[]", **tables: str) -> str:
    """A daemon's TOML: mock pins, silent devices; `tables` add lines to each table."""
    lines = {
        "assistant": 'target_id = "assistant-test"',
        "server": f'signaling_server = "{url}"\nwebrtc_ice_servers = {ice_servers}',
        "button": 'pin = 17\npin_factory = "mock"',
        "led": "pin = 27",
        "audio": 'capture = "silence"\nplayout = "silence"',
        "call": "",
        "log": "",
    }
    for name, added in tables.items():
        lines[name] = added if name == "audio" else f"{lines[name]}\n{added}"
    return "\n".join(f"[{name}]\n{text}\n" for name, text in lines.items())


P = TypeVar("P", bound=Program)


@contextmanager
def ended(program: P) -> Iterator[P]:
    """Runs a block with a program, and ends it whatever happens."""
    try:
        yield program
    finally:
        program.end()
