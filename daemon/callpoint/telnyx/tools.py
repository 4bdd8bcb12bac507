"""PURE: which tool calls of the assistant are new, and which wait for an output."""

from typing import Final

from callpoint.telnyx.conversation import ToolCall
from callpoint.telnyx.events import ToolCalled

_REMEMBERED_CALLS: Final = 256


class ToolCalls:
    """Each tool call is told once and answered once, as the vendor's library does."""

    def __init__(self) -> None:
        self._waits: dict[str, bool] = {}
        """Whether an output is wanted, for the newest calls."""

    def called(self, call: ToolCall) -> list[ToolCalled]:
        """Nothing for a repeat: a door must not be opened twice."""
        if call.call_id in self._waits:
            return []
        self._waits[call.call_id] = True
        if len(self._waits) > _REMEMBERED_CALLS:
            del self._waits[next(iter(self._waits))]
        return [ToolCalled(call.call_id, call.name, call.arguments)]

    def answer(self, call_id: str) -> bool:
        """Whether an output for this call is still wanted; it is not from now on."""
        wanted = self._waits.get(call_id, False)
        if wanted:
            self._waits[call_id] = False
        return wanted

    def disconnected(self) -> None:
        """Outputs are dropped, never queued, when the socket is down."""
        self._waits = dict.fromkeys(self._waits, False)

    def call_began(self) -> None:
        """A new conversation: what was asked in the last one is over."""
        self._waits.clear()
