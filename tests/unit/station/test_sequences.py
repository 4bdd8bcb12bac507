"""Whatever happens, in whatever order: what must hold all the same."""

from collections.abc import Callable
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from callpoint.station.events import (
    CallAnswered,
    CallEnded,
    CloseMicrophone,
    Command,
    DeviceFailed,
    DeviceRecovered,
    Event,
    HangUp,
    HangupAsked,
    Indication,
    LinkDown,
    LinkUp,
    OpenMicrophone,
    PlaceCall,
    Pressed,
    Released,
    Show,
    Spoke,
    TimeCame,
)
from callpoint.station.state import IN_CALL
from callpoint.station.table import Phase, Rules, deadline
from tests.unit.station.told import Told

IDLE = (Phase.OFFLINE, Phase.READY)
# What happens, at a time and to a call.
HAPPENINGS: tuple[Callable[[float, int], Event], ...] = (
    # The finger is the busiest.
    *(lambda at_s, _: Pressed(at_s),) * 3,
    *(lambda at_s, _: Released(at_s),) * 2,
    *(lambda at_s, _: LinkUp(at_s),) * 2,
    lambda at_s, _: LinkDown(at_s, "gone"),
    *(lambda at_s, number: CallAnswered(at_s, "c", number),) * 2,
    lambda at_s, number: CallEnded(at_s, "c", "far", "", number),
    lambda at_s, number: CallEnded(at_s, "c", "near", "", number),
    lambda at_s, number: CallEnded(at_s, "c", "fault", "", number),
    lambda at_s, _: Spoke(at_s, "caller"),
    lambda at_s, _: HangupAsked(at_s),
    lambda at_s, _: DeviceFailed(at_s, "microphone", "unplugged"),
    lambda at_s, _: DeviceRecovered(at_s, "microphone"),
    lambda at_s, _: TimeCame(at_s),
)
PAUSES_S = (0.0, 0.1, 0.3, 2.0, 12.0, 61.0)
STORIES = st.lists(
    st.tuples(
        st.sampled_from(PAUSES_S),
        st.sampled_from(HAPPENINGS),
        # Most often of the newest call, and sometimes of its elder.
        st.sampled_from([0, 0, 1]),
    ),
    max_size=40,
)


class Watched:
    """A station, and beside it what follows from its commands alone."""

    def __init__(self, rules: Rules) -> None:
        self.station = Told(rules)
        self.microphone_open = False
        self.held = False
        self.indication = Indication.CONNECTING
        self.live: int | None = None
        self.placed = 0

    def tell(self, event: Event) -> None:
        match event:
            case Pressed():
                self.held = True
            case Released():
                self.held = False
            case CallEnded(number=self.live):
                self.live = None
        for command in self.station.tell(event):
            self.obey(command)
        self.check()

    def obey(self, command: Command) -> None:
        match command:
            case PlaceCall(number):
                assert self.live is None, "two calls at once"
                assert number == self.placed + 1
                self.live = self.placed = number
            case HangUp(number):
                assert number == self.live, "a bye for a call that is not"
                assert not self.microphone_open, "a bye with an open microphone"
                self.live = None
            case OpenMicrophone():
                assert not self.microphone_open
                assert self.live is not None, "a microphone without a call"
                self.microphone_open = True
            case CloseMicrophone():
                assert self.microphone_open
                self.microphone_open = False
            case Show(indication):
                assert indication is not self.indication
                self.indication = indication

    def check(self) -> None:
        state = self.station.state
        assert state.microphone_open == self.microphone_open
        assert state.indication is self.indication
        assert (state.phase in IN_CALL) == (self.live is not None)
        if self.microphone_open:
            assert state.phase in IN_CALL
            assert self.held or self.station.rules.mode == "toggle"

    def pass_time(self, until_s: float) -> None:
        """Send `TimeCame` as the supervisor does."""
        while (at_s := self.due_s()) is not None and at_s <= until_s:
            self.tell(TimeCame(at_s))
            later_s = self.due_s()
            assert later_s is None or later_s > at_s, "a deadline that does not pass"

    def due_s(self) -> float | None:
        return deadline(self.station.rules, self.station.state)


@given(
    story=STORIES,
    mode=st.sampled_from(["hold", "toggle"]),
    double=st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_whatever_happens_the_microphone_and_the_calls_end(
    story: list[tuple[float, Callable[[float, int], Event], int]],
    mode: Literal["hold", "toggle"],
    double: bool,
) -> None:
    rules = Rules(mode, double_press_hangs_up=double)
    watched = Watched(rules)
    now_s = 0.0
    for pause_s, happening, older in story:
        now_s += pause_s
        watched.pass_time(now_s)
        watched.tell(happening(now_s, watched.placed - older))
    watched.pass_time(now_s + rules.longest_call_s + rules.bye_s)
    assert watched.station.phase in IDLE
    assert not watched.microphone_open
    assert watched.due_s() is None
