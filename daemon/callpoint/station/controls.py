"""The button and the LED as configured, with what is wrong with them from the start."""

import time
from collections.abc import Callable

from callpoint.config import schema
from callpoint.controls.button import Button, MockButton, open_button
from callpoint.controls.faults import found_down
from callpoint.controls.led import Led, NoLed, open_led
from callpoint.controls.pins import OpenFactory, open_factory
from callpoint.errors import DeviceError
from callpoint.station.events import DeviceFailed, DeviceRecovered, Pressed, Released
from callpoint.station.finger import Finger


class Controls:
    """The button and the LED as configured.

    `post` takes the presses, and `recovered` is told when a button that was found down
    comes up. A pin that cannot be had is told in `failures`, and the control socket is
    the only finger left. Where it `may_be_held` a button that is down at the start is
    held by somebody in a call that has survived, and no fault.
    """

    def __init__(
        self,
        config: schema.Config,
        post: Callable[[Pressed | Released], None],
        recovered: Callable[[DeviceRecovered], None],
        open_factory: OpenFactory = open_factory,
        may_be_held: bool = False,
    ) -> None:
        self.failures: list[DeviceFailed] = []
        self.button_fault: DeviceError | None = None
        self.lamp_fault: DeviceError | None = None
        self._post = post
        self._recovered = recovered
        self._open_factory = open_factory
        self._may_be_held = may_be_held
        self._button: Button | None = None
        self._found_down: DeviceError | None = None
        self._finger = Finger(config.button.debounce_ms, self._is_down, self._moved)
        self.lamp: Led = self._open_lamp(config)
        if config.button.pin is not None:
            self._open_button(config.button, config.button.pin)

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
            self._recovered(DeviceRecovered(event.at_s, self._found_down.device))
            self._found_down = self.button_fault = None
        self._post(event)

    def _open_button(self, button: schema.Button, pin: int) -> None:
        try:
            self._button = open_button(
                pin,
                button.pull_up,
                button.pin_factory,
                self._finger.edge,
                self._open_factory,
            )
        except DeviceError as error:
            self.button_fault = error
            self._failed(error)
            return
        if self._button.is_down():
            self._finger.found_down()
            if self._may_be_held:
                return
            self._found_down = found_down(f"button on pin {pin}", button.pull_up)
            self.button_fault = self._found_down
            self._failed(self._found_down)

    def _open_lamp(self, config: schema.Config) -> Led:
        try:
            return open_led(
                config.led.pin,
                config.led.active_high,
                config.button.pin_factory,
                self._open_factory,
            )
        except DeviceError as error:
            self.lamp_fault = error
            self._failed(error)
            return NoLed()

    def _failed(self, error: DeviceError) -> None:
        failed = DeviceFailed(time.monotonic(), error.device, error.cause, error.advice)
        self.failures.append(failed)
