import errno

import pytest
from gpiozero import exc

from callpoint.controls import faults
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
        (
            OSError(errno.ENXIO, "No such device or address"),
            [CHIP],
            [],
            "17: No such device or address",
            "wiring",
        ),
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


def test_who_holds_a_pin_is_named_and_which_are_free() -> None:
    told = faults.busy("LED on pin 27", "spi0 CS1", [4, 5])
    assert str(told) == 'LED on pin 27: "spi0 CS1" uses this pin'
    assert told.advice == "take another pin; free are 4, 5"


def test_a_holder_without_a_name_is_told_all_the_same() -> None:
    told = faults.busy("LED on pin 27", "", [])
    assert "another program or a driver uses this pin" in str(told)
    assert "gpioinfo" in told.advice


def test_a_pin_of_a_bus_names_the_bus() -> None:
    told = faults.owned("button on pin 18", "i2s", [4])
    assert "this pin belongs to i2s" in str(told)
    assert "free are 4" in told.advice


@pytest.mark.parametrize(("pull_up", "other"), [(True, "false"), (False, "true")])
def test_a_button_found_down_may_be_wired_the_other_way(
    pull_up: bool, other: str
) -> None:
    told = faults.found_down("button on pin 17", pull_up)
    assert "was down when callpoint started" in str(told)
    assert f"pull_up = {other}" in told.advice
