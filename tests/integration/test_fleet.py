"""Ten thousand devices that lost the same server come back spread out."""

from callpoint.errors import NetworkError, SentAwayError
from tests.fleet import Blow, returns

CUT = NetworkError("the connection broke without a word")
SENT_AWAY = SentAwayError("the server closed the connection (1012)")


def test_after_an_outage_of_a_minute_fewer_than_500_log_in_in_any_second() -> None:
    fleet = returns(Blow("away for 60 s", outage_s=60.0, loss=CUT))
    assert fleet.peak <= 500, fleet.row()
    assert max(fleet.waits_s) < 41


def test_after_a_restart_that_was_told_fewer_than_1200_do() -> None:
    fleet = returns(Blow("restart", loss=SENT_AWAY))
    assert fleet.peak <= 1200, fleet.row()
    assert max(fleet.waits_s) < 11
