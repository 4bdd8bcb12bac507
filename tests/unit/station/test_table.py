from dataclasses import replace
from typing import get_args

import pytest

from callpoint.station.events import (
    CallAnswered,
    CallEnded,
    CallSurvived,
    CloseMicrophone,
    Command,
    DeviceFailed,
    DeviceRecovered,
    Earcon,
    Event,
    HangUp,
    HangupAsked,
    Indication,
    LinkDown,
    LinkUp,
    MediaChanged,
    OpenMicrophone,
    PlaceCall,
    Play,
    Pressed,
    Released,
    Show,
    Spoke,
    TakeUpCall,
    Tell,
    TimeCame,
)
from callpoint.station.table import TABLE, Phase, Rules, begin, deadline
from tests.unit.station.told import ENDED, HOLD, TOGGLE, WAY_TO, Told

EVENTS: tuple[Event, ...] = (
    Pressed(2),
    Released(2),
    LinkUp(2),
    LinkDown(2, "the socket closed"),
    CallAnswered(2, "c1", 1),
    ENDED,
    CallSurvived(2, 1, held=False),
    MediaChanged(2, is_quiet=True, number=1),
    Spoke(2, "caller"),
    HangupAsked(2),
    DeviceFailed(2, "microphone", "unplugged"),
    DeviceRecovered(2, "microphone"),
    TimeCame(9_000),
)
# The next phase, by phase and in the order of EVENTS.
NEXT = {
    "OFFLINE": "WAITING OFFLINE READY OFFLINE OFFLINE OFFLINE ENDING OFFLINE OFFLINE "
    "OFFLINE OFFLINE OFFLINE OFFLINE",
    "READY": "CALLING READY READY OFFLINE READY READY READY READY READY READY READY "
    "READY READY",
    "WAITING": "WAITING WAITING CALLING WAITING WAITING WAITING WAITING WAITING "
    "WAITING OFFLINE WAITING WAITING OFFLINE",
    "CALLING": "CALLING CALLING CALLING CALLING TALKING READY CALLING CALLING CALLING "
    "ENDING CALLING CALLING ENDING",
    "TALKING": "TALKING TALKING TALKING TALKING TALKING READY TALKING TALKING TALKING "
    "ENDING TALKING TALKING ENDING",
    "ENDING": "CALLING ENDING ENDING ENDING ENDING READY ENDING ENDING ENDING ENDING "
    "ENDING ENDING READY",
}
PAIRS = [
    (Phase[phase], event, Phase[after])
    for phase, row in NEXT.items()
    for event, after in zip(EVENTS, row.split(), strict=True)
]


def shown(commands: tuple[Command, ...]) -> list[Indication]:
    return [command.indication for command in commands if isinstance(command, Show)]


def kinds(commands: tuple[Command, ...]) -> list[type[Command]]:
    return [type(command) for command in commands]


def test_there_is_a_row_for_every_phase_and_event() -> None:
    assert set(TABLE) == {(p, e) for p in Phase for e in get_args(Event)}


def test_the_walk_meets_every_row() -> None:
    assert {(phase, type(event)) for phase, event, _ in PAIRS} == set(TABLE)


@pytest.mark.parametrize(("phase", "event", "after"), PAIRS)
def test_every_row_leads_where_it_should(
    phase: Phase, event: Event, after: Phase
) -> None:
    station = Told(HOLD, *WAY_TO[phase])
    assert station.phase is phase
    station.tell(event)
    assert station.phase is after


@pytest.mark.parametrize(("phase", "event", "after"), PAIRS)
def test_toggle_differs_only_by_a_press_in_a_call_and_by_a_call_that_survived(
    phase: Phase, event: Event, after: Phase
) -> None:
    station = Told(TOGGLE, *WAY_TO[phase])
    station.tell(event)
    in_call = phase in (Phase.CALLING, Phase.TALKING)
    ends = in_call and isinstance(event, Pressed)
    # Without a button that is held, a call that survived is wanted here.
    survives = phase is Phase.OFFLINE and isinstance(event, CallSurvived)
    expected = Phase.ENDING if ends else Phase.CALLING if survives else after
    assert station.phase is expected


