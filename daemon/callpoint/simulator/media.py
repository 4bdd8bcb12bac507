"""The far end's mouth and ear: the two sound devices of a voice engine, in memory.

Both are clocked by CLOCK_MONOTONIC like a card, and used by one thread of the engine;
`say` and `hush` may come from any thread.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from callpoint.audio.frames import FRAME_BYTES, FRAME_S, FRAME_SAMPLES, SILENCE

_MAX_LAG_S: Final = 0.2
_FASTEST: Final = 0.75


class Mouth:
    """A microphone that hears what it is told to say, and silence otherwise.

    Its clock is `clock_ppm` quicker than ours. `uttered` gets every frame; `spoken` is
    told, on the engine's thread, that an utterance was said, from which sample to
    which, counted from the beginning.
    """

    name = "the simulator's mouth"
    xruns = 0

    def __init__(
        self,
        uttered: Callable[[bytes], None],
        spoken: Callable[[int, int], None],
        clock_ppm: float = 0.0,
    ) -> None:
        self._uttered = uttered
        self._spoken = spoken
        self._frame_s = FRAME_S / (1 + clock_ppm * 1e-6)
        self._changed = threading.Condition()
        self._due_s = time.monotonic()
        self._open = False
        self._speech = memoryview(b"")
        self._samples = 0
        self._started_samples = 0

    def say(self, pcm: bytes) -> None:
        """Say this (whole frames), from the next frame on; drops what is being said."""
        with self._changed:
            self._speech = memoryview(pcm)
            self._started_samples = -1

    def hush(self) -> None:
        """Be silent from the next frame on."""
        self.say(b"")

    def open(self) -> None:
        """Somebody listens from now on: the next frame is due at once."""
        with self._changed:
            self._open = True
            self._due_s = time.monotonic()
            self._changed.notify()

    def read(self) -> bytes:
        with self._changed:
            while (wait_s := self._due_s - time.monotonic()) > 0:
                self._changed.wait(wait_s)
            if wait_s < -_MAX_LAG_S:
                self._due_s -= wait_s
            self._due_s += self._frame_s
            frame, said_all = self._next()
        self._uttered(frame)
        if said_all:
            self._spoken(self._started_samples, self._samples)
        return frame

    def _next(self) -> tuple[bytes, bool]:
        speaking = self._open and len(self._speech) > 0
        if speaking and self._started_samples < 0:
            self._started_samples = self._samples
        self._samples += FRAME_SAMPLES
        if not speaking:
            return SILENCE, False
        frame = bytes(self._speech[:FRAME_BYTES])
        self._speech = self._speech[FRAME_BYTES:]
        return frame, not self._speech

    def stop(self) -> None:
        """Nothing is held back; a call has one mouth of its own."""

    def is_there(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is held."""


class Ear:
    """A speaker that hands on what it plays.

    When its thread was held up it plays a third faster until it is in time again:
    at once it would run ahead of packets that were held up with it.
    """

    name = "the simulator's ear"
    xruns = 0

    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard
        self._due_s: float | None = None

    def write(self, pcm: bytes) -> None:
        self._heard(pcm)
        duration_s = len(pcm) / FRAME_BYTES * FRAME_S
        now_s = time.monotonic()
        self._due_s = (now_s if self._due_s is None else self._due_s) + duration_s
        time.sleep(max(self._due_s - now_s, duration_s * _FASTEST))

    def delay_s(self) -> float:
        return max(0.0, self._due_s - time.monotonic()) if self._due_s else 0.0

    def stop(self) -> None:
        self._due_s = None

    def is_there(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing is held."""
