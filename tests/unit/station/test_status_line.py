"""The line that `systemctl status` shows."""

from callpoint.station.status_line import Standing, status_line

DEVICES = {"microphone": "plughw:CARD=Lite", "button": "pin 17"}


def test_all_is_well() -> None:
    standing = Standing("ready", devices=DEVICES)
    assert status_line(standing) == (
        "ready, no call; microphone plughw:CARD=Lite; button pin 17"
    )


def test_what_is_wrong_comes_first() -> None:
    standing = Standing("ready", troubles=["no speaker (hw:9: no such device)"])
    assert status_line(standing) == (
        "degraded: no speaker (hw:9: no such device); ready, no call"
    )


def test_a_link_that_is_down_says_why() -> None:
    standing = Standing("offline", "the server cannot be reached")
    assert status_line(standing) == "offline (the server cannot be reached), no call"


def test_a_call_is_told_with_its_microphone() -> None:
    standing = Standing("ready", call="active", microphone_open=True)
    assert status_line(standing) == "ready, call active, microphone open"