@pytest.mark.parametrize("rules", [HOLD, TOGGLE], ids=["hold", "toggle"])
@pytest.mark.parametrize("phase", Phase)
def test_a_time_that_comes_too_early_changes_nothing(
    rules: Rules, phase: Phase
) -> None:
    station = Told(rules, *WAY_TO[phase])
    before = station.state
    assert station.tell(TimeCame(1.1)) == ()
    assert station.state == before


def test_a_station_begins_by_showing_that_it_connects() -> None:
    state, commands = begin(HOLD)
    assert commands == (Show(Indication.CONNECTING),)
    assert state.phase is Phase.OFFLINE
    assert deadline(HOLD, state) is None


class TestFarEndThatIsNotHeard:
    QUIET = MediaChanged(20, is_quiet=True, number=1)
    BACK = MediaChanged(25, is_quiet=False, number=1)

    def test_the_led_and_the_log_tell_it_until_it_is_heard_again(self) -> None:
        station = Told(TOGGLE, LinkUp(0), Pressed(1), CallAnswered(2, "c1", 1))
        told, shown = station.tell(self.QUIET)
        assert isinstance(told, Tell)
        assert shown == Show(Indication.CONNECTING)
        assert station.tell(self.QUIET) == ()
        assert station.tell(self.BACK) == (Show(Indication.MICROPHONE_OPEN),)
        assert station.phase is Phase.TALKING

    def test_an_older_call_says_nothing_about_this_one(self) -> None:
        station = Told(TOGGLE, LinkUp(0), Pressed(1), CallAnswered(2, "c1", 1))
        assert station.tell(replace(self.QUIET, number=0)) == ()

    def test_the_next_call_begins_as_one_that_is_heard(self) -> None:
        station = Told(TOGGLE, *WAY_TO[Phase.TALKING], self.QUIET, ENDED)
        station.tell(Pressed(30), CallAnswered(31, "c2", 2))
        assert station.state.indication is Indication.MICROPHONE_OPEN


class TestCallThatBrokeOff:
    LOST = CallEnded(20, "c1", "fault", "the server forgot it", 1, broke_off=True)
    UP = (LinkUp(0), Pressed(1), CallAnswered(2, "c1", 1))

    @pytest.mark.parametrize("rules", [HOLD, TOGGLE], ids=["hold", "toggle"])
    def test_a_new_one_continues_it_while_somebody_wants_it(self, rules: Rules) -> None:
        station = Told(rules, *self.UP)
        commands = station.tell(self.LOST)
        assert PlaceCall(2) in commands
        assert CloseMicrophone() not in commands
        assert Play(Earcon.CALL_FAILED) not in commands
        assert shown(commands) == [Indication.CALLING]

    def test_nobody_who_holds_the_button_wants_it_in_hold_mode(self) -> None:
        station = Told(HOLD, *self.UP, Released(3))
        assert PlaceCall(2) not in station.tell(self.LOST)
        assert station.phase is Phase.READY

    def test_it_is_not_wanted_where_the_configuration_says_so(self) -> None:
        rules = replace(TOGGLE, continue_lost=False)
        commands = Told(rules, *self.UP).tell(self.LOST)
        assert PlaceCall(2) not in commands
        assert Play(Earcon.CALL_FAILED) in commands

    def test_one_that_broke_off_at_once_would_do_so_again(self) -> None:
        assert PlaceCall(2) not in Told(TOGGLE, *self.UP).tell(
            replace(self.LOST, at_s=6.9)
        )

    def test_one_that_ended_as_calls_end_is_over(self) -> None:
        over = replace(self.LOST, by="far", broke_off=False)
        assert PlaceCall(2) not in Told(TOGGLE, *self.UP).tell(over)

    def test_without_a_link_it_waits_like_a_press(self) -> None:
        station = Told(TOGGLE, *self.UP, LinkDown(10, "no network"))
        station.tell(self.LOST)
        assert station.phase is Phase.WAITING
        assert PlaceCall(2) in station.tell(LinkUp(22))


