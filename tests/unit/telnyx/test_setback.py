"""Which failures may pass, and which are meant."""

import pytest

from callpoint.telnyx.events import (
    ByeReceived,
    CallRefused,
    InviteTimedOut,
    NotReattached,
)
from callpoint.telnyx.setback import LosingEvent, Setback, setback


def bye(cause: str | None) -> ByeReceived:
    return ByeReceived("c1", cause, None, None, None, None)


@pytest.mark.parametrize(
    ("event", "may_pass"),
    [
        (CallRefused("c1", -32002, "GATEWAY_DOWN"), True),
        (CallRefused("c1", -32000, "Authentication Required"), True),
        (CallRefused("c1", "-32000", "Authentication Required"), True),
        (CallRefused("c1", 503, "temporarily unavailable"), True),
        (CallRefused("c1", -32002, "CALL REJECTED"), False),
        (CallRefused("c1", -32602, "sdp is missing"), False),
        (InviteTimedOut("c1"), False),
        (NotReattached("c1"), True),
        (bye("NORMAL_TEMPORARY_FAILURE"), True),
        (bye("RECOVERY_ON_TIMER_EXPIRE"), True),
        (bye("NORMAL_CLEARING"), False),
        (bye("USER_BUSY"), False),
        (bye("CALL_REJECTED"), False),
        (bye(None), False),
    ],
)
def test_what_is_worth_another_try(event: LosingEvent, may_pass: bool) -> None:
    assert setback(event).may_pass is may_pass


def test_only_a_far_end_that_may_not_know_of_the_end_is_owed_a_bye() -> None:
    assert setback(InviteTimedOut("c1")).owes_bye
    assert not setback(CallRefused("c1", 1, "no")).owes_bye
    assert not setback(NotReattached("c1")).owes_bye
    assert not setback(bye("NORMAL_CLEARING")).owes_bye


def test_who_ended_it_is_told() -> None:
    assert setback(bye("USER_BUSY")) == Setback("USER_BUSY", "far")
    assert setback(bye(None)) == Setback("NORMAL_CLEARING", "far")
    assert setback(NotReattached("c1")).by == "fault"
