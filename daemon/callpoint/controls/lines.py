"""The lines of the kernel's GPIO chips, by libgpiod's own binding.

Edges come from the line's descriptor, each with the kernel's time: a thread waits for
them in poll(2), and sleeps while nothing happens. The kernel's debouncing stays off:
it would hold back every press.
"""

import errno
import logging
import os
import select
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from glob import glob
from threading import Lock, Thread
from typing import Final, Literal

import gpiod
from gpiod.line import Bias, Direction, Edge, Value

from callpoint.controls import faults
from callpoint.controls.chips import Chip, chosen

Pull = Literal["up", "down", "floating"]
Edges = Literal["none", "both", "rising", "falling"]
OnEdge = Callable[[float, bool], None]
"""The edge's time (CLOCK_MONOTONIC, in seconds), and whether the line is high since."""

_BIAS: Final = {
    "up": Bias.PULL_UP,
    "down": Bias.PULL_DOWN,
    "floating": Bias.DISABLED,
}
_EDGE: Final = {
    "none": Edge.NONE,
    "both": Edge.BOTH,
    "rising": Edge.RISING,
    "falling": Edge.FALLING,
}
_HEADER_PINS: Final = range(2, 28)
"""0 and 1 belong to the memory by which a HAT is told."""

# A contact bounces tens of times before a busy machine looks: the kernel keeps 16.
_KEPT_EDGES: Final = 64

log = logging.getLogger(__name__)


class Line:
    """One line that is ours. Its methods may be called on any thread."""

    def __init__(self, name: str, offset: int, request: gpiod.LineRequest) -> None:
        self._name = name
        self._offset = offset
        self._request = request
        # Of libgpiod's objects nobody else may be in one at the same time.
        self._lock = Lock()
        self._watch: Thread | None = None
        self._wake: int | None = None

    def listen(self, pull: Pull, edges: Edges) -> None:
        """Be an input. Raises OSError when the chip cannot do it."""
        self._configure(
            gpiod.LineSettings(
                direction=Direction.INPUT, bias=_BIAS[pull], edge_detection=_EDGE[edges]
            )
        )

    def drive(self, high: bool) -> None:
        """Be an output at this level, from the first moment on."""
        self._configure(
            gpiod.LineSettings(direction=Direction.OUTPUT, output_value=Value(high))
        )

    def read(self) -> bool:
        """Whether the line is high now."""
        with self._lock:
            return bool(self._request.get_value(self._offset))

    def write(self, high: bool) -> None:
        with self._lock:
            self._request.set_value(self._offset, Value(high))

    def watch(self, on_edge: OnEdge) -> None:
        """Tell every edge from now on, on a thread of the line's own."""
        self._wake = os.eventfd(0, os.EFD_CLOEXEC)
        self._watch = Thread(
            target=self._listen,
            args=(self._request.fd, self._wake, on_edge),
            name=self._name,
            daemon=True,
        )
        self._watch.start()

    def unwatch(self) -> None:
        """Tell nothing any more: no edge is under way when this returns."""
        if self._watch is None or self._wake is None:
            return
        os.eventfd_write(self._wake, 1)
        self._watch.join()
        os.close(self._wake)
        self._watch = self._wake = None

    def close(self) -> None:
        """Give the line back to the kernel."""
        self.unwatch()
        with self._lock:
            self._request.release()

    def _configure(self, settings: gpiod.LineSettings) -> None:
        with self._lock:
            self._request.reconfigure_lines({self._offset: settings})

    def _listen(self, edges: int, wake: int, on_edge: OnEdge) -> None:
        poll = select.poll()
        poll.register(edges, select.POLLIN)
        poll.register(wake, select.POLLIN)
        while True:
            ready = dict(poll.poll())
            if wake in ready:
                return
            # Without POLLIN, there is nothing more to come.
            events = self._events() if ready[edges] & select.POLLIN else []
            if not events:
                log.error("%s: its GPIO chip is gone; restart callpoint", self._name)
                return
            for event in events:
                rising = event.event_type is event.Type.RISING_EDGE
                on_edge(event.timestamp_ns / 1e9, rising)

    def _events(self) -> list[gpiod.EdgeEvent]:
        with self._lock, suppress(OSError):
            return self._request.read_edge_events()
        return []


class Lines:
    """The lines of this machine. `paths` and `open_chip` are those of the kernel."""

    def __init__(
        self,
        device: str,
        owners: Callable[[], dict[int, str]],
        paths: Callable[[], Sequence[str]] = lambda: sorted(glob("/dev/gpiochip*")),
        open_chip: Callable[[str], gpiod.Chip] = gpiod.Chip,
    ) -> None:
        self._device = device
        self._owners = owners
        self._paths = paths
        self._open_chip = open_chip

    def line(self, pin: int) -> Line:
        """The line of a pin (a BCM number), as an input.

        Raises DeviceError when the pin cannot be had, with the reason.
        """
        chip = self._chip(pin)
        with self._open_chip(chip.path) as opened:
            owners = self._owners()
            if pin in owners:
                free = self._free(opened, owners)
                raise faults.owned(self._device, owners[pin], free)
            try:
                request = opened.request_lines(
                    {pin: gpiod.LineSettings(direction=Direction.INPUT)},
                    consumer=f"callpoint {self._device}",
                    event_buffer_size=_KEPT_EDGES,
                )
            except OSError as error:
                if error.errno != errno.EBUSY:
                    raise
                consumer = opened.get_line_info(pin).consumer
                free = self._free(opened, owners)
                raise faults.busy(self._device, consumer, free) from None
        return Line(self._device, pin, request)

    def _chip(self, pin: int) -> Chip:
        paths = self._paths()
        refused: list[str] = []
        chips = list(self._chips(paths, refused))
        if refused or not chips:
            raise faults.no_chip(self._device, paths, refused)
        return chosen(self._device, pin, chips)

    def _chips(self, paths: Sequence[str], refused: list[str]) -> Iterator[Chip]:
        for path in paths:
            # Raspberry Pi OS keeps the Pi 5's old number as a link to the new one.
            if os.path.islink(path):
                continue
            try:
                with self._open_chip(path) as chip:
                    info = chip.get_info()
            except PermissionError:
                refused.append(path)
            except OSError as error:
                log.debug("%s: %s", path, error)
            else:
                yield Chip(path, info.label, info.num_lines)

    def _free(self, chip: gpiod.Chip, owners: dict[int, str]) -> list[int]:
        """The pins of the header that nobody uses."""
        free = []
        for pin in _HEADER_PINS:
            with suppress(OSError, ValueError):
                if pin not in owners and not chip.get_line_info(pin).used:
                    free.append(pin)
        return free
