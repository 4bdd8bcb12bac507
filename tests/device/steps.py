"""Steps are taken one by one, and each says how it went."""

import sys
import time
import traceback
from collections.abc import Callable

from tests.device.device import Device
from tests.device.machine import GuestError
from tests.device.report import Finding

Step = Callable[[Device], str]
"""Returns what was seen; its docstring's first line is what it shows."""


def tried(step: Step, device: Device) -> Finding:
    """Take a step, and print how it went."""
    title = (step.__doc__ or step.__name__).strip().partition("\n")[0].rstrip(".")
    began_s = time.monotonic()
    try:
        good, told = True, step(device)
    except (AssertionError, GuestError, OSError, LookupError, ValueError) as error:
        good, told = False, f"{type(error).__name__}: {error}"
        tell_more(device, step.__name__)
    took_s = time.monotonic() - began_s
    print(f"{'good' if good else 'FAILED'}: {title} ({took_s:.0f} s)\n      {told}")
    sys.stdout.flush()
    return Finding(step.__name__, title, good, told, took_s)


def tell_more(device: Device, name: str) -> None:
    """What explains a failure, into a file."""
    path = device.folder / f"failed-{name}.txt"
    found = [traceback.format_exc()]
    try:
        guest = device.guest
        found.append(guest.tried("systemctl status callpoint; callpoint status")[1])
        found.append(guest.tried("journalctl -b --no-pager | tail -n 200")[1])
    except (GuestError, OSError) as error:
        found.append(f"the guest answers no more: {error}")
    events = device.far.events[-60:] if device.far else []
    path.write_text("\n\n".join([*found, *map(str, events)]))
    print(f"      see {path}")
