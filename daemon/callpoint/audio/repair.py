"""A device that may be missing: opened when it is there, again after it failed.

A fault of a device never reaches the call: whoever uses it gets None, and goes on.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from callpoint.audio.events import AudioEvent, DeviceOpened
from callpoint.errors import DeviceError
from callpoint.station.events import DeviceFailed, DeviceRecovered
from callpoint.system.entries import Entry

_RETRY_S: Final = 1.0

log = logging.getLogger(__name__)


class Device(Protocol):
    """What microphones and speakers have in common."""

    xruns: int

    def is_there(self) -> bool: ...

    def close(self) -> None: ...


D = TypeVar("D", bound=Device)
D_co = TypeVar("D_co", bound=Device, covariant=True)
R = TypeVar("R")


class Source(Protocol[D_co]):
    """Where a device comes from: `binding.Binding`, or `Sole`."""

    @property
    def name(self) -> str: ...

    @property
    def in_use(self) -> str | None:
        """What the device that was opened last is called, where that tells more."""
        ...

    @property
    def warning(self) -> str | None:
        """What is wrong with the device although it works."""
        ...

    def open(self) -> D_co:
        """The device; raises DeviceError where it cannot be had."""
        ...

    def better(self) -> D_co | None:
        """A device to be preferred to the one that `open` gave, if there is one."""
        ...


@dataclass(frozen=True)
class Sole(Generic[D_co]):
    """The source of a device that has no alternatives."""

    name: str
    make: Callable[[], D_co]
    in_use: str | None = None
    warning: str | None = None

    def open(self) -> D_co:
        return self.make()

    def better(self) -> D_co | None:
        return None


class Repair(Generic[D]):
    """Holds one device of a source; used by one thread."""

    def __init__(
        self,
        source: Source[D],
        emit: Callable[[AudioEvent], None],
        keep_open: bool = True,
        clock: Callable[[], float] | None = None,
    ) -> None:
        self._source = source
        self._clock = clock or time.monotonic
        self.fault: DeviceError | None = None
        self._keep_open = keep_open
        self._emit = emit
        self._device: D | None = None
        self._tried_s = 0.0
        self._retry_at_s = 0.0
        self.worked = False
        """It could be opened once."""

    @property
    def ready(self) -> bool:
        return self._device is not None

    @property
    def in_use(self) -> str | None:
        """See `Source`; None while the device is missing."""
        return self._source.in_use if self.fault is None else None

    @property
    def warning(self) -> str | None:
        return self._source.warning

    @property
    def xruns(self) -> int:
        """Of the device that is open now."""
        device = self._device
        return device.xruns if device is not None else 0

    def prepare(self) -> None:
        """Open the device unless it is open, or failed within the last second."""
        if self._device is None and self._clock() >= self._retry_at_s:
            try:
                self._device = self._open()
            except DeviceError as error:
                self._failed(error)
            else:
                self._recovered()

    def rest(self) -> None:
        """Between calls: see that it is there, and leave it to others if they may.

        Where a better one is there by now, it is taken up.
        """
        if self._device is not None and not self._device.is_there():
            self.close()
            self._failed(DeviceError(self._source.name, "was unplugged", "plug it in"))
        elif self._device is not None and (better := self._source.better()) is not None:
            self.close()
            self._device = better
        self.prepare()
        if not self._keep_open:
            self.close()

    def hurry(self) -> None:
        """Something was plugged in: try at the next use; from any thread."""
        self._retry_at_s = 0.0

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

    def _open(self) -> D:
        try:
            return self._source.open()
        finally:
            # Where a try takes longer than the pause, there must be a pause all the
            # same: silence has to go out meanwhile.
            self._tried_s = self._clock()

    def _failed(self, error: DeviceError) -> None:
        # One that worked for a while is tried again at once: another may be there.
        self._retry_at_s = self._tried_s + _RETRY_S
        log.debug("%s. %s", error, error.advice)
        is_first = self.fault is None
        self.fault = error
        if is_first:
            self._emit(
                DeviceFailed(
                    self._clock(), self._source.name, error.cause, error.advice
                )
            )

    def _recovered(self) -> None:
        if not self.worked:
            self.worked = True
            self._emit(DeviceOpened(self._clock(), self._source.name))
        if self.fault is not None:
            self.fault = None
            log.info(
                "%s works again",
                self._source.name,
                extra=Entry.DEVICE_RECOVERED.fields(device=self._source.name),
            )
            self._emit(DeviceRecovered(self._clock(), self._source.name))
