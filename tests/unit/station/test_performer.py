"""What the performer does with each command, and what it tells the table."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from callpoint.audio.earcons import earcon
from callpoint.errors import LocalProtocolError
from callpoint.station.events import (
    CallAnswered,
    CallEnded,
    CloseMicrophone,
    Earcon,
    Event,
    HangUp,
    Indication,
    OpenMicrophone,
    PlaceCall,
    Play,
    Show,
    TakeUpCall,
    Tell,
)
from callpoint.station.performer import Performer
from callpoint.station.reporter import Reporter
from callpoint.telnyx.notices import CallChanged, CallState


@dataclass
class World:
    """Everything that a performer acts on, as lists of what was done."""

    done: list[str] = field(default_factory=list)
    posted: list[Event] = field(default_factory=list)
    published: list[Mapping[str, object]] = field(default_factory=list)
    played: list[bytes] = field(default_factory=list)
    shown: list[Indication] = field(default_factory=list)
    refuses: bool = False
    calls: int = 0
    muting_changes: int = 0

    def performer(self) -> Performer:
        reporter = Reporter(self.published.append)
        return Performer(
            self._place,
            self._take_up,
            self,
            self,
            reporter,
            self.posted.append,
            self._muting_changed,
        )

    def _place(self) -> "Placed":
        if self.refuses:
            raise LocalProtocolError("a call needs a login first")
        self.calls += 1
        return Placed(f"call-{self.calls}", self.done)

    def _muting_changed(self) -> None:
        self.muting_changes += 1

    def _take_up(self) -> "Placed":
        return Placed("survivor", self.done)

    def open_microphone(self) -> None:
        self.done.append("open")

    def close_microphone(self) -> None:
        self.done.append("close")

    def play(self, pcm: bytes) -> None:
        self.played.append(pcm)

    def show(self, indication: Indication) -> None:
        self.shown.append(indication)


@dataclass
class Placed:
    id: str
    done: list[str]

    def hangup(self) -> None:
        self.done.append(f"hang up {self.id}")


@pytest.fixture
def world() -> World:
    return World()


def test_a_call_is_known_to_the_table_by_its_number(world: World) -> None:
    performer = world.performer()
    performer.perform(PlaceCall(7))
    performer.call_changed(CallChanged(1.0, "call-1", CallState.CALLING))
    performer.call_changed(CallChanged(2.0, "call-1", CallState.ACTIVE))
    performer.call_changed(CallChanged(3.0, "call-1", CallState.ENDED, "far", "bye"))
    assert world.posted == [
        CallAnswered(2.0, "call-1", 7),
        CallEnded(3.0, "call-1", "far", "bye", 7),
    ]


def test_a_call_that_survived_is_one_like_others(world: World) -> None:
    performer = world.performer()
    performer.perform(TakeUpCall(1))
    performer.call_changed(CallChanged(2.0, "survivor", CallState.ACTIVE))
    performer.perform(HangUp(1, "asked"))
    assert world.posted == [CallAnswered(2.0, "survivor", 1)]
    assert world.done == ["hang up survivor"]


def test_a_call_that_cannot_be_placed_ends_with_the_reason(world: World) -> None:
    world.refuses = True
    world.performer().perform(PlaceCall(1))
    (ended,) = world.posted
    assert isinstance(ended, CallEnded)
    assert (ended.by, ended.cause, ended.number) == (
        "fault",
        "a call needs a login first",
        1,
    )


def test_only_the_call_that_was_meant_is_hung_up(world: World) -> None:
    performer = world.performer()
    performer.perform(PlaceCall(1))
    performer.perform(PlaceCall(2))
    performer.perform(HangUp(1, "button"))
    performer.perform(HangUp(9, "button"))
    assert world.done == ["hang up call-1"]


def test_a_call_of_nobody_is_ignored(world: World) -> None:
    world.performer().call_changed(CallChanged(1.0, "other", CallState.ACTIVE))
    assert world.posted == []


def test_the_gate_follows_the_table(world: World) -> None:
    performer = world.performer()
    performer.perform(OpenMicrophone())
    performer.perform(CloseMicrophone())
    assert world.done == ["open", "close"]
    assert [event["open"] for event in world.published] == [True, False]


def test_muting_keeps_the_gate_closed_until_it_is_taken_back(world: World) -> None:
    performer = world.performer()
    performer.mute(True)
    performer.perform(OpenMicrophone())
    performer.mute(False)
    assert world.done == ["close", "close", "open"]
    assert world.muting_changes == 2
    assert not performer.muted


def test_the_led_earcons_and_faults_reach_the_outside(world: World) -> None:
    performer = world.performer()
    performer.perform(Show(Indication.FAULT))
    performer.perform(Play(Earcon.NO_CONNECTION))
    performer.perform(Tell("no connection", "press again later"))
    assert world.shown == [Indication.FAULT]
    assert world.played == [earcon(Earcon.NO_CONNECTION)]
    assert world.published[-1] == {
        "event": "error",
        "what": "no connection",
        "advice": "press again later",
    }
