"""Whether the machine itself stood still: what is measured then is not the daemon."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOOK_EVERY_S = 0.005
STILL_S = 0.03
"""More than the buffer of a sound card holds."""


class Watch:
    """Looks at the clock all the time; `longest_s` is the longest that it could not."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self._stop = threading.Event()

    @property
    def stood_still(self) -> bool:
        return self.longest_s > STILL_S

    def run(self) -> None:
        last_s = time.monotonic()
        while not self._stop.wait(LOOK_EVERY_S):
            now_s = time.monotonic()
            self.longest_s = max(self.longest_s, now_s - last_s)
            last_s = now_s

    def stop(self) -> None:
        self._stop.set()


@contextmanager
def watched() -> Iterator[Watch]:
    watch = Watch()
    thread = threading.Thread(target=watch.run, daemon=True)
    thread.start()
    try:
        yield watch
    finally:
        watch.stop()
        thread.join()
