"""Steps: several lines on one device."""

import time

from tests.device.calls import SPOKEN, WORDS
from tests.device.device import CONFIG, Device, configuration
from tests.device.guest import BUTTON_PIN

GATE = "gate"
GATE_PIN = 22
GATE_CONFIG = f"/etc/callpoint/lines/{GATE}.toml"
GATE_HAS = f"""\
[assistant]
target_id = "assistant-gate"
[button]
pin = {GATE_PIN}
[led]
pin = 23
"""
SHARED = configuration(capture="dsnoop:CARD=Loopback", playout="dmix:CARD=Loopback")


def two_lines(device: Device) -> str:
    """Two lines share a card and are in calls at once: both hear, both are heard"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    guest.write(CONFIG, SHARED)
    guest.run(f"mkdir -p {GATE_CONFIG.rpartition('/')[0]}")
    guest.write(GATE_CONFIG, GATE_HAS)
    guest.run(f"systemctl restart callpoint; systemctl start callpoint@{GATE}")
    guest.ready()
    guest.ready(line=GATE)
    try:
        first = greeted(device, BUTTON_PIN)
        second = greeted(device, GATE_PIN)
        spoken = device.mark()
        guest.speak(SPOKEN)
        for call_id in (first, second):
            heard = far.wait(spoken, 60.0, event="recognised", call_id=call_id)
            assert heard["text"] == WORDS, heard
        # Two equal voices at once are hard to judge: that is why each was heard before.
        for call_id in (first, second):
            far.wait(spoken, 60.0, event="spoken", call_id=call_id)
        goes_on_alone(device, first)
        return f"two calls, both recognised “{WORDS}”; one line stopped, one went on"
    finally:
        guest.let_go(GATE_PIN)
        guest.run(f"systemctl stop callpoint@{GATE}; rm {GATE_CONFIG}")


def greeted(device: Device, pin: int) -> str:
    """The id of a line's call, whose greeting was heard to its end."""
    guest, far = device.guest, device.far_end()
    name, after = device.listen(), device.mark()
    guest.push(pin)
    answered = far.wait(after, 60.0, event="answered")
    call_id = str(answered["call_id"])
    far.wait(after, 60.0, event="spoken", call_id=call_id)
    assert voice(device, name) == "greeting"
    return call_id


def voice(device: Device, name: str) -> str:
    """Whose it is: two calls at once are more than an emulated machine plays evenly."""
    time.sleep(1)
    return device.voice_in(device.guest.heard(name))


def goes_on_alone(device: Device, call_id: str) -> None:
    """The line that stays when the other one stops keeps the card they shared."""
    guest, far = device.guest, device.far_end()
    guest.run(f"systemctl stop callpoint@{GATE}")
    name, spoken = device.listen(), device.mark()
    guest.speak("Rear_Left")
    heard = far.wait(spoken, 60.0, event="recognised", call_id=call_id)
    assert heard["text"] == "rear left", heard
    far.wait(spoken, 60.0, event="spoken", call_id=call_id)
    assert voice(device, name) in {"heard", "rear left"}, "its reply"
