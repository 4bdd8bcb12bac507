"""A device that may be missing: opened when it is there, again after it failed.

A fault of a device never reaches the call: whoever uses it gets None, and goes on.
"""

import logging
import time
from collections.abc import Callable
from typing import Final, Generic, Protocol, TypeVar

from callpoint.audio.events import AudioEvent
from callpoint.errors import DeviceError
from callpoint.station.events import DeviceFailed, DeviceRecovered

_RETRY_S: Final = 1.0

log = logging.getLogger(__name__)


class Device(Protocol):
    """What microphones and speakers have in common."""

    xruns: int

    def close(self) -> None: ...


D = TypeVar("D", bound=Device)
R = TypeVar("R")


class Repair(Generic[D]):
    """Holds one device of a name; used by one thread."""

    def __init__(
        self,
        name: str,
        open_device: Callable[[], D],
        emit: Callable[[AudioEvent], None],
        keep_open: bool = True,
    ) -> None:
        self.name = name
        self.fault: DeviceError | None = None
        self._keep_open = keep_open
        self._open_device = open_device
        self._emit = emit
        self._device: D | None = None
        self._retry_at_s = 0.0

    @property
    def ready(self) -> bool:
        return self._device is not None

    @property
    def xruns(self) -> int:
        """Of the device that is open now."""
        device = self._device
        return device.xruns if device is not None else 0

    def prepare(self) -> None:
        """Open the device unless it is open, or failed within the last second."""
        if self._device is None and time.monotonic() >= self._retry_at_s:
            try:
                self._device = self._open_device()
            except DeviceError as error:
                self._failed(error)
            else:
                self._recovered()

    def rest(self) -> None:
        """Between calls: see that it is there, and leave it to others if they may."""
        self.prepare()
        if not self._keep_open:
            self.close()

    def use(self, act: Callable[[D], R]) -> R | None:
        """What `act` returns, or None while the device is missing."""
        self.prepare()
        if self._device is None:
            return None
        try:
            return act(self._device)
        except DeviceError as error:
            self.close()
            self._failed(error)
            return None

    def close(self) -> None:
        if self._device is not None:
            self._device.close()
            self._device = None

    def _failed(self, error: DeviceError) -> None:
        self._retry_at_s = time.monotonic() + _RETRY_S
        log.log(
            logging.DEBUG if self.fault else logging.WARNING,
            "%s. %s",
            error,
            error.advice,
        )
        if self.fault is None:
            self._emit(DeviceFailed(time.monotonic(), self.name, error.cause))
        self.fault = error

    def _recovered(self) -> None:
        if self.fault is not None:
            self.fault = None
            log.info("%s works again", self.name)
            self._emit(DeviceRecovered(time.monotonic(), self.name))
