"""A station on paper: events in, commands out, and no clock."""

from callpoint.station.events import (
    CallAnswered,
    CallEnded,
    Command,
    Event,
    HangupAsked,
    LinkUp,
    Pressed,
    Released,
)
from callpoint.station.table import Phase, Rules, begin, step

HOLD = Rules("hold")
TOGGLE = Rules("toggle")

# How a station gets to each phase, with the button up at the end.
WAY_TO: dict[Phase, tuple[Event, ...]] = {
    Phase.OFFLINE: (),
    Phase.READY: (LinkUp(0),),
    Phase.WAITING: (Pressed(0), Released(0.2)),
    Phase.CALLING: (LinkUp(0), Pressed(0), Released(0.2)),
    Phase.TALKING: (LinkUp(0), Pressed(0), Released(0.2), CallAnswered(1, "c1", 1)),
    Phase.ENDING: (LinkUp(0), Pressed(0), Released(0.2), HangupAsked(1)),
}
ENDED = CallEnded(2, "c1", "far", "NORMAL_CLEARING", 1)


class Told:
    """A station that has been told some events; `commands` are those of the last."""

    def __init__(self, rules: Rules, *events: Event) -> None:
        self.rules = rules
        self.state, self.commands = begin(rules)
        self.tell(*events)

    def tell(self, *events: Event) -> tuple[Command, ...]:
        for event in events:
            self.state, self.commands = step(self.rules, self.state, event)
        return self.commands

    @property
    def phase(self) -> Phase:
        return self.state.phase
