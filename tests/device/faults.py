"""Steps: what a device meets in its life, and lives through."""

import time

from tests.device.calls import SPOKEN, WORDS
from tests.device.device import CONFIG, Device, configuration
from tests.device.machine import until

USB_SPEAKER = "plughw:CARD=Audio,DEV=0"
LOOPBACK_DRIVER = "/sys/bus/platform/drivers/snd_aloop"


def usb_speaker_pulled(device: Device) -> str:
    """The USB speaker is pulled in a call and comes back, and the call goes on"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    plug(device)
    guest.write(CONFIG, configuration(playout=USB_SPEAKER))
    guest.run("systemctl restart callpoint")
    guest.ready()
    after, noted = device.mark(), guest.note()
    call_id = device.call()
    far.wait(after, 60.0, event="spoken")
    guest.machine.monitor("device_del", id="speaker")
    until(lambda: guest.status()["devices"]["playout"]["fault"], "the fault is told")
    guest.speak(SPOKEN)
    assert far.wait(after, 60.0, event="recognised")["text"] == WORDS
    plug(device)
    guest.ready()
    back = device.mark()
    guest.speak(SPOKEN)
    far.wait(back, 60.0, event="speaking")
    time.sleep(4)
    assert guest.in_call()["id"] == call_id
    assert guest.restarts() == 0
    device.at_rest()
    guest.machine.monitor("device_del", id="speaker")
    words = device.words_of(device.folder / "usb.wav")
    assert words[0] == "greeting", words
    assert words[-1] == WORDS, words
    return "; ".join(line for line in guest.said(noted) if "speaker" in line.lower())


def plug(device: Device) -> None:
    """Plug the USB speaker in, and wait until the kernel has its card."""
    device.guest.machine.monitor(
        "device_add", driver="usb-audio", id="speaker", audiodev="usb", bus="usb.0"
    )
    until(lambda: "USB" in device.guest.read("/proc/asound/cards"), "a USB card")


def card_pulled(device: Device) -> str:
    """The only card goes in a call and comes back: the call goes on, both ways"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    after = device.mark()
    call_id = device.call()
    far.wait(after, 60.0, event="spoken")
    # It waits until nobody has the card open any more.
    guest.run(f"systemd-run -q sh -c 'echo snd_aloop.0 >{LOOPBACK_DRIVER}/unbind'")
    until(lambda: "Loopback" not in guest.read("/proc/asound/cards"), "no card")
    until(lambda: guest.status()["devices"]["capture"]["fault"], "the fault is told")
    guest.run(f"echo snd_aloop.0 >{LOOPBACK_DRIVER}/bind")
    guest.ready()
    name, back = device.listen(), device.mark()
    guest.speak(SPOKEN)
    assert far.wait(back, 60.0, event="recognised")["text"] == WORDS
    far.wait(back, 60.0, event="spoken")
    words = device.words(name)
    assert words[-2:] == ["heard", WORDS], words
    assert guest.in_call()["id"] == call_id
    return f"same call; speaker afterwards: {', '.join(words)}"


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
    until(lambda: "7" in guest.priorities(noted), "lines of priority debug")
    guest.speak(SPOKEN)
    assert far.wait(after, 60.0, event="recognised")["text"] == WORDS
    assert guest.in_call()["id"] == call_id
    assert guest.pid() == pid
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
