"""PURE: what the device does: one table, a row for every phase and every event.

           LinkUp            Pressed           CallAnswered
  OFFLINE ────────▶ READY ──────────▶ CALLING ─────────────▶ TALKING
     │ Pressed                           │ limit, button,       │
     ▼         LinkUp                    ▼ HangupAsked          ▼
  WAITING ───────────────▶ CALLING    ENDING ◀──────────────────┘
     │ wait_for_link_s                   │ CallEnded: READY or OFFLINE
     ▼                                   │ Pressed: CALLING, or WAITING
  OFFLINE, and told so

CallSurvived leads from OFFLINE to CALLING, or to ENDING where nobody wants the call.
CallEnded leads from CALLING and TALKING straight to READY or OFFLINE, and a call that
broke off to a new one. The link coming
and going leaves a call alone. To change what the device does, change a row here, or
the function that it names in `rows`.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from callpoint.station import rows
from callpoint.station.events import (
    CallAnswered,
    CallEnded,
    CallSurvived,
    CloseMicrophone,
    Command,
    DeviceFailed,
    DeviceRecovered,
    Event,
    HangupAsked,
    LinkDown,
    LinkUp,
    MediaChanged,
    OpenMicrophone,
    Pressed,
    Released,
    Show,
    Spoke,
    Tell,
    TimeCame,
)
from callpoint.station.rows import Outcome, Row
from callpoint.station.state import (
    Phase,
    Rules,
    State,
    Timer,
    indication,
    is_due,
    microphone,
    timers,
)
from callpoint.system.entries import Entry

__all__ = ["TABLE", "Phase", "Rules", "State", "begin", "deadline", "step"]

TABLE: Final[dict[tuple[Phase, type[Event]], Row]] = {
    # Without a link a press can only wait; calls are over here, whatever still arrives,
    # but for the one that an earlier life of this program was in.
    (Phase.OFFLINE, Pressed): rows.wait_for_link,
    (Phase.OFFLINE, Released): rows.stay,
    (Phase.OFFLINE, LinkUp): rows.become_idle,
    (Phase.OFFLINE, LinkDown): rows.stay,
    (Phase.OFFLINE, CallAnswered): rows.stay,
    (Phase.OFFLINE, CallEnded): rows.stay,
    (Phase.OFFLINE, CallSurvived): rows.take_up,
    (Phase.OFFLINE, MediaChanged): rows.stay,
    (Phase.OFFLINE, Spoke): rows.stay,
    (Phase.OFFLINE, HangupAsked): rows.stay,
    (Phase.OFFLINE, DeviceFailed): rows.stay,
    (Phase.OFFLINE, DeviceRecovered): rows.stay,
    (Phase.OFFLINE, TimeCame): rows.stay,
    # Nothing but a press places a call.
    (Phase.READY, Pressed): rows.place,
    (Phase.READY, Released): rows.stay,
    (Phase.READY, LinkUp): rows.stay,
    (Phase.READY, LinkDown): rows.become_idle,
    (Phase.READY, CallAnswered): rows.stay,
    (Phase.READY, CallEnded): rows.stay,
    (Phase.READY, CallSurvived): rows.stay,
    (Phase.READY, MediaChanged): rows.stay,
    (Phase.READY, Spoke): rows.stay,
    (Phase.READY, HangupAsked): rows.stay,
    (Phase.READY, DeviceFailed): rows.stay,
    (Phase.READY, DeviceRecovered): rows.stay,
    (Phase.READY, TimeCame): rows.stay,
    # A second press does not prolong the wait, or impatience would never be answered.
    (Phase.WAITING, Pressed): rows.stay,
    (Phase.WAITING, Released): rows.stay,
    (Phase.WAITING, LinkUp): rows.place,
    (Phase.WAITING, LinkDown): rows.stay,
    (Phase.WAITING, CallAnswered): rows.stay,
    (Phase.WAITING, CallEnded): rows.stay,
    (Phase.WAITING, CallSurvived): rows.stay,
    (Phase.WAITING, MediaChanged): rows.stay,
    (Phase.WAITING, Spoke): rows.stay,
    (Phase.WAITING, HangupAsked): rows.stop_waiting,
    (Phase.WAITING, DeviceFailed): rows.stay,
    (Phase.WAITING, DeviceRecovered): rows.stay,
    (Phase.WAITING, TimeCame): rows.give_up_waiting,
    # Until the answer all is as in a call, for what is said is kept for the far end.
    (Phase.CALLING, Pressed): rows.press_in_call,
    (Phase.CALLING, Released): rows.stay,
    (Phase.CALLING, LinkUp): rows.stay,
    (Phase.CALLING, LinkDown): rows.stay,
    (Phase.CALLING, CallAnswered): rows.answer,
    (Phase.CALLING, CallEnded): rows.end,
    (Phase.CALLING, CallSurvived): rows.stay,
    (Phase.CALLING, MediaChanged): rows.stay,
    (Phase.CALLING, Spoke): rows.hear,
    (Phase.CALLING, HangupAsked): rows.hang_up_as_asked,
    (Phase.CALLING, DeviceFailed): rows.stay,
    (Phase.CALLING, DeviceRecovered): rows.stay,
    (Phase.CALLING, TimeCame): rows.keep_limits,
    # The link is not needed to talk, only to begin and to end.
    (Phase.TALKING, Pressed): rows.press_in_call,
    (Phase.TALKING, Released): rows.stay,
    (Phase.TALKING, LinkUp): rows.stay,
    (Phase.TALKING, LinkDown): rows.stay,
    (Phase.TALKING, CallAnswered): rows.stay,
    (Phase.TALKING, CallEnded): rows.end_or_go_on,
    (Phase.TALKING, CallSurvived): rows.stay,
    (Phase.TALKING, MediaChanged): rows.listen,
    (Phase.TALKING, Spoke): rows.hear,
    (Phase.TALKING, HangupAsked): rows.hang_up_as_asked,
    (Phase.TALKING, DeviceFailed): rows.stay,
    (Phase.TALKING, DeviceRecovered): rows.stay,
    (Phase.TALKING, TimeCame): rows.keep_limits,
    # Nobody waits for the end of an old call to begin a new one.
    (Phase.ENDING, Pressed): rows.press_in_bye,
    (Phase.ENDING, Released): rows.stay,
    (Phase.ENDING, LinkUp): rows.stay,
    (Phase.ENDING, LinkDown): rows.stay,
    (Phase.ENDING, CallAnswered): rows.stay,
    (Phase.ENDING, CallEnded): rows.end_as_asked,
    (Phase.ENDING, CallSurvived): rows.stay,
    (Phase.ENDING, MediaChanged): rows.stay,
    (Phase.ENDING, Spoke): rows.stay,
    (Phase.ENDING, HangupAsked): rows.stay,
    (Phase.ENDING, DeviceFailed): rows.stay,
    (Phase.ENDING, DeviceRecovered): rows.stay,
    (Phase.ENDING, TimeCame): rows.give_up_bye,
}


def begin(rules: Rules) -> Outcome:
    """The state at start-up, and what the LED shows until the link is there."""
    return _follow(rules, State(), ())


def step(rules: Rules, state: State, event: Event) -> Outcome:
    """The state after an event, and what to do now, in this order.

    The microphone is closed before anything else, and opened after a call is placed;
    `Show` comes last. A `PlaceCall` is always followed by its `CallEnded`, which the
    performer of the commands owes, or by a `HangUp` at the latest when a limit of
    `rules` is reached.
    """
    noted, told = _note(rules, state, event)
    after, ordered = TABLE[state.phase, type(event)](rules, noted, event)
    return _follow(rules, after, (*ordered, *told))


def deadline(rules: Rules, state: State) -> float | None:
    """When `TimeCame` is due, on CLOCK_MONOTONIC in seconds, if ever."""
    return min(timers(rules, state).values(), default=None)


def _note(rules: Rules, state: State, event: Event) -> Outcome:
    """The facts that an event states, whatever the phase."""
    match event:
        case Pressed(at_s):
            # A press while held proves a release that was missed.
            pressed = replace(state, held=True, stuck=False, fault_since_s=None)
            return replace(
                pressed, pressed_at_s=at_s, earlier_press_s=state.pressed_at_s
            ), ()
        case Released():
            return replace(state, held=False, stuck=False), ()
        case CallSurvived(at_s, held=held):
            return replace(state, held=held, pressed_at_s=at_s), ()
        case LinkUp():
            return replace(state, link_up=True, fault_since_s=None), ()
        case LinkDown(reason=reason):
            return replace(state, link_up=False, link_reason=reason), ()
        case DeviceFailed(device=device, cause=cause, advice=advice):
            return _note_failure(state, device, cause, advice)
        case DeviceRecovered(device=device):
            return replace(state, failed=state.failed - {device}), ()
        case TimeCame(at_s):
            return _note_time(rules, state, at_s)
        case _:
            return state, ()


def _note_failure(state: State, device: str, cause: str, advice: str) -> Outcome:
    """A device that failed is told of once, however often it is tried again."""
    if device in state.failed:
        return state, ()
    told = Tell(
        f"{device}: {cause}",
        advice or "calls go on without it until it is back",
        Entry.DEVICE_FAILED,
        device,
    )
    return replace(state, failed=state.failed | {device}), (told,)


def _note_time(rules: Rules, state: State, at_s: float) -> Outcome:
    """The limits that hold in every phase."""
    told: tuple[Command, ...] = ()
    if is_due(rules, state, Timer.LONGEST_PRESS, at_s):
        told = (
            Tell(
                f"the button has been down for {rules.longest_press_s:g} s",
                "release it; see whether it is stuck or taped, or its wire shorted",
                Entry.BUTTON_STUCK,
            ),
        )
        state = replace(state, stuck=True)
    if is_due(rules, state, Timer.FAULT_SHOWN, at_s):
        state = replace(state, fault_since_s=None)
    return state, told


def _follow(rules: Rules, state: State, ordered: tuple[Command, ...]) -> Outcome:
    """Let the microphone and the LED follow the state."""
    opened = replace(state, microphone_open=microphone(rules, state))
    shown = replace(opened, indication=indication(opened))

    def in_order() -> Iterator[Command]:
        if state.microphone_open and not shown.microphone_open:
            yield CloseMicrophone()
        yield from ordered
        if shown.microphone_open and not state.microphone_open:
            yield OpenMicrophone()
        if shown.indication is not state.indication:
            yield Show(shown.indication)

    return shown, tuple(in_order())