class TestSurvival:
    def test_in_toggle_mode_the_call_goes_on(self) -> None:
        station = Told(TOGGLE)
        assert station.tell(CallSurvived(10, 3, held=False)) == (
            TakeUpCall(1),
            OpenMicrophone(),
            Show(Indication.CALLING),
        )
        assert station.tell(CallAnswered(11, "c1", 1)) == (
            Show(Indication.MICROPHONE_OPEN),
        )

    def test_in_hold_mode_it_goes_on_while_the_button_is_down(self) -> None:
        station = Told(HOLD)
        assert station.tell(CallSurvived(10, 3, held=True)) == (
            TakeUpCall(1),
            OpenMicrophone(),
            Show(Indication.CALLING),
        )
        assert station.tell(Released(11)) == (CloseMicrophone(),)
        assert station.phase is Phase.CALLING

    def test_in_hold_mode_nobody_at_the_button_ends_it(self) -> None:
        station = Told(HOLD)
        assert station.tell(CallSurvived(10, 3, held=False)) == (
            TakeUpCall(1),
            HangUp(1, "nobody holds the button"),
        )
        assert station.tell(CallEnded(10, "c1", "near", "hung up", 1)) == ()
        assert station.phase is Phase.OFFLINE

    def test_its_length_counts_from_the_press_that_placed_it(self) -> None:
        station = Told(TOGGLE, CallSurvived(590, 3, held=False))
        assert deadline(TOGGLE, station.state) == 603
        assert HangUp(1, "longest call") in station.tell(TimeCame(603))


class TestHold:
    def test_the_first_press_places_the_call_before_the_microphone_opens(self) -> None:
        station = Told(HOLD, LinkUp(0))
        assert station.tell(Pressed(1)) == (
            PlaceCall(1),
            OpenMicrophone(),
            Show(Indication.CALLING),
        )

    def test_press_speak_release_before_the_answer_lets_the_call_go_on(self) -> None:
        station = Told(HOLD, LinkUp(0), Pressed(1))
        assert station.tell(Released(1.2)) == (CloseMicrophone(),)
        assert station.tell(CallAnswered(2, "c1", 1)) == (Show(Indication.LISTENING),)
        assert station.phase is Phase.TALKING

    def test_a_later_press_opens_the_microphone_again(self) -> None:
        station = Told(HOLD, *WAY_TO[Phase.TALKING])
        assert station.tell(Pressed(5)) == (
            OpenMicrophone(),
            Show(Indication.MICROPHONE_OPEN),
        )
        assert station.tell(Released(6)) == (
            CloseMicrophone(),
            Show(Indication.LISTENING),
        )

    def test_the_answer_while_held_shows_the_open_microphone(self) -> None:
        station = Told(HOLD, LinkUp(0), Pressed(1))
        assert station.tell(CallAnswered(2, "c1", 1)) == (
            Show(Indication.MICROPHONE_OPEN),
        )

    def test_whoever_presses_after_a_long_silence_has_the_time_to_speak(self) -> None:
        station = Told(HOLD, *WAY_TO[Phase.TALKING], Pressed(30.5))
        assert station.tell(TimeCame(31)) == ()
        assert deadline(HOLD, station.state) == 60.5

    def test_presses_in_a_hurry_never_hang_up(self) -> None:
        station = Told(HOLD, LinkUp(0))
        for press in range(20):
            station.tell(Pressed(press / 10), Released(press / 10 + 0.05))
        assert station.phase is Phase.CALLING
        assert station.state.number == 1

    def test_a_double_press_hangs_up_where_that_is_wanted(self) -> None:
        station = Told(replace(HOLD, double_press_hangs_up=True))
        station.tell(*WAY_TO[Phase.TALKING])
        assert OpenMicrophone() in station.tell(Pressed(5))
        station.tell(Released(5.1))
        assert HangUp(1, "double press") in station.tell(Pressed(5.3))
        assert not station.state.microphone_open

    def test_the_press_that_places_the_call_is_never_half_of_a_double(self) -> None:
        station = Told(replace(HOLD, double_press_hangs_up=True), LinkUp(0))
        station.tell(Pressed(1), Released(1.1), Pressed(1.2))
        assert station.phase is Phase.CALLING

    def test_two_presses_far_apart_are_no_double_press(self) -> None:
        station = Told(replace(HOLD, double_press_hangs_up=True))
        station.tell(*WAY_TO[Phase.TALKING], Pressed(5), Released(5.1), Pressed(5.5))
        assert station.phase is Phase.TALKING


