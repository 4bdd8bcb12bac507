"""The pin factories of gpiozero and our own: the one that is named, never another.

Every device has a factory of its own, so that closing one frees its pin and leaves the
others alone. gpiozero is loaded when the first pin is opened, for it takes 60 ms.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from glob import glob
from typing import Any, Final, Literal

from callpoint.controls.faults import explain, pipe_refused

PinFactoryName = Literal["gpiod", "lgpio", "mock"]
OpenFactory = Callable[[str, PinFactoryName], Any]

# A Raspberry Pi 4B with the usual 40 pins, whatever GPIOZERO_MOCK_REVISION says.
_MOCK_REVISION = "c03114"


def failures() -> tuple[type[Exception], ...]:
    """What a pin may raise. lgpio's own error has no ancestor but Exception."""
    from gpiozero import GPIOZeroError

    lgpio = sys.modules.get("lgpio")
    own = () if lgpio is None else (lgpio.error,)
    return (GPIOZeroError, OSError, ImportError, *own)


@contextmanager
def told(device: str) -> Iterator[None]:
    """Turns what a pin raises into a DeviceError that names `device`."""
    try:
        yield
    except failures() as error:
        chips = sorted(glob("/dev/gpiochip*"))
        refused = [chip for chip in chips if not os.access(chip, os.R_OK | os.W_OK)]
        raise explain(device, error, chips, refused) from error


def open_factory(device: str, name: PinFactoryName) -> Any:
    """A factory for one device, to be called within `told`."""
    return _FACTORIES[name](device)


def _kernel_factory(device: str) -> Any:
    from callpoint.controls.device_tree import owners
    from callpoint.controls.kernel_pins import KernelFactory
    from callpoint.controls.lines import Lines

    return KernelFactory(Lines(device, owners))


def _mock_factory(_device: str) -> Any:
    from gpiozero.pins.mock import MockFactory, MockPin

    return MockFactory(revision=_MOCK_REVISION, pin_class=MockPin)


def _lgpio_factory(device: str) -> Any:
    try:
        from gpiozero.pins.lgpio import LGPIOFactory
    except OSError as error:
        raise pipe_refused(device, os.getcwd(), error) from error
    factory = LGPIOFactory()
    # gpiozero shares the pins of all its local factories, and closes them all with
    # the first that is closed. What is shared to find double use stays shared.
    factory.pins = {}
    return factory


_FACTORIES: Final[dict[PinFactoryName, Callable[[str], Any]]] = {
    "gpiod": _kernel_factory,
    "lgpio": _lgpio_factory,
    "mock": _mock_factory,
}
