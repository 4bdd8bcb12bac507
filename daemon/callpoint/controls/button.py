"""A button on a pin: every edge of the line, as it comes.

Whether an edge is a press is not decided here: see `debounce`.
"""

from collections.abc import Callable
from contextlib import ExitStack
from time import monotonic
from typing import Any

from callpoint.controls.pins import (
    OpenFactory,
    PinFactoryName,
    open_factory,
    told,
)

_OLDEST_EDGE_S = 1.0


class Button:
    """An open button. `on_edge(down, at_s)` is called on a thread of the pin's.

    `at_s` is the kernel's own time of the edge (CLOCK_MONOTONIC, in seconds): it holds
    although the thread came late to it.
    """

    def __init__(
        self,
        factory: Any,
        device: Any,
        down_level: bool,
        on_edge: Callable[[bool, float], None],
    ) -> None:
        self._factory = factory
        self._device = device
        self._down_level = down_level
        self._on_edge = on_edge
        device.pin.bounce = None
        device.pin.edges = "both"
        device.pin.when_changed = self._changed

    def is_down(self) -> bool:
        """The level of the line now."""
        return bool(self._device.is_active)

    def close(self) -> None:
        """Free the pin. No edge is reported any more."""
        if self._device.closed:
            return
        # The lgpio pin keeps its callback when it is only closed.
        self._device.pin.when_changed = None
        self._device.close()
        self._factory.close()

    def _changed(self, ticks: float, level: int) -> None:
        now_s = monotonic()
        # lgpio's stamps are of the calendar's clock where Linux is older than 5.7.
        fresh = 0 <= now_s - ticks < _OLDEST_EDGE_S
        self._on_edge(bool(level) == self._down_level, ticks if fresh else now_s)


class MockButton(Button):
    """A button without hardware, pressed by the control socket's `press`."""

    def drive(self, down: bool) -> None:
        """Move the line as a finger would; the edge is reported before this returns."""
        high = down == self._down_level
        pin = self._device.pin
        if pin is not None:
            (pin.drive_high if high else pin.drive_low)()


def open_button(
    pin: int,
    pull_up: bool,
    pin_factory: PinFactoryName,
    on_edge: Callable[[bool, float], None],
    open_factory: OpenFactory = open_factory,
) -> Button:
    """Open the button on a pin (a BCM number); a `MockButton` with the mock factory.

    With `pull_up` it connects the pin to ground, else to 3.3 V. Raises DeviceError
    when there is no such pin or chip, it is busy, or permission is denied.
    """
    name = f"button on pin {pin}"
    with told(name), ExitStack() as unless_opened:
        factory = open_factory(name, pin_factory)
        unless_opened.callback(factory.close)
        from gpiozero import InputDevice

        device = InputDevice(pin, pull_up=pull_up, pin_factory=factory)
        kind = MockButton if pin_factory == "mock" else Button
        button = kind(factory, device, not pull_up, on_edge)
        unless_opened.pop_all()
    return button
