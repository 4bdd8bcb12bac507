"""PURE: whether a socket still carries anything, there and back.

A socket may stay open for hours while nothing passes: behind a proxy that lost its
server, or a NAT that forgot. The WebSocket's own pings would prove the proxy alone, so
only the vendor's frames count, and the vendor's `telnyx_rtc.ping` asks for one (JS SDK,
services/SignalingHealthMonitor.ts).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


@dataclass(frozen=True)
class Limits:
    """How long the far side may take, before its socket is given up."""

    step_s: float = 5.0
    """For the name, for TCP, for TLS and for the upgrade: each of them."""
    login_s: float = 5.0
    silent_s: float = 20.0
    """Without any frame; then it is asked for one."""
    unconfirmed_s: float = 45.0
    """While what we sent is not answered; then it is asked for an answer."""
    probe_s: float = 5.0
    """For the answer to that question."""
    haste_s: float = 2.0
    """For the same where somebody waits, or the way there is another one: to replace
    a socket that was well costs a second, and in a call nothing is heard of it."""


LIMITS: Final = Limits()

_FRESH_S: Final = 3.0
"""A socket that carried a frame so lately is believed."""
_LATE_S: Final = 1.0
"""Who looks so much too late stood still itself, and answers may lie unread."""


class Doubt(Enum):
    """What made us ask; the value tells it when no answer came."""

    SILENCE = "nothing came from the server, nor an answer when it was asked"
    UNCONFIRMED = "the server answers nothing that is sent"
    NEED = "the server did not answer when it was asked"


@dataclass(frozen=True)
class Probe:
    """Send a ping, and say `probed`."""

    doubt: Doubt
    in_haste: bool = False


@dataclass(frozen=True)
class Dead:
    """Give the socket up."""

    why: str


class Health:
    """Of one socket at a time; `opened` begins the next one's."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self.opened(0.0)

    def opened(self, now_s: float) -> None:
        self._heard_s = now_s
        self._asked_s: float | None = None
        self._needed_s: float | None = None
        self._in_haste = False
        self._doubt: Doubt | None = None
        self._answer_by_s: float | None = None
        self._patience_s = 0.0
        self._is_dead = False

    def heard(self, now_s: float) -> None:
        """A frame came: whoever was only thought silent is not."""
        self._heard_s = now_s
        if self._doubt is Doubt.SILENCE:
            self._believe()

    def asked(self, now_s: float) -> None:
        """A request of ours goes out."""
        if self._asked_s is None:
            self._asked_s = now_s

    def answered(self) -> None:
        """An answer came: what we send arrives."""
        self._asked_s = None
        self._believe()

    def needed(self, now_s: float) -> None:
        """Somebody presses, and nobody must wait for a dead socket."""
        if now_s - self._heard_s > _FRESH_S:
            self.moved(now_s)

    def moved(self, now_s: float) -> None:
        """What is sent goes another way than before, where it may be lost."""
        self._needed_s, self._in_haste = now_s, True

    def suspect(self, now_s: float) -> None:
        """The network has changed, or an answer is missing: ask at once."""
        self._needed_s = now_s

    def deadline(self) -> float | None:
        """When `look` has something to say."""
        if self._is_dead:
            return None
        if self._needed_s is not None:
            return self._needed_s
        if self._answer_by_s is not None:
            return self._answer_by_s
        silent_s = self._heard_s + self._limits.silent_s
        if self._asked_s is None:
            return silent_s
        return min(silent_s, self._asked_s + self._limits.unconfirmed_s)

    def look(self, now_s: float) -> Probe | Dead | None:
        """What is to be done; None before `deadline`."""
        deadline_s = self.deadline()
        if deadline_s is None or now_s < deadline_s:
            return None
        if self._needed_s is not None:
            return Probe(Doubt.NEED, self._in_haste)
        if self._answer_by_s is None:
            is_silent = now_s >= self._heard_s + self._limits.silent_s
            return Probe(Doubt.SILENCE if is_silent else Doubt.UNCONFIRMED)
        if now_s - deadline_s > _LATE_S:
            self._answer_by_s = now_s + self._patience_s
            return None
        self._is_dead = True
        assert self._doubt is not None
        return Dead(self._doubt.value)

    def probed(self, probe: Probe, now_s: float) -> None:
        """The ping is on its way."""
        self._needed_s, self._in_haste = None, False
        self._doubt = probe.doubt
        limits = self._limits
        self._patience_s = limits.haste_s if probe.in_haste else limits.probe_s
        self._answer_by_s = now_s + self._patience_s

    def _believe(self) -> None:
        self._doubt = self._answer_by_s = None
