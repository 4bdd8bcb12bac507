"""The button and the LED as configured, with what is wrong with them.

A pin that cannot be had is asked for again: at boot its chip, or the right to open it,
may come later than we do, and whoever holds it may let it go.
"""

import time
from collections.abc import Callable

from callpoint.config import schema
from callpoint.controls.button import Button, MockButton, open_button
from callpoint.controls.faults import found_down
from callpoint.controls.led import Lamp, open_led
from callpoint.controls.pins import OpenFactory, open_factory
from callpoint.errors import DeviceError
from callpoint.station.events import DeviceFailed, DeviceRecovered, Pressed, Released
from callpoint.station.finger import Finger


class Controls:
    """The button and the LED as configured.

    `post` takes the presses, and `tell` what becomes of both after the start; what
    fails from the start on is in `failures`. Without a button the control socket is the
    only finger left. Where it `may_be_held` a button that is down at the start is held
    by somebody in a call that has survived, and no fault.
    """

    def __init__(
        self,
        config: schema.Config,
        post: Callable[[Pressed | Released], None],
        tell: Callable[[DeviceFailed | DeviceRecovered], None],
        open_factory: OpenFactory = open_factory,
        may_be_held: bool = False,
    ) -> None:
        self.failures: list[DeviceFailed] = []
        self.button_fault: DeviceError | None = None
        self.lamp_fault: DeviceError | None = None
        self.lamp = Lamp()
        self._config = config
        self._post = post
        self._tell = tell
        self._open_factory = open_factory
        self._may_be_held = may_be_held
        self._button: Button | None = None
        self._found_down: DeviceError | None = None
        self._finger = Finger(config.button.debounce_ms, self._is_down, self._moved)
        for error in (self._open_lamp(), self._open_button()):
            if error is not None:
                self.failures.append(_failed(error))
        self._may_be_held = False

    @property
    def lack_a_pin(self) -> bool:
        """Whether `retry` has something to try."""
        return self.lamp_fault is not None or self._has_no_button

    def retry(self) -> None:
        """Ask again for what could not be had; what can by now is told."""
        if (fault := self.lamp_fault) is not None and self._open_lamp() is None:
            self._recovered(fault)
        if self._has_no_button and (fault := self.button_fault) is not None:
            down = self._open_button()
            if self._button is not None:
                self._recovered(fault)
                if down is not None:
                    self._tell(_failed(down))

    @property
    def is_held(self) -> bool:
        """Whether the button is down."""
        return self._is_down()

    def drive(self, down: bool, at_s: float) -> None:
        """Push or release for the control socket: through the pin if it is a mock."""
        if isinstance(self._button, MockButton):
            self._button.drive(down)
        else:
            self._post(Pressed(at_s) if down else Released(at_s))

    def debounce(self, debounce_ms: float) -> None:
        """Another time of quiet for the button, from its next edge on."""
        self._finger.debounce(debounce_ms)

    def close(self) -> None:
        self._finger.close()
        if self._button is not None:
            self._button.close()
        self.lamp.close()

    def _is_down(self) -> bool:
        return self._button is not None and self._button.is_down()

    def _moved(self, event: Pressed | Released) -> None:
        if self._found_down is not None:
            # Whatever held it has let go.
            self._tell(DeviceRecovered(event.at_s, self._found_down.device))
            self._found_down = self.button_fault = None
        self._post(event)

    @property
    def _has_no_button(self) -> bool:
        return self._button is None and self._config.button.pin is not None

    def _open_button(self) -> DeviceError | None:
        """What is wrong with it, if anything is."""
        config = self._config.button
        if config.pin is None:
            return None
        try:
            self._button = open_button(
                config.pin,
                config.pull_up,
                config.pin_factory,
                self._finger.edge,
                self._open_factory,
            )
        except DeviceError as error:
            self.button_fault = error
            return error
        self.button_fault = None
        if self._button.is_down():
            self._finger.found_down()
            if not self._may_be_held:
                down = found_down(f"button on pin {config.pin}", config.pull_up)
                self._found_down = self.button_fault = down
        return self.button_fault

    def _open_lamp(self) -> DeviceError | None:
        """What is wrong with it, if anything is."""
        config = self._config
        try:
            led = open_led(
                config.led.pin,
                config.led.active_high,
                config.button.pin_factory,
                self._open_factory,
            )
        except DeviceError as error:
            self.lamp_fault = error
        else:
            self.lamp_fault = None
            self.lamp.become(led)
        return self.lamp_fault

    def _recovered(self, fault: DeviceError) -> None:
        self._tell(DeviceRecovered(time.monotonic(), fault.device))


def _failed(error: DeviceError) -> DeviceFailed:
    return DeviceFailed(time.monotonic(), error.device, error.cause, error.advice)