class TestToggle:
    def test_a_press_starts_and_the_microphone_stays_open_after_the_release(
        self,
    ) -> None:
        station = Told(TOGGLE, LinkUp(0))
        assert PlaceCall(1) in station.tell(Pressed(1))
        assert station.state.microphone_open
        station.tell(Released(1.2), CallAnswered(2, "c1", 1))
        assert station.state.microphone_open
        assert station.commands == (Show(Indication.MICROPHONE_OPEN),)

    def test_a_press_ends_and_the_microphone_is_closed_before_the_bye(self) -> None:
        station = Told(TOGGLE, *WAY_TO[Phase.TALKING])
        assert station.tell(Pressed(5)) == (
            CloseMicrophone(),
            HangUp(1, "button"),
            Show(Indication.READY),
        )

    @pytest.mark.parametrize(
        ("presses", "after"),
        [
            ((0, 0.05), Phase.CALLING),
            ((0, 0.39), Phase.CALLING),
            ((0, 0.4), Phase.ENDING),
            ((0, 0.3, 0.6, 0.9), Phase.CALLING),
            ((0, 0.3, 0.8), Phase.ENDING),
        ],
    )
    def test_presses_in_one_hurry_count_as_one(
        self, presses: tuple[float, ...], after: Phase
    ) -> None:
        station = Told(TOGGLE, LinkUp(0))
        for at_s in presses:
            station.tell(Pressed(at_s), Released(at_s + 0.02))
        assert station.phase is after

    def test_a_press_as_the_link_places_the_waiting_call_does_not_end_it(self) -> None:
        station = Told(TOGGLE, *WAY_TO[Phase.WAITING])
        station.tell(LinkUp(3), Pressed(3.2))
        assert station.phase is Phase.CALLING


