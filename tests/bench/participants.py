"""The programs of `peers` as the bench runs them: told what to do, and heard."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Thread
from typing import IO

from tests.daemon.programs import Event, Journal
from tests.sound_server import SoundServer

START_LIMIT_S = 40.0
END_LIMIT_S = 20.0


class Participant(Journal):
    """A running peer, logged in."""

    def __init__(
        self, name: str, url: str, server: SoundServer, variables: Mapping[str, str]
    ) -> None:
        super().__init__()
        self.name = name
        self._seen = 0
        self._program = subprocess.Popen(
            [
                *(sys.executable, "-m", f"tests.bench.peers.{name}", "--url", url),
                *("--microphone", server.microphone, "--speaker", server.speaker),
            ],
            env={**server.environment, **variables},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._program.stdout is not None
        Thread(target=self._read, args=(self._program.stdout,), daemon=True).start()

    def _read(self, lines: IO[bytes]) -> None:
        for line in lines:
            self.add(json.loads(line))

    @property
    def pid(self) -> int:
        """The root of the tree whose cost counts."""
        return int(self.told("ready", START_LIMIT_S)["pid"])

    def told(self, event: str, limit_s: float = END_LIMIT_S) -> Event:
        """An event of this call, or of the time before it."""
        seen = 0 if event == "ready" else self._seen
        return self.wait(seen, limit_s, event=event)

    def press(self) -> float:
        """Place a call; when that was."""
        self._seen = len(self.events)
        return self._order("press")

    def hang_up(self) -> None:
        self._order("hangup")
        self.told("ended")

    def _order(self, command: str) -> float:
        assert self._program.stdin is not None
        at_s = time.monotonic()
        self._program.stdin.write(f"{command}\n".encode())
        self._program.stdin.flush()
        return at_s

    def end(self) -> None:
        try:
            self._order("quit")
            self._program.wait(END_LIMIT_S)
        except (OSError, subprocess.TimeoutExpired):
            self._program.kill()
            self._program.wait()


@contextmanager
def participating(
    name: str, url: str, server: SoundServer, variables: Mapping[str, str] | None = None
) -> Iterator[Participant]:
    """A peer from its login until the end of the block."""
    peer = Participant(name, url, server, variables or {})
    try:
        peer.told("ready", START_LIMIT_S)
        yield peer
    finally:
        peer.end()
