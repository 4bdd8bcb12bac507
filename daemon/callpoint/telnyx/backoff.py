"""PURE: how long to wait before the next try, and whether there is one.

Delays as in the JS SDK (BaseSession.ts:178-199). Only a registered client resets them:
a socket that opens and closes again would make a loop without rest (JS SDK #709).
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from callpoint.errors import (
    CallpointError,
    NetworkError,
    RefusedError,
    RemoteProtocolError,
)

FIRST_S: Final = 1.0
LONGEST_S: Final = 30.0
JITTER: Final = 0.25


class Retry(Enum):
    """What a failure asks for."""

    WITH_BACKOFF = "with backoff"
    """It may pass by itself."""
    SLOWLY = "slowly"
    """Somebody has to mend something first; asking often helps nobody."""
    NEVER = "never"
    """It cannot pass without a restart."""


def retry(error: CallpointError) -> Retry:
    """Whether a failed connection or login is worth another try.

    A refused login is tried again, slowly: an assistant may be enabled, or its id
    mended, at the far side, and nobody comes to the device to restart it.
    """
    if isinstance(error, RefusedError):
        return Retry.SLOWLY
    if isinstance(error, NetworkError | RemoteProtocolError):
        return Retry.WITH_BACKOFF
    return Retry.NEVER


class Backoff:
    """Delays that double from 1 s to 30 s, each spread by a quarter either way.

    `random` gives numbers from 0 up to 1: a fleet that lost its server together must
    not come back together.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._next_s = FIRST_S

    def delay_s(self, kind: Retry = Retry.WITH_BACKOFF) -> float:
        """How long to wait before the next try; `SLOWLY` jumps to the longest."""
        if kind is Retry.SLOWLY:
            self._next_s = LONGEST_S
        delay_s = self._next_s
        self._next_s = min(2 * delay_s, LONGEST_S)
        return delay_s * (1 - JITTER + 2 * JITTER * self._random())

    def reset(self) -> None:
        """Registered: the next failure is the first of its streak."""
        self._next_s = FIRST_S
