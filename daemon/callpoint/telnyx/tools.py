"""PURE: which tool calls of the assistant are new, and which wait for an output."""

from callpoint.telnyx.conversation import ToolCall
from callpoint.telnyx.events import ToolCalled


class ToolCalls:
    """Each tool call is told once and answered once, as the vendor's library does."""

    def __init__(self) -> None:
        self._called: set[str] = set()
        self._waiting: set[str] = set()

    def called(self, call: ToolCall) -> list[ToolCalled]:
        """Nothing for a repeat: a door must not be opened twice."""
        if call.call_id in self._called:
            return []
        self._called.add(call.call_id)
        self._waiting.add(call.call_id)
        return [ToolCalled(call.call_id, call.name, call.arguments)]

    def answer(self, call_id: str) -> bool:
        """Whether an output for this call is still wanted; it is not from now on."""
        wanted = call_id in self._waiting
        self._waiting.discard(call_id)
        return wanted

    def disconnected(self) -> None:
        """Outputs are dropped, never queued, when the socket is down."""
        self._waiting.clear()

    def call_began(self) -> None:
        """A new conversation: what was asked in the last one is over."""
        self._called.clear()
        self._waiting.clear()
