"""Writes the conversation down: what comes, what grows quiet, and the end of a call."""

import asyncio
import time
from collections.abc import Callable, Iterable

from callpoint.telnyx.jsonrpc import JsonObject
from callpoint.telnyx.notices import TranscriptChanged
from callpoint.telnyx.transcript import Transcript, TranscriptLine


class Scribe:
    """Keeps the transcript of the newest call, and tells each line as it changes."""

    def __init__(self, emit: Callable[[TranscriptChanged], None]) -> None:
        self._emit = emit
        self._transcript = Transcript()
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """A call begins: nothing is written yet."""
        self._transcript = Transcript()

    def receive(self, params: JsonObject) -> None:
        """The params of an `ai_conversation`."""
        self._tell(self._transcript.receive(params, time.monotonic()))

    def typed(self, item_id: str, text: str) -> None:
        """What we wrote ourselves; the server may echo it."""
        self._tell(self._transcript.typed(item_id, text))

    def end(self) -> None:
        """The call is over: every line is final."""
        self._tell(self._transcript.end())

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _tell(self, lines: Iterable[TranscriptLine]) -> None:
        for line in lines:
            self._emit(TranscriptChanged(time.monotonic(), line))
        self.close()
        quiet_at_s = self._transcript.deadline()
        if quiet_at_s is not None:
            self._timer = asyncio.get_running_loop().call_at(quiet_at_s, self._quiet)

    def _quiet(self) -> None:
        self._tell(self._transcript.tick(time.monotonic()))
