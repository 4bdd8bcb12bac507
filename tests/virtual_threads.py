"""One virtual clock for an event loop and the threads beside it: an hour in seconds.

For threads that read `time.monotonic` and wait by `threading.Event`. The clock stands
while any of them is at work, and jumps to whatever is due next when all of them wait.
"""

import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from math import inf
from typing import Any, TypeVar

import pytest

from tests.virtual_time import VirtualTimeLoop, in_virtual_time

T = TypeVar("T")
_real_s = time.monotonic
_WORKS_AT_MOST_S = 60.0
"""A thread that works longer hangs, and the test says so."""


class SharedClock:
    """What `time.monotonic` tells; `stuck` are names of threads not waited for."""

    def __init__(self, stuck: frozenset[str] = frozenset()) -> None:
        self.now_s = 1000.0
        self.changed = threading.Condition()
        self.waiting: dict[threading.Thread, float] = {}
        """Until when each thread waits."""
        self._stuck = stuck
        self._others = set(threading.enumerate())
        """They were there before, and live in real time."""
        self._rested_s = _real_s()

    def rests(self) -> bool:
        """Whether all threads wait; else waits for them, but only a moment."""
        with self.changed:
            if not (working := self._working()):
                self._rested_s = _real_s()
                return True
            if _real_s() - self._rested_s > _WORKS_AT_MOST_S:
                raise RuntimeError(f"never waits: {', '.join(working)}")
            self.changed.wait(0.001)
            return not self._working()

    def jump(self, loop_due_s: float) -> None:
        """Let time pass until the first of all is due."""
        with self.changed:
            now_s = min([loop_due_s, *self.waiting.values()])
            if now_s == inf:
                raise RuntimeError("everybody waits, and nothing is due")
            self.now_s = now_s
            for thread in [
                each for each, at_s in self.waiting.items() if at_s <= now_s
            ]:
                del self.waiting[thread]
            self.changed.notify_all()

    def _working(self) -> list[str]:
        """Without the pool of `asyncio.to_thread`, whose threads wait unseen."""
        ours = set(threading.enumerate()) - self._others - set(self.waiting)
        names = {thread.name for thread in ours} - self._stuck
        return [name for name in names if not name.startswith("asyncio_")]


class SharedEvent:
    """`threading.Event` by a shared clock."""

    def __init__(self, clock: SharedClock) -> None:
        self._clock = clock
        self._is_set = False
        self._waiting: set[threading.Thread] = set()

    def is_set(self) -> bool:
        return self._is_set

    def set(self) -> None:
        with self._clock.changed:
            self._is_set = True
            # At work from here on, even if it takes a while until it runs.
            for thread in self._waiting:
                self._clock.waiting.pop(thread, None)
            self._clock.changed.notify_all()

    def clear(self) -> None:
        with self._clock.changed:
            self._is_set = False

    def wait(self, timeout: float | None = None) -> bool:
        clock, me = self._clock, threading.current_thread()
        with clock.changed:
            if self._is_set:
                return True
            clock.waiting[me] = inf if timeout is None else clock.now_s + timeout
            self._waiting.add(me)
            clock.changed.notify_all()
            clock.changed.wait_for(lambda: me not in clock.waiting)
            self._waiting.remove(me)
            return self._is_set


class SharedTimeLoop(VirtualTimeLoop):
    """An event loop whose time is that of the threads."""

    def __init__(self, clock: SharedClock) -> None:
        self._clock = clock
        super().__init__()

    def time(self) -> float:
        return self._clock.now_s

    def others_rest(self) -> bool:
        return self._clock.rests()

    def jump(self, seconds: float | None) -> None:
        self._clock.jump(inf if seconds is None else self.time() + seconds)


@contextmanager
def shared_time(*stuck: str) -> Iterator[Callable[[Coroutine[Any, Any, T]], T]]:
    """Gives what runs a coroutine, and the threads that it starts, to its end at once.

    Not waited for are threads of these names: they are to hang.
    """
    clock = SharedClock(frozenset(stuck))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(time, "monotonic", lambda: clock.now_s)
        patched.setattr(threading, "Event", lambda: SharedEvent(clock))
        yield lambda work: in_virtual_time(work, lambda: SharedTimeLoop(clock))
