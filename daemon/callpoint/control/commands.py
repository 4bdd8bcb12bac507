"""PURE: what each command of the control socket does to the station.

A command checks its arguments before it acts, and answers with what it adds to
`{"ok": true}`. How lines come and go is in `server`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from callpoint.control.wire import Request
from callpoint.errors import ControlError

Result = Mapping[str, object]

_DIGITS = re.compile(r"[0-9A-Da-d*#]+")


class Station(Protocol):
    """The station as the control socket sees it; all on the event loop.

    Each may raise CallpointError, whose sentence and advice the client is given.
    """

    def status(self) -> dict[str, object]:
        """What `callpoint status --json` prints; it must be ready for JSON."""
        ...

    def press(self, at_s: float) -> None:
        """Push the button; `at_s` is when the line was read (CLOCK_MONOTONIC).

        Also called for a button that the socket holds down already.
        """
        ...

    def release(self, at_s: float) -> None:
        """Let the button go; does nothing when it is up."""
        ...

    def hangup(self) -> None:
        """End the call with a bye; raises CallpointError when no call is up."""
        ...

    async def say(self, text: str) -> None:
        """Send a text message to the assistant; raises when no call is up."""
        ...

    def mute(self, on: bool) -> None:
        """Send silence whatever the button says, or stop doing so."""
        ...

    def dtmf(self, digits: str) -> None:
        """Send key tones: 0-9, A-D, * and #."""
        ...

    async def reload(self) -> dict[str, object]:
        """Read the configuration again; what of it applies when, or its faults."""
        ...


@dataclass(frozen=True)
class Command:
    """One command: the arguments that it takes, and what it does."""

    run: Callable[[Request], Awaitable[Result]]
    takes: tuple[str, ...] = ()


class Fingers:
    """Who holds the button down over the socket; it comes up with the last finger."""

    def __init__(self) -> None:
        self._clients: set[object] = set()
        self._stays = False

    @property
    def down(self) -> bool:
        """True while the socket holds the button down."""
        return self._stays or bool(self._clients)

    def press(self, client: object, stay: bool) -> None:
        """A finger of `client`, or with `stay` one that outlives its connection."""
        if stay:
            self._stays = True
        else:
            self._clients.add(client)

    def lift(self) -> None:
        """Somebody asked for a release: all fingers go."""
        self._clients.clear()
        self._stays = False

    def gone(self, client: object) -> bool:
        """`client` vanished; True when its finger was the last one."""
        held = client in self._clients
        self._clients.discard(client)
        return held and not self.down


class StationCommands:
    """The table of commands for one station."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._fingers = Fingers()
        self.table: Mapping[str, Command] = {
            "status": Command(self._status),
            "press": Command(self._press, ("stay",)),
            "release": Command(self._release),
            "hangup": Command(self._hangup),
            "say": Command(self._say, ("text",)),
            "mute": Command(self._mute, ("on",)),
            "dtmf": Command(self._dtmf, ("digits",)),
            "reload": Command(self._reload),
        }

    def gone(self, client: object, at_s: float) -> None:
        """A client's connection is over: a press that it held becomes a release."""
        if self._fingers.gone(client):
            self._station.release(at_s)

    async def _status(self, _: Request) -> Result:
        return self._station.status()

    async def _press(self, request: Request) -> Result:
        stay = request.flag("stay", default=False)
        already = self._fingers.down
        self._station.press(request.at_s)
        self._fingers.press(request.client, stay)
        return {"already": True} if already else {}

    async def _release(self, request: Request) -> Result:
        self._fingers.lift()
        self._station.release(request.at_s)
        return {}

    async def _hangup(self, _: Request) -> Result:
        self._station.hangup()
        return {}

    async def _say(self, request: Request) -> Result:
        await self._station.say(request.text("text"))
        return {}

    async def _mute(self, request: Request) -> Result:
        self._station.mute(request.flag("on"))
        return {}

    async def _reload(self, _: Request) -> Result:
        return await self._station.reload()

    async def _dtmf(self, request: Request) -> Result:
        digits = request.text("digits")
        if not _DIGITS.fullmatch(digits):
            raise ControlError(
                f'"digits" of "dtmf": expected 0-9, A-D, * and #, found "{digits[:40]}"'
            )
        self._station.dtmf(digits.upper())
        return {}
