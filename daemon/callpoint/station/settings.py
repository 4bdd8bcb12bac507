"""PURE: the configuration in force, and what of a newer one waits for its moment.

A call is not touched by a reload: what would touch it waits for its end.
"""

from collections.abc import Callable
from dataclasses import dataclass

from callpoint.config.applying import Applies, Change, changes, in_force
from callpoint.config.schema import Config
from callpoint.errors import ConfigError


@dataclass(frozen=True)
class Reloaded:
    """What became of a reload, by the paths of the keys that changed."""

    applied: tuple[str, ...]
    next_call: tuple[str, ...]
    """They come into force when no call is up."""
    restart: tuple[str, ...]

    def __str__(self) -> str:
        told = {
            "in force": self.applied,
            "when the call is over": self.next_call,
            "after a restart": self.restart,
        }
        parts = [f"{when}: {', '.join(keys)}" for when, keys in told.items() if keys]
        return "; ".join(parts) or "nothing changed"


def told(error: ConfigError) -> str:
    """Every fault, in one line."""
    return "; ".join(str(fault) for fault in error.faults)


class Settings:
    """`apply(old, new)` is told of each configuration that comes into force.

    `fault` says why the sources have another one than this, if they have.
    """

    def __init__(self, config: Config, apply: Callable[[Config, Config], None]) -> None:
        self.config = config
        self.fault: ConfigError | None = None
        self._wanted = config
        self._apply = apply

    def take(self, wanted: Config, in_call: bool) -> Reloaded:
        """A new configuration that is good."""
        self.fault, self._wanted = None, wanted
        before = self.config
        self._advance({Applies.LIVE} if in_call else {Applies.LIVE, Applies.NEXT_CALL})
        applied = changes(before, self.config)
        return Reloaded(_keys(applied), self.next_call, self.restart)

    def refuse(self, error: ConfigError) -> None:
        """The sources are wrong: what is in force stays, and what waits is off."""
        self.fault, self._wanted = error, self.config

    def call_over(self) -> None:
        """No call is up: what waited for this comes into force."""
        if self.next_call:
            self._advance({Applies.LIVE, Applies.NEXT_CALL})

    @property
    def next_call(self) -> tuple[str, ...]:
        """The keys that wait for the end of the call."""
        return self._waiting(Applies.NEXT_CALL)

    @property
    def restart(self) -> tuple[str, ...]:
        """The keys that wait for a restart."""
        return self._waiting(Applies.RESTART)

    def _advance(self, kinds: set[Applies]) -> None:
        before = self.config
        self.config = in_force(before, self._wanted, kinds)
        if self.config != before:
            self._apply(before, self.config)

    def _waiting(self, kind: Applies) -> tuple[str, ...]:
        found = changes(self.config, self._wanted)
        return _keys([change for change in found if change.applies is kind])


def _keys(found: list[Change]) -> tuple[str, ...]:
    return tuple(change.key for change in found)
