"""PURE: the rows of the table: what one event does to the call.

A row gets a state in which the plain facts of the event are noted already (who holds
the button, whether the link is up), and answers with the next state and the commands
for the call. It never touches the microphone or the LED: they follow from the state.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from callpoint.station.events import (
    CallAnswered,
    CallEnded,
    CallSurvived,
    Command,
    Earcon,
    Event,
    HangUp,
    LinkDown,
    LinkUp,
    MediaChanged,
    PlaceCall,
    Play,
    Pressed,
    Spoke,
    TakeUpCall,
    Tell,
    TimeCame,
)
from callpoint.station.state import Phase, Rules, State, Timer, idle, is_due
from callpoint.system.entries import Entry

Outcome = tuple[State, tuple[Command, ...]]
# A row takes only the event type that the table gives it, which a type of one dict
# cannot say: hence Any.
Row = Callable[[Rules, State, Any], Outcome]


def stay(_rules: Rules, state: State, _event: Event) -> Outcome:
    """Nothing happens to the call."""
    return state, ()


def become_idle(_rules: Rules, state: State, _event: LinkUp | LinkDown) -> Outcome:
    """No call, and the link came or went."""
    return replace(state, phase=idle(state)), ()


def place(_rules: Rules, state: State, event: Pressed | LinkUp | CallEnded) -> Outcome:
    """A new call, numbered one above the last."""
    called = replace(
        state,
        phase=Phase.CALLING,
        number=state.number + 1,
        placed_at_s=event.at_s,
        spoken_at_s=event.at_s,
    )
    return called, (PlaceCall(called.number),)


def take_up(rules: Rules, state: State, event: CallSurvived) -> Outcome:
    """Go on with a call, or hang it up: an assistant must not talk to nobody.

    In hold mode somebody is there if the button is down. Else a call is there to stay.
    """
    taken = replace(
        state,
        phase=Phase.CALLING,
        number=state.number + 1,
        placed_at_s=event.placed_at_s,
        spoken_at_s=event.at_s,
    )
    order = TakeUpCall(taken.number)
    if rules.mode != "hold" or state.held:
        return taken, (order,)
    ending, commands = _hang_up(taken, event.at_s, "nobody holds the button")
    return ending, (order, *commands)


def wait_for_link(_rules: Rules, state: State, event: Pressed | CallEnded) -> Outcome:
    """The press waits; a release does not take it back."""
    return replace(state, phase=Phase.WAITING, since_s=event.at_s), ()


def give_up_waiting(rules: Rules, state: State, event: TimeCame) -> Outcome:
    """The link did not come in time: say so, by lamp, ear and log."""
    if not is_due(rules, state, Timer.LINK, event.at_s):
        return state, ()
    told = Tell(
        f"no connection: {state.link_reason}",
        "the connection is tried again by itself; press again later",
        Entry.NO_CONNECTION,
    )
    silent = replace(state, phase=Phase.OFFLINE, fault_since_s=event.at_s)
    return silent, (Play(Earcon.NO_CONNECTION), told)


def stop_waiting(_rules: Rules, state: State, _event: Event) -> Outcome:
    """Somebody took the waiting press back over the control socket."""
    return replace(state, phase=Phase.OFFLINE), ()


def _hang_up(state: State, at_s: float, reason: str) -> Outcome:
    ending = replace(state, phase=Phase.ENDING, since_s=at_s)
    return ending, (HangUp(state.number, reason),)


def press_in_call(rules: Rules, state: State, event: Pressed) -> Outcome:
    """A press ends the call in toggle mode, and hardly ever in hold mode.

    Somebody in a hurry presses twice. In toggle mode a press within `double_press_s`
    of the press before it, or of the moment the call was placed, is part of the same
    hurry. In hold mode only a double press hangs up, if that is wanted, and the press
    that placed the call is never its first half.
    """
    gap_s = event.at_s - max(state.earlier_press_s, state.placed_at_s)
    hurried = gap_s < rules.double_press_s
    if rules.mode == "toggle":
        return (state, ()) if hurried else _hang_up(state, event.at_s, "button")
    later_press = state.earlier_press_s > state.placed_at_s
    if rules.double_press_hangs_up and later_press and hurried:
        return _hang_up(state, event.at_s, "double press")
    # Whoever presses is about to speak, and must not be cut off before the first word.
    return replace(state, spoken_at_s=event.at_s), ()


def press_in_bye(rules: Rules, state: State, event: Pressed) -> Outcome:
    """A press while the bye is in flight starts a new call, in both modes."""
    row = place if state.link_up else wait_for_link
    return row(rules, state, event)


def listen(_rules: Rules, state: State, event: MediaChanged) -> Outcome:
    """Whether the far end is heard: the LED tells it, and the log what is done."""
    if event.number != state.number or event.is_quiet == state.is_quiet:
        return state, ()
    told = Tell(
        "nothing is heard of the far end",
        "a new connection is tried by itself, and the call goes on over that",
    )
    return replace(state, is_quiet=event.is_quiet), (told,) if event.is_quiet else ()


def answer(_rules: Rules, state: State, event: CallAnswered) -> Outcome:
    """The far end is there; the time to speak begins now."""
    if event.number != state.number:
        return state, ()
    talking = replace(state, phase=Phase.TALKING, is_quiet=False)
    return replace(talking, spoken_at_s=event.at_s, answered_at_s=event.at_s), ()


def hear(_rules: Rules, state: State, event: Spoke) -> Outcome:
    """Somebody spoke: the quiet is counted anew."""
    return replace(state, spoken_at_s=max(state.spoken_at_s, event.at_s)), ()


def end(_rules: Rules, state: State, event: CallEnded) -> Outcome:
    """The call that we did not end is over."""
    if event.number != state.number:
        return state, ()
    over = replace(state, phase=idle(state))
    if event.by == "far":
        return over, (Play(Earcon.CALL_ENDED),)
    if event.by == "near":
        return over, ()
    told = Tell(
        f"the call failed: {event.cause}",
        "press again for a new call",
        Entry.CALL_FAILED,
    )
    return replace(over, fault_since_s=event.at_s), (Play(Earcon.CALL_FAILED), told)


def end_or_go_on(rules: Rules, state: State, event: CallEnded) -> Outcome:
    """A call that broke off is continued by a new one, while somebody wants it.

    One that broke off right after its answer is not, or it would go on like that.
    """
    wanted = rules.mode != "hold" or state.held
    talked = event.at_s - state.answered_at_s >= rules.worth_continuing_s
    is_ours = event.number == state.number and event.broke_off
    if not (is_ours and rules.continue_lost and wanted and talked):
        return end(rules, state, event)
    told = Tell(f"the call broke off: {event.cause}", "a new one continues it")
    row = place if state.link_up else wait_for_link
    after, commands = row(rules, state, event)
    return after, (told, *commands)


def end_as_asked(_rules: Rules, state: State, event: CallEnded) -> Outcome:
    """Our bye arrived, or failed, which is an end as well."""
    if event.number != state.number:
        return state, ()
    return replace(state, phase=idle(state)), ()


def keep_limits(rules: Rules, state: State, event: TimeCame) -> Outcome:
    """A call ends when it is too quiet or too long; both are counted while it rings."""
    if is_due(rules, state, Timer.LONGEST_CALL, event.at_s):
        ending, commands = _hang_up(state, event.at_s, "longest call")
        told = Tell(
            f"the call was ended after {rules.longest_call_s:g} s",
            "press for a new call; longest_call_s in [call] is the limit",
            Entry.CALL_TOO_LONG,
        )
        return ending, (*commands, Play(Earcon.CALL_ENDED), told)
    if is_due(rules, state, Timer.QUIET, event.at_s):
        return _hang_up(state, event.at_s, "quiet")
    return state, ()


def hang_up_as_asked(_rules: Rules, state: State, event: Event) -> Outcome:
    """Somebody asked for the end over the control socket."""
    return _hang_up(state, event.at_s, "asked")


def give_up_bye(rules: Rules, state: State, event: TimeCame) -> Outcome:
    """The end of the call was never reported; the station must not wait for ever."""
    if not is_due(rules, state, Timer.BYE, event.at_s):
        return state, ()
    return replace(state, phase=idle(state)), ()
