"""gpiozero's pin factories: the one that is named, and never another.

Every device has a factory of its own, so that closing one frees its pin and leaves the
others alone. gpiozero is loaded when the first pin is opened, for it takes 60 ms.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from glob import glob
from typing import Any, Literal

from callpoint.controls.faults import explain, pipe_refused

PinFactoryName = Literal["lgpio", "mock"]

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
    return _lgpio_factory(device) if name == "lgpio" else _mock_factory()


def _mock_factory() -> Any:
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
