"""One call: its media end, its assistant, and the time that drives them.

Speech rises from the line to the assistant; the assistant's actions descend to the line
and, through `Office`, to the gateway.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.simulator.actions import (
    AssistantAction,
    HangUp,
    Hush,
    Json,
    Note,
    Speak,
    Tell,
)
from callpoint.simulator.assistant import Assistant
from callpoint.simulator.line import Line, Listeners
from callpoint.simulator.listener import Heard, SpeechStarted
from callpoint.simulator.recogniser import Recogniser
from callpoint.simulator.recording import Recording
from callpoint.simulator.scenario import Scenario
from callpoint.simulator.speech import Library

_ECHO_AT_MOST_S: Final = 3
_CHECK_EVERY_S: Final = 0.5


class Office(Protocol):
    """Who a call reports to."""

    def note(self, event: str, at_s: float | None = None, **fields: Any) -> None: ...

    def tell(self, call_id: str, params: Json) -> None: ...

    def hang_up(self, call_id: str, cause: str, by: str) -> None: ...


@dataclass(frozen=True)
class Studio:
    """What all calls share, made ready before the first."""

    scenario: Scenario
    library: Library
    recogniser: Recogniser
    new_uuid: Callable[[], str]
    loopback: bool = True
    goodbye: str = ""
    record: Path | None = None

    def assistant(self) -> Assistant:
        scenario = self.scenario
        monologue: list[str] = []
        if scenario.say:
            monologue = [scenario.say]
        elif scenario.monologue_s:
            monologue = self.library.shuffled(scenario.monologue_s)
        return Assistant(scenario, self.new_uuid, monologue, self.goodbye)


class Talk:
    """A call from its invite to its bye."""

    def __init__(self, call_id: str, studio: Studio, office: Office) -> None:
        self._id = call_id
        self._studio = studio
        self._office = office
        self._loop = asyncio.get_running_loop()
        self._began_s = time.monotonic()
        self._recording = (
            Recording(studio.record, call_id, self._began_s) if studio.record else None
        )
        self._assistant = studio.assistant()
        self._closed = False
        self._text = ""
        self._turn = b""
        self._turns: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self.line = Line(
            studio.scenario,
            studio.loopback,
            Listeners(
                connected=lambda at_s: self._note("media_connected", at_s),
                first_packet=lambda at_s: self._note("first_packet", at_s),
                heard=self._heard,
                spoken=self._spoken,
            ),
            self._recording,
        )
        self._watch = self._loop.call_later(_CHECK_EVERY_S, self._check_media)

    def begin(self) -> None:
        """The call is answered: the assistant may speak."""
        self._do(self._assistant.begin(time.monotonic()))

    def typed(self, item: Json) -> None:
        """The caller sent a text message."""
        self._do(self._assistant.typed(item, time.monotonic()))

    def tool_answered(self, item: Json) -> None:
        """The caller's client sent a tool's output."""
        self._do(self._assistant.tool_answered(item, time.monotonic()))

    def _heard(self, event: Heard) -> None:
        if isinstance(event, SpeechStarted):
            self._note("speech_started", self._time_of(event.at_samples))
            self._do(self._assistant.caller_started(time.monotonic()))
            return
        self._note("speech_ended", self._time_of(event.end_samples))
        duration_s = (event.end_samples - event.start_samples) / SAMPLE_RATE_HZ
        if not self._closed:
            self._do(self._assistant.caller_paused(duration_s))
        turn = self._understand(event.pcm, event.start_samples, event.end_samples)
        task = self._loop.create_task(turn)
        self._turns.add(task)
        task.add_done_callback(self._turns.discard)

    def _time_of(self, samples: int) -> float:
        return self._began_s + samples / SAMPLE_RATE_HZ

    async def _understand(
        self, pcm: bytes, start_samples: int, end_samples: int
    ) -> None:
        matches = await asyncio.to_thread(self._studio.recogniser.recognise, pcm)
        words = [match.words for match in matches]
        duration_s = (end_samples - start_samples) / SAMPLE_RATE_HZ
        text = ", ".join(words)
        self._note(
            "recognised",
            text=text or None,
            duration_s=round(duration_s, 3),
            agreement=[round(match.agreement, 3) for match in matches],
        )
        if self._recording is not None:
            self._recording.note("caller", text, start_samples, end_samples)
        self._turn = pcm[: _ECHO_AT_MOST_S * SAMPLE_RATE_HZ * 2]
        if not self._closed:
            now_s = time.monotonic()
            self._do(self._assistant.caller_understood(words, duration_s, now_s))

    def _spoken(self, start_samples: int, end_samples: int) -> None:
        self._note("spoken", self._time_of(end_samples), text=self._text)
        if self._recording is not None:
            self._recording.note("assistant", self._text, start_samples, end_samples)
        self._do(self._assistant.spoken(time.monotonic()))

    def _do(self, actions: list[AssistantAction]) -> None:
        for action in actions:
            match action:
                case Speak(parts, text):
                    self._text = text
                    self._note("speaking", text=text)
                    self.line.say(self._studio.library.pcm(parts, self._turn))
                case Hush():
                    self.line.hush()
                case Tell(params):
                    self._office.tell(self._id, params)
                case Note(event, fields):
                    self._note(event, **fields)
                case HangUp(cause):
                    self._office.hang_up(self._id, cause, "assistant")
        self._set_alarm()

    def _set_alarm(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        deadline_s = self._assistant.deadline_s
        if deadline_s is not None:
            self._alarm = self._loop.call_at(deadline_s, self._ring)

    def _ring(self) -> None:
        self._do(self._assistant.tick(time.monotonic()))

    def _check_media(self) -> None:
        """FreeSWITCH ends a call whose RTP stays away."""
        last_s = self.line.last_packet_s
        now_s = time.monotonic()
        if now_s - (last_s or self._began_s) > self._studio.scenario.media_timeout_s:
            self._office.hang_up(self._id, "MEDIA_TIMEOUT", "gateway")
        else:
            self._watch = self._loop.call_later(_CHECK_EVERY_S, self._check_media)

    def _note(self, event: str, at_s: float | None = None, **fields: Any) -> None:
        self._office.note(event, at_s, call_id=self._id, **fields)

    async def close(self) -> None:
        """End the media, and finish the recording."""
        self._closed = True
        self._watch.cancel()
        if self._alarm is not None:
            self._alarm.cancel()
        await self.line.close()
        await asyncio.gather(*self._turns)
        if self._recording is not None:
            self._recording.close()
            path = str(self._recording.path)
            self._note("recorded", path=path)
