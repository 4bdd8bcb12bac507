"""PURE: edges and time in, presses and releases out.

A contact bounces for 1 to 20 ms when it closes and when it opens (and an arcade button
was seen to double at 81 ms, google/aiyprojects-raspbian#514). The two directions are
served differently, because they cost the caller differently:

* A press is believed at its first edge. Somebody waits for it, and to wait for the end
  of the bouncing would add all of `debounce_ms` to every call.
* A release is believed when the line has been quiet for `debounce_ms`, and the level,
  read again, says that it is up. So a contact that breaks for a moment while held does
  not cut a word, and a release that bounces is not another press. It is dated back to
  its last edge.

What this cannot do: a spike of any length on a line that is up looks like the first
edge of a press, and is reported as a short one. Only a filter that delays every press
could tell them apart; use a twisted pair and 1 kOhm with 100 nF at the pin instead.
"""

from callpoint.station.events import Pressed, Released


class Debounce:
    """One button, up until it is pressed or `found_down`.

    `quiet_ms` may be changed at any time.
    """

    def __init__(self, quiet_ms: float) -> None:
        self.quiet_ms = quiet_ms
        self._believed = False
        self._level = False
        self._level_since_s = 0.0
        self._due_s: float | None = None

    def found_down(self) -> None:
        """It is down at the start, which is no press."""
        self._believed = self._level = True

    def edge(self, down: bool, at_s: float) -> list[Pressed | Released]:
        """An edge of the line, and the level after it; `at_s` is the edge's own time.

        An edge that overtook the timer of `settle` settles what went before it.
        """
        overdue = self._due_s is not None and at_s >= self._due_s
        happened = self._believe(self._level) if overdue else []
        if down != self._level:
            self._level, self._level_since_s = down, at_s
        if down:
            happened += self._believe(down)
        self._due_s = at_s + self.quiet_ms / 1000 if self._believed else None
        return happened

    def settle(self, now_s: float, level_down: bool) -> list[Pressed | Released]:
        """The level as read when `deadline` came; heals an edge that was missed."""
        if self._due_s is None or now_s < self._due_s:
            return []
        self._due_s = None
        if level_down != self._level:
            self._level, self._level_since_s = level_down, now_s
        return self._believe(level_down)

    def deadline(self) -> float | None:
        """When `settle` is due, on the clock of the edges, if at all."""
        return self._due_s

    def _believe(self, down: bool) -> list[Pressed | Released]:
        if down == self._believed:
            return []
        self._believed = down
        event = Pressed if down else Released
        return [event(self._level_since_s)]