class TestBothModes:
    @pytest.fixture(params=[HOLD, TOGGLE], ids=["hold", "toggle"])
    def rules(self, request: pytest.FixtureRequest) -> Rules:
        assert isinstance(request.param, Rules)
        return request.param

    def test_a_press_while_the_bye_is_in_flight_starts_a_new_call(
        self, rules: Rules
    ) -> None:
        station = Told(rules, *WAY_TO[Phase.ENDING])
        assert PlaceCall(2) in station.tell(Pressed(1.1))
        assert station.tell(CallEnded(1.2, "c1", "near", "", 1)) == ()
        assert station.tell(CallAnswered(1.3, "c1", 1)) == ()
        station.tell(CallAnswered(1.4, "c2", 2))
        assert station.phase is Phase.TALKING

    def test_a_press_in_the_bye_without_a_link_waits_for_it(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.ENDING], LinkDown(1.1, "gone"))
        station.tell(Pressed(1.2))
        assert station.phase is Phase.WAITING

    def test_the_end_of_an_older_call_leaves_the_new_one_alone(
        self, rules: Rules
    ) -> None:
        station = Told(rules, *WAY_TO[Phase.ENDING], Pressed(1.1))
        station.tell(CallAnswered(1.5, "c2", 2))
        assert station.tell(CallEnded(1.6, "c1", "fault", "timeout", 1)) == ()
        station.tell(HangupAsked(2), CallEnded(2.1, "c1", "near", "", 1))
        assert station.phase is Phase.ENDING

    @pytest.mark.parametrize("phase", [Phase.CALLING, Phase.TALKING])
    def test_the_bye_of_the_far_end_ends_the_call_with_an_earcon(
        self, rules: Rules, phase: Phase
    ) -> None:
        station = Told(rules, *WAY_TO[phase])
        assert Play(Earcon.CALL_ENDED) in station.tell(ENDED)
        assert not station.state.microphone_open
        assert station.state.indication is Indication.READY

    def test_a_call_that_fails_is_heard_seen_and_told(self, rules: Rules) -> None:
        station = Told(rules, LinkUp(0), Pressed(0), Released(0.2))
        commands = station.tell(CallEnded(3, "c1", "fault", "USER_BUSY", 1))
        assert Play(Earcon.CALL_FAILED) in commands
        assert any(isinstance(c, Tell) and "USER_BUSY" in c.what for c in commands)
        assert shown(commands) == [Indication.FAULT]
        assert deadline(rules, station.state) == 3 + rules.fault_shown_s
        assert station.tell(TimeCame(6)) == (Show(Indication.READY),)

    def test_an_end_by_ourselves_makes_no_sound(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.TALKING])
        commands = station.tell(CallEnded(2, "c1", "near", "shut down", 1))
        assert set(kinds(commands)) <= {CloseMicrophone, Show}

    def test_a_bye_that_fails_is_an_end_without_a_word(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.ENDING])
        assert station.tell(CallEnded(2, "c1", "fault", "timeout", 1)) == ()
        assert station.phase is Phase.READY

    def test_a_bye_that_is_never_answered_is_not_awaited_for_ever(
        self, rules: Rules
    ) -> None:
        station = Told(rules, *WAY_TO[Phase.ENDING])
        assert deadline(rules, station.state) == 1 + rules.bye_s
        station.tell(TimeCame(1 + rules.bye_s))
        assert station.phase is Phase.READY

    def test_the_call_goes_on_when_the_link_drops(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.TALKING])
        assert station.tell(LinkDown(3, "no route")) == ()
        station.tell(ENDED)
        assert station.phase is Phase.OFFLINE
        assert station.state.indication is Indication.CONNECTING

    def test_quiet_is_counted_from_the_last_word_of_either(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.TALKING])
        station.tell(Spoke(10, "assistant"), Spoke(20, "caller"), Spoke(15, "caller"))
        assert deadline(rules, station.state) == 50
        assert station.tell(TimeCame(49.9)) == ()
        assert HangUp(1, "quiet") in station.tell(TimeCame(50))
        assert not station.state.microphone_open

    def test_quiet_ends_a_call_that_is_never_answered(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.CALLING])
        assert HangUp(1, "quiet") in station.tell(TimeCame(30))

    def test_the_answer_gives_both_the_time_to_speak(self, rules: Rules) -> None:
        station = Told(rules, LinkUp(0), Pressed(0), Released(0.2))
        station.tell(CallAnswered(25, "c1", 1))
        assert deadline(rules, station.state) == 55

    def test_the_longest_call_ends_however_much_is_said(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.TALKING])
        station.tell(*(Spoke(second, "assistant") for second in range(599)))
        assert deadline(rules, station.state) == 600
        commands = station.tell(TimeCame(600))
        assert HangUp(1, "longest call") in commands
        assert Play(Earcon.CALL_ENDED) in commands
        assert Tell in kinds(commands)

    def test_a_hangup_that_was_asked_for_sends_the_bye(self, rules: Rules) -> None:
        station = Told(rules, *WAY_TO[Phase.CALLING])
        assert HangUp(1, "asked") in station.tell(HangupAsked(1))

    def test_a_release_without_a_press_changes_nothing(self, rules: Rules) -> None:
        for way in WAY_TO.values():
            assert Told(rules, *way).tell(Released(5), Released(6)) == ()


