"""PURE: from `ai_conversation` messages to transcript lines, partial and final.

The vendor never says that the assistant has finished a line: no SDK of it finalises
one. Here a line is final when another one begins, when the caller speaks, when a
message says done, after a while of silence, or when the call ends.
"""

from dataclasses import dataclass
from itertools import count
from typing import Final, Literal

from callpoint.telnyx import conversation
from callpoint.telnyx.jsonrpc import JsonObject

QUIET_S: Final = 2.0
_MOST_LINES: Final = 200
_LONGEST_CHARACTERS: Final = 20_000
"""Of a line: a far end that never stops must not fill the memory."""

Role = Literal["user", "assistant"]


@dataclass(frozen=True)
class TranscriptLine:
    """The whole of a line as far as it is known; the same `item_id` replaces it.

    A final line may be followed by another one of the same id when its speaker turns
    out to go on.
    """

    role: Role
    text: str
    final: bool
    item_id: str


class Transcript:
    """The lines of one call; use `end` and go on with the next call."""

    def __init__(self, quiet_s: float = QUIET_S) -> None:
        self._quiet_s = quiet_s
        self._lines: dict[str, TranscriptLine] = {}
        self._spoken: dict[str, str] = {}
        """The deltas of the assistant's items, joined as they came."""
        self._typed: set[str] = set()
        self._names = count()
        self._open_id: str | None = None
        """The assistant's line that is not final yet."""
        self._response_id: str | None = None
        self._last_delta_s = 0.0

    def receive(self, params: JsonObject, now_s: float) -> list[TranscriptLine]:
        """Take the params of an `ai_conversation`; returns the lines that changed."""
        match conversation.read(params):
            case conversation.TextDelta() as delta:
                return self._delta(delta, now_s)
            case conversation.UserItem() as item:
                return self._user_item(item)
            case conversation.ResponseCreated(response_id):
                same = response_id in (None, self._response_id, self._open_id)
                return [] if same else self._close()
            case conversation.Done(item_id, response_id):
                return self._close() if self._concerns(item_id, response_id) else []
        return []

    def typed(self, item_id: str, text: str) -> list[TranscriptLine]:
        """What we wrote ourselves under this id; the server's echo of it is dropped."""
        item = conversation.UserItem(item_id, text, completed=True)
        lines = self._user_item(item)
        self._typed.add(item_id)
        return lines

    def tick(self, now_s: float) -> list[TranscriptLine]:
        """Silence makes the assistant's line final."""
        deadline_s = self.deadline()
        return self._close() if deadline_s is not None and deadline_s <= now_s else []

    def deadline(self) -> float | None:
        return None if self._open_id is None else self._last_delta_s + self._quiet_s

    def end(self) -> list[TranscriptLine]:
        """The call is over: what is open becomes final, and everything is forgotten."""
        lines = self._close() + self._close_user()
        self._lines.clear()
        self._spoken.clear()
        self._typed.clear()
        return lines

    def _delta(
        self, delta: conversation.TextDelta, now_s: float
    ) -> list[TranscriptLine]:
        item_id = delta.item_id or delta.response_id or self._unnamed()
        lines = [] if item_id == self._open_id else self._close()
        self._open_id, self._response_id = item_id, delta.response_id
        self._last_delta_s = now_s
        spoken = self._spoken.get(item_id, "") + delta.delta
        self._spoken[item_id] = spoken[:_LONGEST_CHARACTERS]
        return lines + self._tell("assistant", self._spoken[item_id], False, item_id)

    def _user_item(self, item: conversation.UserItem) -> list[TranscriptLine]:
        item_id = item.item_id or self._open_user() or f"user-{next(self._names)}"
        known = self._lines.get(item_id)
        if item_id in self._typed or (known and known.final and not item.completed):
            return []
        # The rest of an item may come when the assistant answers already.
        lines = [] if known else self._close() + self._close_user()
        return lines + self._tell("user", item.text, item.completed, item_id)

    def _tell(
        self, role: Role, text: str, final: bool, item_id: str
    ) -> list[TranscriptLine]:
        text = text[:_LONGEST_CHARACTERS].strip()
        line = TranscriptLine(role, text, final, item_id)
        before = self._lines.get(item_id)
        self._lines[item_id] = line
        self._forget_oldest()
        worth_telling = line.text or (before is not None and before.text)
        return [line] if worth_telling and line != before else []

    def _forget_oldest(self) -> None:
        """It is never the open one: what is new closes that first."""
        if len(self._lines) > _MOST_LINES:
            oldest = next(iter(self._lines))
            del self._lines[oldest]
            self._spoken.pop(oldest, None)
            self._typed.discard(oldest)

    def _close(self) -> list[TranscriptLine]:
        item_id, self._open_id, self._response_id = self._open_id, None, None
        if item_id is None:
            return []
        return self._tell("assistant", self._spoken[item_id], True, item_id)

    def _close_user(self) -> list[TranscriptLine]:
        item_id = self._open_user()
        if item_id is None:
            return []
        return self._tell("user", self._lines[item_id].text, True, item_id)

    def _open_user(self) -> str | None:
        lines = self._lines.values()
        open_ids = (x.item_id for x in lines if x.role == "user" and not x.final)
        return next(open_ids, None)

    def _concerns(self, item_id: str | None, response_id: str | None) -> bool:
        named = {item_id, response_id} - {None}
        return not named or bool(named & {self._open_id, self._response_id})

    def _unnamed(self) -> str:
        """One line for all deltas without an id, until it is final."""
        if self._open_id and self._open_id.startswith("assistant-"):
            return self._open_id
        return f"assistant-{next(self._names)}"
