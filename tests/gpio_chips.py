"""A GPIO chip without hardware, as libgpiod's Python binding shows one.

It stands where `gpiod.Chip` does, and behaves as the kernel's gpio-sim: a line that is
pulled is a finger on the button. Descriptors are real, so that waiting for them is.
"""

import errno
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import gpiod
from gpiod.line import Bias, Direction, Edge, Value

from callpoint.controls.kernel_pins import KernelFactory
from callpoint.controls.lines import Lines
from callpoint.controls.pins import PinFactoryName


@dataclass
class SimulatedLine:
    """What the kernel knows of a line."""

    high: bool = False
    consumer: str = ""
    used: bool = False
    settings: gpiod.LineSettings = field(default_factory=gpiod.LineSettings)
    events: list[Any] = field(default_factory=list)
    told: int | None = None
    """The end of the pipe that wakes who waits for an event."""


class SimulatedChip:
    """A chip in /dev; `chip.open` stands where `gpiod.Chip` does."""

    def __init__(
        self,
        label: str = "pinctrl-bcm2711",
        lines: int = 58,
        path: str = "/dev/gpiochip0",
    ) -> None:
        self.path = path
        self.label = label
        self.lines = [SimulatedLine() for _ in range(lines)]
        self.held: dict[int, bool] = {}
        """Levels that are stronger than any resistor: a finger that stays."""
        self.opened = 0

    def pull(self, offset: int, high: bool) -> None:
        """Move an input from outside."""
        line = self.lines[offset]
        if line.settings.direction is not Direction.OUTPUT:
            self._become(line, high)

    def level(self, offset: int) -> bool:
        return self.lines[offset].high

    def take(self, offset: int, consumer: str) -> None:
        """Let somebody else have a line."""
        self.lines[offset].used, self.lines[offset].consumer = True, consumer

    def vanish(self) -> None:
        """Pull the chip out."""
        for line in self.lines:
            if line.told is not None:
                os.close(line.told)
                line.told = None

    def factory(self, device: str, _name: PinFactoryName) -> KernelFactory:
        """Pins of this chip, as `open_factory` gives those of the kernel."""
        return KernelFactory(Lines(device, dict, lambda: [self.path], self.open))

    def open(self, path: str) -> Any:
        assert path == self.path
        self.opened += 1
        return self

    def __enter__(self) -> "SimulatedChip":
        return self

    def __exit__(self, *_: object) -> None:
        self.opened -= 1

    def get_info(self) -> SimpleNamespace:
        return SimpleNamespace(label=self.label, num_lines=len(self.lines))

    def get_line_info(self, offset: int) -> SimulatedLine:
        return self.lines[offset]

    def request_lines(
        self,
        config: Mapping[int, gpiod.LineSettings],
        consumer: str,
        event_buffer_size: int,
    ) -> "SimulatedRequest":
        ((offset, settings),) = config.items()
        if self.lines[offset].used:
            raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))
        self.take(offset, consumer[:31])
        return SimulatedRequest(self, offset, settings)

    def configure(self, offset: int, settings: gpiod.LineSettings) -> None:
        line = self.lines[offset]
        line.settings = settings
        if settings.direction is Direction.OUTPUT:
            self._become(line, bool(settings.output_value))
        elif settings.bias in (Bias.PULL_UP, Bias.PULL_DOWN):
            pulled_up = settings.bias is Bias.PULL_UP
            self._become(line, self.held.get(offset, pulled_up))

    def _become(self, line: SimulatedLine, high: bool) -> None:
        if high == line.high:
            return
        line.high = high
        wanted = {
            Edge.NONE: (),
            Edge.BOTH: (False, True),
            Edge.RISING: (True,),
            Edge.FALLING: (False,),
        }[line.settings.edge_detection]
        if high in wanted and line.told is not None:
            kinds = gpiod.EdgeEvent.Type
            kind = kinds.RISING_EDGE if high else kinds.FALLING_EDGE
            now_ns = time.monotonic_ns()
            line.events.append(gpiod.EdgeEvent(kind.value, now_ns, 0, 0, 0))
            os.write(line.told, b"!")


class SimulatedRequest:
    """Stands where `gpiod.LineRequest` does."""

    def __init__(
        self, chip: SimulatedChip, offset: int, settings: gpiod.LineSettings
    ) -> None:
        self._chip = chip
        self._offset = offset
        self._line = chip.lines[offset]
        self.fd, self._line.told = os.pipe()
        self._released = False
        chip.configure(offset, settings)

    def reconfigure_lines(self, config: Mapping[int, gpiod.LineSettings]) -> None:
        self._chip.configure(self._offset, config[self._offset])

    def get_value(self, offset: int) -> Value:
        return Value(self._chip.lines[offset].high)

    def set_value(self, offset: int, value: Value) -> None:
        assert self._line.settings.direction is Direction.OUTPUT
        self._line.high = bool(value)

    def read_edge_events(self) -> list[gpiod.EdgeEvent]:
        return list(self._read())

    def release(self) -> None:
        if self._released:
            return
        self._released = True
        os.close(self.fd)
        if self._line.told is not None:
            os.close(self._line.told)
        self._line.used, self._line.consumer = False, ""
        self._line.told = None
        self._line.settings = gpiod.LineSettings()

    def _read(self) -> Iterator[gpiod.EdgeEvent]:
        for _ in os.read(self.fd, 64):
            yield self._line.events.pop(0)