class TestWaiting:
    def test_a_press_without_a_link_is_seen_to_be_taken(self) -> None:
        assert Told(HOLD).tell(Pressed(1)) == (Show(Indication.CALLING),)

    def test_a_release_does_not_take_the_press_back(self) -> None:
        station = Told(HOLD, Pressed(1), Released(1.1))
        assert PlaceCall(1) in station.tell(LinkUp(3))

    def test_the_microphone_opens_only_if_the_button_is_still_held(self) -> None:
        assert OpenMicrophone in kinds(Told(HOLD, Pressed(1)).tell(LinkUp(3)))
        released = Told(HOLD, Pressed(1), Released(2))
        assert OpenMicrophone not in kinds(released.tell(LinkUp(3)))

    def test_in_toggle_mode_the_microphone_opens_with_the_call(self) -> None:
        station = Told(TOGGLE, Pressed(1), Released(2))
        assert OpenMicrophone not in kinds(station.commands)
        assert OpenMicrophone in kinds(station.tell(LinkUp(3)))

    def test_no_connection_is_heard_seen_and_told(self) -> None:
        station = Told(HOLD, LinkDown(0, "no route to host"), Pressed(1))
        assert deadline(HOLD, station.state) == 6
        commands = station.tell(TimeCame(6))
        assert Play(Earcon.NO_CONNECTION) in commands
        assert shown(commands) == [Indication.FAULT]
        [told] = [command for command in commands if isinstance(command, Tell)]
        assert told.what == "no connection: no route to host"
        assert told.advice

    def test_the_fault_goes_out_by_itself_or_when_the_link_comes(self) -> None:
        station = Told(HOLD, Pressed(1), Released(2), TimeCame(6))
        assert station.tell(TimeCame(9)) == (Show(Indication.CONNECTING),)
        station = Told(HOLD, Pressed(1), Released(2), TimeCame(6))
        assert station.tell(LinkUp(7)) == (Show(Indication.READY),)

    def test_a_new_press_puts_the_fault_out(self) -> None:
        station = Told(HOLD, Pressed(1), Released(2), TimeCame(6))
        assert station.tell(Pressed(7)) == (Show(Indication.CALLING),)

    def test_pressing_again_does_not_prolong_the_wait(self) -> None:
        station = Told(HOLD, Pressed(1), Released(2), Pressed(3), Released(4))
        assert deadline(HOLD, station.state) == 6

    def test_the_wait_is_taken_back_over_the_control_socket(self) -> None:
        station = Told(HOLD, Pressed(1), Released(2), HangupAsked(3))
        assert station.phase is Phase.OFFLINE
        assert PlaceCall not in kinds(station.tell(LinkUp(4)))


class TestLongestPress:
    def test_it_closes_the_microphone_and_is_a_fault_until_the_release(self) -> None:
        station = Told(HOLD, LinkUp(0), Pressed(0), CallAnswered(1, "c1", 1))
        station.tell(Spoke(20, "caller"), Spoke(40, "caller"))
        commands = station.tell(TimeCame(60))
        assert kinds(commands) == [CloseMicrophone, Tell, Show]
        assert shown(commands) == [Indication.FAULT]
        assert station.phase is Phase.TALKING
        assert station.tell(Released(62)) == (Show(Indication.LISTENING),)
        assert OpenMicrophone() in station.tell(Pressed(63))

    def test_it_is_told_once(self) -> None:
        station = Told(HOLD, Pressed(0), TimeCame(5), TimeCame(60))
        assert Tell in kinds(station.commands)
        assert station.tell(TimeCame(120)) == ()
        assert deadline(HOLD, station.state) is None

    def test_in_toggle_mode_the_release_opens_the_microphone_again(self) -> None:
        station = Told(TOGGLE, LinkUp(0), Pressed(0), Spoke(40, "caller"), TimeCame(60))
        assert CloseMicrophone() in station.commands
        assert OpenMicrophone() in station.tell(Released(61))

    def test_a_press_while_held_is_a_release_that_was_missed(self) -> None:
        station = Told(HOLD, LinkUp(0), Pressed(0), Spoke(40, "caller"), TimeCame(60))
        assert OpenMicrophone() in station.tell(Pressed(61))
        assert station.state.indication is Indication.CALLING

    def test_a_missed_release_opens_no_second_microphone(self) -> None:
        station = Told(HOLD, LinkUp(0), Pressed(0))
        assert station.tell(Pressed(5)) == ()
        assert station.state.microphone_open


class TestDevices:
    def test_a_failure_is_told_once_and_shown_until_recovery(self) -> None:
        station = Told(HOLD, LinkUp(0))
        commands = station.tell(DeviceFailed(1, "microphone", "unplugged"))
        assert kinds(commands) == [Tell, Show]
        assert station.tell(DeviceFailed(2, "microphone", "unplugged")) == ()
        assert station.tell(DeviceRecovered(3, "microphone")) == (
            Show(Indication.READY),
        )

    def test_the_fault_stays_while_another_device_is_broken(self) -> None:
        station = Told(HOLD, LinkUp(0), DeviceFailed(1, "microphone", "unplugged"))
        station.tell(DeviceFailed(1, "speaker", "busy"))
        assert station.tell(DeviceRecovered(2, "speaker")) == ()

    def test_a_press_is_served_without_a_sound_device(self) -> None:
        station = Told(HOLD, LinkUp(0), DeviceFailed(1, "microphone", "unplugged"))
        assert PlaceCall(1) in station.tell(Pressed(2))
