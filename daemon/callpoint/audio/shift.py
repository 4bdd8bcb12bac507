"""The thread of one sound device: it rests between calls, and works when it is woken.

While the device is missing it looks for it every other second, unless it works.
"""

import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from callpoint.audio.repair import Device, Repair
from callpoint.system.turning import ENDED, LONGEST_TURN_S, Turn

D = TypeVar("D", bound=Device)

_LOOK_FOR_DEVICE_S: Final = 2.0


class Shift(Generic[D]):
    """`work` is called whenever `wake` was, and returns when nothing is left to do.

    `part` is what the device is, such as "microphone", and `waits_for` what the thread
    waits for at rest.
    """

    def __init__(
        self,
        name: str,
        part: str,
        waits_for: str,
        device: Repair[D],
        work: Callable[[], None],
    ) -> None:
        self.is_closing = False
        self._opening = f"opening the {part}"
        self._resting = Turn(f"waiting for {waits_for}")
        self._device = device
        self._work = work
        self._woken = threading.Event()
        self._turn = Turn("not started")
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def turn(self) -> Turn:
        """What the thread does."""
        return self._turn if self._thread.is_alive() or self.is_closing else ENDED

    def start(self) -> None:
        """Start the thread; the device is opened, and not running."""
        self._thread.start()

    def wake(self) -> None:
        """There is work; from any thread."""
        self._woken.set()

    def look(self) -> None:
        """Cards came or went: see to the device, after the work if there is some."""
        self._device.hurry()
        self._woken.set()

    def begin_turn(self, doing: str) -> None:
        """Say what comes next, on this thread; it may take `LONGEST_TURN_S`."""
        self._turn = Turn(doing, time.monotonic() + LONGEST_TURN_S)

    def close(self) -> None:
        """End the thread, whose `work` returns when `is_closing`; close the device."""
        self.is_closing = True
        self._woken.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self.is_closing:
            self.begin_turn(self._opening)
            self._device.rest()
            self._turn = self._resting
            self._woken.wait(_LOOK_FOR_DEVICE_S if self._device.fault else None)
            self._woken.clear()
            self._work()
        self._device.close()
