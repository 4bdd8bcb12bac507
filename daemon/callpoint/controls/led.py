"""A lamp on a pin, which shows what the table says; see `patterns`."""

import logging
from collections import deque
from contextlib import ExitStack
from math import inf
from threading import Condition, Thread
from time import monotonic
from typing import Any, Protocol

from callpoint.controls.patterns import lit
from callpoint.controls.pins import (
    OpenFactory,
    PinFactoryName,
    failures,
    open_factory,
    told,
)
from callpoint.station.events import Indication
from callpoint.system.entries import Entry

_SEEN_LEVELS = 64

log = logging.getLogger(__name__)


class Led(Protocol):
    """What the eye sees."""

    def show(self, indication: Indication) -> None:
        """Show this until told otherwise. Returns at once."""
        ...

    def degrade(self, degraded: bool) -> None:
        """Show whoever looks after the device that it needs them, or no longer."""
        ...

    def close(self) -> None: ...


class NoLed:
    """A station without a lamp."""

    def show(self, indication: Indication) -> None:
        """Nobody sees it."""

    def degrade(self, degraded: bool) -> None:
        """Nobody sees it."""

    def close(self) -> None:
        """There is nothing to free."""


class Lamp:
    """One that may be had later: it shows then what it was told last."""

    def __init__(self) -> None:
        self._led: Led = NoLed()
        self._indication = Indication.OFF
        self._degraded = False

    def become(self, led: Led) -> None:
        """Show it by this one from now on."""
        self._led = led
        led.degrade(self._degraded)
        led.show(self._indication)

    def show(self, indication: Indication) -> None:
        self._indication = indication
        self._led.show(indication)

    def degrade(self, degraded: bool) -> None:
        self._degraded = degraded
        self._led.degrade(degraded)

    def close(self) -> None:
        self._led.close()


class PinLed:
    """A lamp that blinks on a thread of its own.

    gpiozero's blink knows one time on and one off, and stops by joining its thread: a
    fault takes a sequence, and the event loop may not wait for a lamp.
    """

    def __init__(self, name: str, factory: Any, device: Any) -> None:
        self._name = name
        self._factory = factory
        self._device = device
        self._changed = Condition()
        self._indication = Indication.OFF
        self._degraded = False
        self._shown_at_s = monotonic()
        self._closing = False
        self._thread = Thread(target=self._blink, name="led", daemon=True)
        self._thread.start()

    def show(self, indication: Indication) -> None:
        """Begin the pattern of this indication, from its start."""
        with self._changed:
            self._indication = indication
            self._shown_at_s = monotonic()
            self._changed.notify()

    def degrade(self, degraded: bool) -> None:
        """Ready shows with one blip more, or with one again."""
        with self._changed:
            self._degraded = degraded
            self._changed.notify()

    def close(self) -> None:
        """Put the lamp out and free its pin."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()
        self._device.close()
        self._factory.close()

    def _blink(self) -> None:
        try:
            with self._changed:
                while not self._closing:
                    shown_for_ms = (monotonic() - self._shown_at_s) * 1000
                    is_lit, for_ms = lit(self._indication, shown_for_ms, self._degraded)
                    self._device.value = is_lit
                    self._changed.wait(None if for_ms == inf else for_ms / 1000)
            self._device.off()
        except failures() as error:
            log.warning(
                "%s: %s; it shows nothing any more",
                self._name,
                error,
                extra=Entry.DEVICE_FAILED.fields(device=self._name, cause=error),
            )


class MockLed(PinLed):
    """A lamp without hardware."""

    def __init__(self, name: str, factory: Any, device: Any) -> None:
        self._pin = device.pin
        # A mock pin remembers every level that it ever had, and a lamp blinks on.
        self._pin.states = deque(self._pin.states, maxlen=_SEEN_LEVELS)
        super().__init__(name, factory, device)

    def seen(self) -> list[bool]:
        """The last levels of the pin, the newest at the end: True is high."""
        return [state.state for state in self._pin.states]


def open_led(
    pin: int | None,
    active_high: bool,
    pin_factory: PinFactoryName,
    open_factory: OpenFactory = open_factory,
) -> Led:
    """Open the lamp on a pin (a BCM number), dark; no pin is no lamp.

    With `active_high` it is lit by 3.3 V at the pin. With the mock factory it is a
    `MockLed`. Raises DeviceError when there is no such pin or chip, it is busy, or
    permission is denied.
    """
    if pin is None:
        return NoLed()
    name = f"LED on pin {pin}"
    with told(name), ExitStack() as unless_opened:
        factory = open_factory(name, pin_factory)
        unless_opened.callback(factory.close)
        from gpiozero import OutputDevice

        device = OutputDevice(pin, active_high=active_high, pin_factory=factory)
        unless_opened.pop_all()
    kind = MockLed if pin_factory == "mock" else PinLed
    return kind(name, factory, device)
