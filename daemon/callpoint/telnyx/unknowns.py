"""PURE: a count of the messages that nobody documents, so that a log may tell of each
kind once.
"""

from collections.abc import Mapping
from typing import Final

from callpoint.telnyx.events import Unknown
from callpoint.telnyx.jsonrpc import excerpt

_MOST_KINDS: Final = 100


class Unknowns:
    """A server that makes up names without end fills one kind, `other`."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}

    @property
    def counts(self) -> Mapping[str, int]:
        return self._counts

    def count(self, kind: str, text: str) -> Unknown:
        name = excerpt(kind)
        if name not in self._counts and len(self._counts) >= _MOST_KINDS:
            name = "other"
        self._counts[name] = self._counts.get(name, 0) + 1
        return Unknown(name, self._counts[name], text)
