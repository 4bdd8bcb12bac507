"""PURE: whether the far end is still heard, and what to do when it is not.

What counts is anything authentic, RTP or RTCP: a far end that is muted, or sends
nothing in pauses (DTX), reports all the same, and must not be hung up. ICE would notice
a dead path after 28 s; nobody waits that long.
"""

from enum import Enum
from typing import Final

QUIET_S: Final = 3.0
DEAD_S: Final = 8.0
SETTLED_S: Final = 4.0
"""So long a new socket has to bring the attach that mends all by itself."""
FORGOTTEN_S: Final = 90.0
"""The server has given the session up as well."""


class Finding(Enum):
    """What is new."""

    QUIET = "quiet"
    """Nothing was heard for 3 s: to be told."""
    BACK = "back"
    """It is heard again."""
    DEAD = "dead"
    """Nothing for 8 s: a new socket makes the server offer the call anew."""
    LOST = "lost"
    """That did not help: the call is over."""


class Vigil:
    """Asked once a second or so; tells each finding once."""

    def __init__(self) -> None:
        self.is_quiet = False
        self._renewed_at_s: float | None = None
        """How long it had been silent when a new socket was asked for."""

    def look(
        self, silent_s: float, path_is_gone: bool, linked_for_s: float | None
    ) -> Finding | None:
        """`linked_for_s` is how long signalling has been up; None while it is down."""
        if silent_s < QUIET_S and not path_is_gone:
            was_quiet, self.is_quiet, self._renewed_at_s = self.is_quiet, False, None
            return Finding.BACK if was_quiet else None
        if not self.is_quiet:
            self.is_quiet = True
            return Finding.QUIET
        if silent_s >= FORGOTTEN_S:
            return Finding.LOST
        if linked_for_s is None or (silent_s < DEAD_S and not path_is_gone):
            # A new socket is on its way by itself, and an attach with it.
            return None
        if self._renewed_at_s is None:
            if linked_for_s < SETTLED_S:
                return None
            self._renewed_at_s = silent_s
            return Finding.DEAD
        is_new = linked_for_s <= silent_s - self._renewed_at_s
        return Finding.LOST if is_new and linked_for_s >= DEAD_S else None
