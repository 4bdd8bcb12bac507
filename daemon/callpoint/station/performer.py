"""Performs the table's commands: calls, the microphone's gate, the LED, earcons."""

import time
from collections.abc import Callable
from typing import Protocol

from callpoint.audio import earcons
from callpoint.errors import CallpointError
from callpoint.station.events import (
    CallAnswered,
    CallEnded,
    CloseMicrophone,
    Command,
    Event,
    HangUp,
    Indication,
    MediaChanged,
    OpenMicrophone,
    PlaceCall,
    Play,
    Show,
    TakeUpCall,
    Tell,
)
from callpoint.station.reporter import Reporter
from callpoint.telnyx import notices
from callpoint.telnyx.notices import CallChanged, CallState


class Placed(Protocol):
    """The part of `telnyx.call.Call` that a performer needs."""

    @property
    def id(self) -> str: ...

    def hangup(self) -> None: ...


class Voice(Protocol):
    """The part of `audio.engine.VoiceEngine` that a performer needs."""

    def open_microphone(self) -> None: ...

    def close_microphone(self) -> None: ...

    def play(self, pcm: bytes) -> None: ...


class Lamp(Protocol):
    """The part of `controls.led.Led` that a performer needs."""

    def show(self, indication: Indication) -> None: ...


class Performer:
    """`place_call` starts a call, and `take_up` goes on with the one that survived.

    `post` is told what becomes of it.
    """

    def __init__(
        self,
        place_call: Callable[[], Placed],
        take_up: Callable[[], Placed],
        voice: Voice,
        lamp: Lamp,
        reporter: Reporter,
        post: Callable[[Event], None],
        muting_changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._place_call = place_call
        self._take_up = take_up
        self._voice = voice
        self._lamp = lamp
        self._reporter = reporter
        self._post = post
        self._muting_changed = muting_changed
        self._placed: dict[int, Placed] = {}
        self._gate_open = False
        self._muted = False

    def perform(self, command: Command) -> None:
        """Do what the table orders."""
        match command:
            case PlaceCall(number):
                self._place(number)
            case TakeUpCall(number):
                self._placed[number] = self._take_up()
            case HangUp(number):
                if (call := self._placed.get(number)) is not None:
                    call.hangup()
            case OpenMicrophone() | CloseMicrophone():
                self._gate_open = isinstance(command, OpenMicrophone)
                self._set_microphone()
            case Show(indication):
                self._lamp.show(indication)
                self._reporter.shows(indication)
            case Play(which):
                self._voice.play(earcons.earcon(which))
            case Tell():
                self._reporter.tell(command)

    def mute(self, on: bool) -> None:
        """Keep the microphone closed in this call, or let the button decide again."""
        self._muted = on
        self._set_microphone()
        self._muting_changed()

    @property
    def muted(self) -> bool:
        return self._muted

    def call_changed(self, changed: CallChanged) -> None:
        """Tell the table what became of a call."""
        number = self._number(changed.call_id)
        if number is None:
            return
        if changed.state is CallState.ACTIVE:
            self._post(CallAnswered(changed.at_s, changed.call_id, number))
        elif changed.state is CallState.ENDED:
            del self._placed[number]
            self._muted = False
            self._post(
                CallEnded(
                    changed.at_s,
                    changed.call_id,
                    changed.by or "fault",
                    changed.cause or "unknown",
                    number,
                    changed.broke_off,
                )
            )

    def media_changed(self, changed: notices.MediaChanged) -> None:
        """Tell the table whether the far end is heard."""
        number = self._number(changed.call_id)
        if number is not None:
            self._post(MediaChanged(changed.at_s, changed.is_quiet, number))

    def _place(self, number: int) -> None:
        try:
            self._placed[number] = self._place_call()
        except CallpointError as error:
            self._post(CallEnded(time.monotonic(), "", "fault", str(error), number))

    def _set_microphone(self) -> None:
        is_open = self._gate_open and not self._muted
        if is_open:
            self._voice.open_microphone()
        else:
            self._voice.close_microphone()
        self._reporter.microphone(is_open)

    def _number(self, call_id: str) -> int | None:
        for number, call in self._placed.items():
            if call.id == call_id:
                return number
        return None
