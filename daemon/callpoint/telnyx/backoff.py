"""PURE: how long to wait before the next try, and what may cut that short.

The first try after a loss comes soon: most losses are one device's own. The later ones
are drawn evenly from windows that grow, so that a fleet that lost its server together
does not come back together: docs/reliability.md has the figures. Only a registered
client starts again with the first window: a socket that opens and closes again would
make a loop without rest (JS SDK #709).
"""

from collections.abc import Callable
from enum import Enum
from typing import Final

from callpoint.errors import (
    CallpointError,
    ConfigError,
    NetworkError,
    RefusedError,
    RemoteProtocolError,
    SentAwayError,
)

Window = tuple[float, float]
"""The least and the most seconds."""

FIRST_S: Final[Window] = (0.3, 1.8)
LATER_S: Final[tuple[Window, ...]] = ((0.0, 2.0), (0.0, 4.0), (0.0, 8.0), (0.0, 16.0))
LAST_S: Final[Window] = (10.0, 40.0)
"""Of all tries from then on. Evenly from 0 to 30 s would bring 667 of 10,000 devices in
the first second after a long outage, for their mean is 15 s; this one's is 25 s."""
SENT_AWAY_S: Final[Window] = (0.0, 10.0)
"""Everybody was sent away at the same moment."""
SLOW_S: Final[Window] = (30.0, 60.0)

NETWORK_MOVED_S: Final[Window] = (0.2, 1.0)
"""Addresses and routes change one after the other, and a router's devices together."""
_MOVED_EVERY_S: Final = 5.0
_PRESSED_EVERY_S: Final = 3.0


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
    mended, at the far side, and nobody comes to the device to restart it. So is a
    file that the configuration names and that cannot be read: a reload mends that.
    """
    if isinstance(error, RefusedError | ConfigError):
        return Retry.SLOWLY
    if isinstance(error, NetworkError | RemoteProtocolError):
        return Retry.WITH_BACKOFF
    return Retry.NEVER


class Backoff:
    """The windows of one streak of failures; `random` gives numbers from 0 up to 1."""

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0

    def delay_s(self, error: CallpointError, in_call: bool = False) -> float:
        """How long to wait before the next try.

        A device in a call goes before those that were sent away with it and are idle.
        """
        window = self._window()
        self._failures += 1
        if retry(error) is Retry.SLOWLY:
            window = SLOW_S
        elif isinstance(error, SentAwayError) and not in_call:
            window = max(window, SENT_AWAY_S, key=lambda window: window[1])
        return drawn_s(window, self._random)

    def reset(self) -> None:
        """Registered: the next failure is the first of its streak."""
        self._failures = 0

    def _window(self) -> Window:
        windows = (FIRST_S, *LATER_S, LAST_S)
        return windows[min(self._failures, len(windows) - 1)]


class Shortcuts:
    """What cuts a wait short: a press at once, another network after a moment.

    Neither does so more often than every few seconds: a route that flaps, or an
    impatient finger, makes no storm.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._moved = _Grants(_MOVED_EVERY_S)
        self._pressed = _Grants(_PRESSED_EVERY_S)

    def network_moved(self, error: CallpointError, now_s: float) -> float:
        """When the try that waits because of `error` may come; `inf` for no sooner.

        Where the server said when or what, another network changes nothing.
        """
        if isinstance(error, RefusedError | SentAwayError):
            return float("inf")
        return self._moved.at_s(now_s, drawn_s(NETWORK_MOVED_S, self._random))

    def pressed(self, now_s: float) -> float:
        """When the try may come: somebody stands there and waits."""
        return self._pressed.at_s(now_s)


class _Grants:
    """Moments that are some time apart; a wish before one of them is part of it."""

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._last_s = float("-inf")

    def at_s(self, now_s: float, pause_s: float = 0.0) -> float:
        if now_s >= self._last_s:
            self._last_s = max(now_s, self._last_s + self._every_s) + pause_s
        return self._last_s


def drawn_s(window: Window, random: Callable[[], float]) -> float:
    """A moment in the window."""
    least_s, most_s = window
    return least_s + (most_s - least_s) * random()
