"""PURE: a button made of a key, on a terminal, which tells strokes and no releases.

A stroke presses and the next one lets go. A key that is held down repeats some thirty
times a second, after a first delay of 250 to 660 ms: two strokes that close together
are a repeat, and then the button comes up when the repeats stop. So both kinds of
finger are served; a tap that lets go is only noticed `REPEAT_S` after its stroke.
"""

from typing import Final

REPEAT_S: Final = 0.09
"""Two strokes closer than this are a held key: a slow rate is 15 a second."""
RELEASE_S: Final = 0.2
"""A held key that did not repeat for so long was let go."""


class Spacebar:
    """Call `stroke` for every key stroke, and `tick` when `deadline_s` has come."""

    def __init__(self) -> None:
        self.down = False
        self.deadline_s: float | None = None
        self._last_s = float("-inf")

    def stroke(self, now_s: float) -> None:
        repeats = now_s - self._last_s < REPEAT_S
        self._last_s = now_s
        if not self.down:
            self.down = True
        elif repeats:
            self.deadline_s = now_s + RELEASE_S
        else:
            # The first repeat of a held key, or a tap that lets go: the next
            # stroke, or its absence, tells which.
            self.deadline_s = now_s + REPEAT_S

    def tick(self, now_s: float) -> None:
        """Lets the button up when its time has come."""
        if self.deadline_s is not None and now_s >= self.deadline_s:
            self.down, self.deadline_s = False, None
