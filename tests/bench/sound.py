"""Ears at the bench's sound server, and the times of what they heard."""

import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Event, Thread
from typing import IO

import numpy as np

from tests.bench.listen import RATE_HZ, Timed

FRAGMENT_MS = 5
START_LIMIT_S = 10.0


class Ear:
    """A recorder at one of the server's sources.

    Its pieces come up to a fragment late and never early, so that the earliest one
    tells the time of them all: the server's clock is this machine's.
    """

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length_bytes = 0
        self._began_s = float("inf")
        self.hears = Event()

    def listen(self, source: IO[bytes]) -> None:
        """Take in what the recorder writes until it ends."""
        while piece := os.read(source.fileno(), 65536):
            at_s = time.monotonic()
            self._pieces.append(piece)
            self._length_bytes += len(piece)
            self._began_s = min(self._began_s, at_s - self._length_bytes / 2 / RATE_HZ)
            self.hears.set()

    def heard(self) -> Timed:
        pcm = b"".join(self._pieces)
        whole = np.frombuffer(pcm[: len(pcm) & ~1], np.int16)
        return Timed(whole, self._began_s)


@contextmanager
def listening(environment: Mapping[str, str], source: str) -> Iterator[Ear]:
    """Listens at a source, such as `speaker.monitor`, until the end of the block."""
    command = [
        *("parec", f"--device={source}", f"--latency-msec={FRAGMENT_MS}", "--raw"),
        *("--format=s16le", f"--rate={RATE_HZ}", "--channels=1"),
    ]
    ear = Ear()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as recorder:
        assert recorder.stdout is not None
        thread = Thread(target=ear.listen, args=(recorder.stdout,), daemon=True)
        thread.start()
        try:
            if not ear.hears.wait(START_LIMIT_S):
                raise TimeoutError(f"nothing was recorded from {source}")
            yield ear
        finally:
            recorder.terminate()
            thread.join()
