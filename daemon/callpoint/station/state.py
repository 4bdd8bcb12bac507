"""PURE: what the table knows about a station, and the limits that it keeps.

What the microphone and the LED should be follows from the state alone, so that no row
of the table can forget to close a microphone or to put out a fault.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal

from callpoint.station.events import Indication

NEVER: Final = float("-inf")


class Phase(Enum):
    """Where a station stands between two calls, or in one."""

    OFFLINE = "offline"
    READY = "ready"
    WAITING = "waiting"
    """Pressed while the link is down: the press waits for it."""
    CALLING = "calling"
    TALKING = "talking"
    ENDING = "ending"
    """Our bye is in flight."""


class Timer(Enum):
    """What a deadline is for."""

    LINK = "link"
    QUIET = "quiet"
    LONGEST_CALL = "longest call"
    BYE = "bye"
    LONGEST_PRESS = "longest press"
    FAULT_SHOWN = "fault shown"


@dataclass(frozen=True)
class Rules:
    """How a station behaves; all times in seconds."""

    mode: Literal["hold", "toggle"]
    quiet_s: float = 30
    """A call ends when nobody has spoken for so long, answered or not."""
    longest_call_s: float = 600
    """Counted from the press that placed it."""
    longest_press_s: float = 60
    """Longer, and something else than a finger holds the button down."""
    wait_for_link_s: float = 5
    double_press_hangs_up: bool = False
    """Hold mode only: in toggle mode every press in a call ends it anyway."""
    double_press_s: float = 0.4
    """Two presses closer than this are one intention of somebody in a hurry."""
    fault_shown_s: float = 3
    """How long the LED tells of a failure that is over by itself."""
    continue_lost: bool = True
    """Whether a new call continues one that broke off."""
    worth_continuing_s: float = 5
    """Of a call that was up for so long at least."""
    bye_s: float = 3
    """How long the end of a call is awaited after our bye."""


@dataclass(frozen=True)
class State:
    """All that the table remembers. A station starts with `State()`."""

    phase: Phase = Phase.OFFLINE
    since_s: float = 0.0
    """When WAITING or ENDING began."""
    link_up: bool = False
    link_reason: str = "not logged in yet"
    """Why the link is down."""
    number: int = 0
    """Of the newest call."""
    placed_at_s: float = NEVER
    answered_at_s: float = NEVER
    is_quiet: bool = False
    """Nothing is heard of the far end of this call."""
    spoken_at_s: float = NEVER
    """When somebody last spoke or was about to: a press to speak, the answer."""
    held: bool = False
    pressed_at_s: float = NEVER
    earlier_press_s: float = NEVER
    """The press before the newest one."""
    stuck: bool = False
    """Held for longer than `longest_press_s`; until the release."""
    failed: frozenset[str] = frozenset()
    """Devices that do not work."""
    fault_since_s: float | None = None
    """When a failure that is over by itself was shown."""
    microphone_open: bool = False
    indication: Indication = Indication.OFF


IN_CALL: Final = frozenset({Phase.CALLING, Phase.TALKING})

_SHOWN: Final = {
    Phase.OFFLINE: Indication.CONNECTING,
    Phase.READY: Indication.READY,
    # A press must be seen to be taken, whether or not the link is there.
    Phase.WAITING: Indication.CALLING,
    Phase.CALLING: Indication.CALLING,
    Phase.TALKING: Indication.LISTENING,
}


def idle(state: State) -> Phase:
    """The phase of a station without a call."""
    return Phase.READY if state.link_up else Phase.OFFLINE


def microphone(rules: Rules, state: State) -> bool:
    """Whether the far end may hear: only in a call, and in hold mode while held."""
    wanted = state.held if rules.mode == "hold" else True
    return wanted and state.phase in IN_CALL and not state.stuck


def indication(state: State) -> Indication:
    """What the LED shows.

    A fault hides all else: it is the only thing that the caller cannot guess. A call
    that is not answered yet shows `CALLING` although the microphone may be open: who
    speaks before the answer should know that nobody listens yet. Nor does anybody
    while nothing is heard of the far end.
    """
    if state.stuck or state.failed or state.fault_since_s is not None:
        return Indication.FAULT
    if state.phase is Phase.TALKING and state.is_quiet:
        return Indication.CONNECTING
    if state.phase is Phase.TALKING and state.microphone_open:
        return Indication.MICROPHONE_OPEN
    # While the bye is in flight a press starts a new call, as if it had arrived.
    phase = idle(state) if state.phase is Phase.ENDING else state.phase
    return _SHOWN[phase]


def timers(rules: Rules, state: State) -> dict[Timer, float]:
    """When each limit that now applies is reached."""
    running: dict[Timer, float] = {}
    if state.phase is Phase.WAITING:
        running[Timer.LINK] = state.since_s + rules.wait_for_link_s
    if state.phase is Phase.ENDING:
        running[Timer.BYE] = state.since_s + rules.bye_s
    if state.phase in IN_CALL:
        running[Timer.QUIET] = state.spoken_at_s + rules.quiet_s
        running[Timer.LONGEST_CALL] = state.placed_at_s + rules.longest_call_s
    if state.held and not state.stuck:
        running[Timer.LONGEST_PRESS] = state.pressed_at_s + rules.longest_press_s
    if state.fault_since_s is not None:
        running[Timer.FAULT_SHOWN] = state.fault_since_s + rules.fault_shown_s
    return running


def is_due(rules: Rules, state: State, timer: Timer, now_s: float) -> bool:
    """Whether this limit applies and is reached."""
    at_s = timers(rules, state).get(timer)
    return at_s is not None and now_s >= at_s
