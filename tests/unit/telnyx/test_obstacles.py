"""What stands in the way is named, and so is what to do."""

from datetime import UTC, datetime, timedelta

import pytest

from callpoint import RELEASED
from callpoint.telnyx.obstacles import Clock, certificate, http, no_connection

HOST = "rtc.example.com"
RELEASE = datetime.fromisoformat(RELEASED).replace(tzinfo=UTC)
FIRST_DAY = Clock(datetime(1970, 1, 1, 0, 5, tzinfo=UTC), False)
UNCONFIRMED = Clock(RELEASE + timedelta(days=9000), False)
CONFIRMED = Clock(RELEASE + timedelta(days=400), True)
UNKNOWN = Clock(RELEASE + timedelta(days=400), None)


def test_the_release_is_in_the_past() -> None:
    assert datetime.now(UTC) > RELEASE


def test_a_clock_before_the_release_is_wrong_whoever_confirms_it() -> None:
    early = RELEASE - timedelta(minutes=1)
    assert str(Clock(early, True).fault).startswith("the clock of this device is wrong")
    assert Clock(RELEASE, True).fault is None


def test_a_clock_that_nobody_confirmed_may_be_wrong() -> None:
    assert "may be wrong" in str(UNCONFIRMED.fault)
    assert UNKNOWN.fault is None


def test_a_clock_that_is_wrong_is_named_and_not_the_certificate() -> None:
    error = certificate(HOST, 9, "certificate is not yet valid", FIRST_DAY)
    assert str(error) == (
        "the clock of this device is wrong: it says 1970-01-01 00:05 UTC, and so the"
        " certificate of rtc.example.com seems not valid yet"
    )
    assert "timedatectl" in error.advice


def test_a_clock_that_runs_ahead_is_named_when_nobody_confirmed_it() -> None:
    error = certificate(HOST, 10, "certificate has expired", UNCONFIRMED)
    assert "the clock of this device may be wrong" in str(error)
    assert "expired" in str(error)


@pytest.mark.parametrize("clock", [CONFIRMED, UNKNOWN])
def test_a_certificate_that_has_expired_is_the_owner_s_matter(clock: Clock) -> None:
    error = certificate(HOST, 10, "certificate has expired", clock)
    assert str(error) == "the certificate of rtc.example.com has expired"
    assert "renew" in error.advice


@pytest.mark.parametrize("code", [18, 19, 20, 62])
@pytest.mark.parametrize("clock", [CONFIRMED, FIRST_DAY])
def test_another_s_certificate_means_that_another_answers(
    code: int, clock: Clock
) -> None:
    error = certificate(HOST, code, "self-signed certificate", clock)
    assert str(error).startswith("something else answers in place of rtc.example.com")
    assert "sign-in page" in error.advice
    assert "[server] ca_file" in error.advice


def test_any_other_certificate_is_told_in_openssl_s_words() -> None:
    error = certificate(HOST, 26, "unsuitable certificate purpose", CONFIRMED)
    assert "unsuitable certificate purpose" in str(error)


@pytest.mark.parametrize(
    ("status", "location", "sentence"),
    [
        (511, None, "this network wants a sign-in"),
        (302, "http://login.hotel.example/?u=1", "on to login.hotel.example"),
        (307, "/portal", "on to /portal"),
        (200, None, "answers with a web page"),
    ],
)
def test_a_sign_in_page_is_named(
    status: int, location: str | None, sentence: str
) -> None:
    error = http(HOST, status, location)
    assert sentence in str(error)
    assert "sign this device in" in error.advice


def test_a_server_that_is_out_of_order_is_no_fault_of_ours() -> None:
    assert str(http(HOST, 503)) == "rtc.example.com is out of order (HTTP 503)"


def test_another_status_points_at_the_configuration() -> None:
    assert "signaling_server" in http(HOST, 404).advice


@pytest.mark.parametrize(
    ("host", "address", "is_told"),
    [
        (HOST, "10.0.0.1", True),
        (HOST, "::1", True),
        (HOST, "fe80::1%eth0", True),
        (HOST, "93.184.216.34", False),
        (HOST, "2606:2800:220:1::1", False),
        ("gateway.lan", "10.0.0.1", False),
        ("gateway", "10.0.0.1", False),
        ("10.0.0.1", "10.0.0.1", False),
    ],
)
def test_a_public_name_that_leads_inside_is_suspicious(
    host: str, address: str, is_told: bool
) -> None:
    error = no_connection(host, "it fails", "check it", [address])
    assert str(error) == "it fails"
    assert ("no public address" in error.advice) is is_told
    assert error.advice.endswith("check it")
