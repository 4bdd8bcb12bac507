import errno

import pytest
from gpiozero import exc

from callpoint.controls.faults import explain, pipe_refused

CHIP = "/dev/gpiochip0"


class LgpioError(Exception):
    """As `lgpio.error`, whose module starts a thread and makes a pipe when imported."""

    def __init__(self, value: str) -> None:
        self.value = value


@pytest.mark.parametrize(
    ("error", "chips", "refused", "cause", "advice"),
    [
        (exc.PinUnknownPi("?"), [], [], "not a Raspberry Pi", 'pin_factory = "mock"'),
        (exc.PinInvalidPin("99"), [CHIP], [], "no such pin", "BCM numbers, 0 to 27"),
        (exc.PinFixedPull("2"), [CHIP], [], "a pull-up resistor", "pull_up = true"),
        (exc.GPIOPinInUse("17"), [CHIP], [], "callpoint uses", "pins of their own"),
        (LgpioError("GPIO busy"), [CHIP], [], "another program", "gpioinfo"),
        (LgpioError("can not open gpiochip"), [], [], "no /dev/gpiochip*", "mock"),
        (
            LgpioError("can not open gpiochip"),
            [CHIP],
            [CHIP],
            "no permission to open /dev/gpiochip0",
            "group gpio",
        ),
        (
            LgpioError("can not open gpiochip"),
            [CHIP, "/dev/gpiochip4"],
            [],
            "no pins can be had from /dev/gpiochip0, /dev/gpiochip4",
            "up to date",
        ),
        (
            ModuleNotFoundError("No module named 'lgpio'", name="lgpio"),
            [CHIP],
            [],
            "library lgpio cannot be loaded",
            "pip install lgpio",
        ),
        (LgpioError("bad GPIO read"), [CHIP], [], "bad GPIO read", "wiring"),
    ],
)
def test_a_fault_names_the_pin_the_cause_and_what_to_do(
    error: Exception, chips: list[str], refused: list[str], cause: str, advice: str
) -> None:
    told = explain("button on pin 17", error, chips, refused)
    assert str(told).startswith("button on pin 17: ")
    assert cause in str(told)
    assert advice in told.advice


def test_a_working_directory_that_refuses_the_pipe_of_lgpio_is_named() -> None:
    error = FileNotFoundError(errno.ENOENT, "No such file or directory")
    told = pipe_refused("button on pin 17", "/srv", error)
    assert "working directory /srv" in str(told)
    assert "may write to" in told.advice
