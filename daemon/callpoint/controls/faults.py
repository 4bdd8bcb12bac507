"""PURE: what the kernel, gpiozero and lgpio say, in words that tell what to do.

Errors are told apart by the names of their types, so that no library has to be loaded,
or even installed, to explain why it could not be.
"""

from collections.abc import Sequence
from typing import Final

from callpoint.errors import DeviceError

_MOCK = 'on a machine without GPIO set pin_factory = "mock" in [button]'

_BY_TYPE: Final = {
    "gpiozero.exc.PinUnknownPi": (
        "this machine is not a Raspberry Pi (gpiozero finds no board revision)",
        _MOCK,
    ),
    "gpiozero.exc.PinInvalidPin": (
        "there is no such pin",
        "pins are BCM numbers, 0 to 27, not positions on the header; "
        "the command pinout shows them",
    ),
    "gpiozero.exc.PinFixedPull": (
        "this pin has a pull-up resistor of its own",
        "set pull_up = true, or take another pin; 2 and 3 belong to I2C",
    ),
    "gpiozero.exc.GPIOPinInUse": (
        "another part of callpoint uses this pin",
        "give the button and the LED pins of their own",
    ),
}

# lgErr.c of joan2937/lg: LG_GPIO_BUSY and LG_CANNOT_OPEN_CHIP.
_BUSY: Final = "GPIO busy"
_NO_CHIP: Final = "can not open gpiochip"


def explain(
    device: str, error: Exception, chips: Sequence[str], refused: Sequence[str]
) -> DeviceError:
    """The fault of a pin. `chips` are the GPIO chips in /dev, `refused` those of them
    that this user may not open."""
    for kind in type(error).__mro__:
        told = _BY_TYPE.get(f"{kind.__module__}.{kind.__qualname__}")
        if told is not None:
            return DeviceError(device, *told)
    if isinstance(error, ImportError):
        return _not_installed(device, error)
    said = str(getattr(error, "value", error))
    if said == _NO_CHIP:
        return no_chip(device, chips, refused)
    if said == _BUSY:
        return DeviceError(
            device,
            "another program or a driver uses this pin",
            "gpioinfo names who; sound boards on I2S take 18 to 21, SPI 7 to 11",
        )
    if isinstance(error, OSError) and error.strerror:
        said = error.strerror
    return DeviceError(device, said, "see that the pin and its wiring are right")


def busy(device: str, consumer: str, free: Sequence[int]) -> DeviceError:
    """The kernel gave the pin to somebody else, whose name it knows, or not."""
    holder = f'"{consumer}"' if consumer else "another program or a driver"
    return DeviceError(device, f"{holder} uses this pin", _other(free))


def owned(device: str, owner: str, free: Sequence[int]) -> DeviceError:
    """The device tree gives the pin to a bus or a sound board."""
    return DeviceError(
        device,
        f"this pin belongs to {owner}, which a HAT or /boot/firmware/config.txt "
        "switched on",
        _other(free),
    )


def found_down(device: str, pull_up: bool) -> DeviceError:
    """The button is pressed while nobody can have pressed it yet."""
    other = "false" if pull_up else "true"
    return DeviceError(
        device,
        "it was down when callpoint started, and counts as released until it comes up",
        f"see what holds it; a button wired the other way wants pull_up = {other}",
    )


def _other(free: Sequence[int]) -> str:
    if not free:
        return "every pin of the header is in use: see gpioinfo"
    return f"take another pin; free are {', '.join(map(str, free))}"


def pipe_refused(device: str, folder: str, error: OSError) -> DeviceError:
    """lgpio makes a pipe for its edges where the program was started."""
    return DeviceError(
        device,
        f"lgpio cannot make its pipe in the working directory {folder} "
        f"({error.strerror})",
        "start callpoint in a directory that it may write to; the service's is "
        "/run/callpoint",
    )


def _not_installed(device: str, error: ImportError) -> DeviceError:
    name = error.name or str(error)
    return DeviceError(
        device,
        f"the Python library {name} cannot be loaded ({error})",
        f'pip install {name} brings it; or set pin_factory = "mock" in [button]',
    )


def no_chip(device: str, chips: Sequence[str], refused: Sequence[str]) -> DeviceError:
    """None of the GPIO chips in /dev can be had."""
    if not chips:
        return DeviceError(device, "this machine has no /dev/gpiochip*", _MOCK)
    if refused:
        return DeviceError(
            device,
            f"no permission to open {', '.join(refused)}",
            "add the user to the group gpio (sudo usermod -aG gpio USER), or set "
            "SupplementaryGroups=gpio in the service",
        )
    return DeviceError(
        device,
        f"no pins can be had from {', '.join(chips)}",
        "see whether the kernel is up to date",
    )
