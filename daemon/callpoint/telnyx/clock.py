"""What time it is, and whether anybody vouches for it: a Pi has no battery clock."""

import ctypes
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from callpoint.telnyx.obstacles import Clock

_TIMESYNC: Final = Path("/run/systemd/timesync")
_TIME_ERROR: Final = 5
"""adjtimex(2): the clock is not synchronised."""


class _Timex(ctypes.Structure):
    """`struct timex`, of which only `modes` counts: 0 asks and sets nothing."""

    _fields_ = (("modes", ctypes.c_uint), ("rest", ctypes.c_char * 508))


def read(timesync: Path = _TIMESYNC) -> Clock:
    """The clock of this moment."""
    return Clock(datetime.now(UTC), _is_synchronised(timesync))


def _is_synchronised(timesync: Path) -> bool | None:
    """By systemd-timesyncd's word or the kernel's; None where neither tells.

    The kernel is not asked first: under ProtectClock= it does not answer.
    """
    if timesync.is_dir():
        return (timesync / "synchronized").exists()
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(_Timex()))
    return None if state < 0 else state != _TIME_ERROR
