"""Steps: what a daemon meets in its life, and lives through."""

import time

from tests.device.calls import SPOKEN, WORDS
from tests.device.device import CONFIG, Device, configuration
from tests.device.machine import until


def killed_in_a_call(device: Device) -> str:
    """Killed (-9) in a call it is back by itself, and the talk goes on"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    restarts = guest.restarts()
    call_id = device.call()
    guest.run(f"kill -9 {guest.pid()}")
    began_s = time.monotonic()
    until(lambda: guest.restarts() == restarts + 1, "systemd starts it again")
    # The button is still down.
    back = device.mark()
    continued = guest.in_call(120.0)["id"] == call_id
    back_s = time.monotonic() - began_s
    guest.speak(SPOKEN)
    assert far.wait(back, 60.0, event="recognised")["text"] == WORDS
    which = "the same call" if continued else "a new call"
    return f"{which}, {back_s:.0f} s later"


def stopped_dead(device: Device) -> str:
    """Stuck (SIGSTOP) it is ended by the watchdog, and is back"""
    guest = device.guest
    device.at_rest()
    restarts, noted = guest.restarts(), guest.note()
    guest.run(f"kill -STOP {guest.pid()}")
    began_s = time.monotonic()
    guest.told("watchdog timeout", noted, 120.0)
    noticed_s = time.monotonic() - began_s
    until(lambda: guest.restarts() == restarts + 1, "systemd starts it again")
    guest.ready()
    return f"noticed after {noticed_s:.0f} s"


def reload_good(device: Device) -> str:
    """A good configuration is taken up in a call, without touching the call"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    pid, after = guest.pid(), device.mark()
    call_id = device.call()
    guest.write(CONFIG, configuration(more='[log]\nlevel = "debug"\n'))
    noted = guest.note()
    guest.run("systemctl reload callpoint")
    guest.told("in force: log.level", noted)
    guest.speak(SPOKEN)
    assert far.wait(after, 60.0, event="recognised")["text"] == WORDS
    assert guest.in_call()["id"] == call_id
    assert guest.pid() == pid
    # What is prepared for the next call is told to those who listen closely.
    guest.let_go()
    guest.run("callpoint hangup")
    until(lambda: "7" in guest.priorities(noted), "a line of priority debug")
    guest.write(CONFIG, configuration())
    guest.run("systemctl reload callpoint")
    return "the call went on; the log is louder from then on"


def reload_bad(device: Device) -> str:
    """A bad one is told and changes nothing; a restart keeps the last good one"""
    guest = device.guest
    device.at_rest()
    pid, noted = guest.pid(), guest.note()
    guest.write(CONFIG, configuration().replace("pin = 17", 'pin = "door"'))
    guest.tried("systemctl reload callpoint")
    guest.told("button.pin", noted)
    assert guest.pid() == pid
    assert "degraded" in guest.unit("StatusText")["StatusText"]
    guest.run("systemctl restart callpoint")
    until(lambda: guest.status().get("link") == "ready", "ready with the last good one")
    device.far_end()
    device.call()
    text = guest.unit("StatusText")["StatusText"]
    assert "degraded" in text, text
    guest.write(CONFIG, configuration())
    guest.run("systemctl reload callpoint")
    device.at_rest()
    return text


def stop_in_a_call(device: Device) -> str:
    """Stopped in a call it says goodbye, and is gone"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    after = device.mark()
    device.call()
    began_s = time.monotonic()
    guest.run("systemctl stop callpoint")
    took_s = time.monotonic() - began_s
    assert far.wait(after, 10.0, event="hangup")["by"] == "caller"
    unit = guest.unit("Result", "ExecMainStatus")
    assert unit == {"Result": "success", "ExecMainStatus": "0"}, unit
    return f"{took_s:.1f} s"
