"""Steps: calls, and what they leave behind."""

import time

from tests.device.device import Device
from tests.device.machine import until

SPOKEN = "Front_Left"
WORDS = "front left"


def conversation(device: Device) -> str:
    """A press, talk both ways, a release, an end"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    after, name = device.mark(), device.listen()
    pressed_s = time.monotonic()
    device.call()
    connected_s = time.monotonic() - pressed_s
    assert guest.led(1.0) == [(0.0, True)], "steady: the microphone is open"
    assert guest.microphone() == "RUNNING"
    far.wait(after, 60.0, event="spoken")  # the greeting, to its end
    guest.speak(SPOKEN)
    heard = far.wait(after, 60.0, event="recognised")
    assert heard["text"] == WORDS, heard
    far.wait(after, 60.0, event="spoken", text=f"I heard: {WORDS}.")
    guest.let_go()
    blinks = guest.led(2.5)
    assert len(blinks) > 3, f"half a second on, half off: microphone closed: {blinks}"
    time.sleep(2)
    words = device.words(name)
    assert words[:1] == ["greeting"], words
    assert words[-2:] == ["heard", WORDS], words
    guest.run("callpoint hangup")
    ended = far.wait(after, 30.0, event="hangup")
    assert ended["by"] == "caller", ended
    guest.no_call()
    return f"media {connected_s:.1f} s after the press; speaker: {', '.join(words)}"


def first_word(device: Device) -> str:
    """What is said before the call is up is heard all the same"""
    guest = device.guest
    device.at_rest()
    with device.slow_far_end(answer_delay_s=4.0) as far:
        guest.push()
        until(lambda: guest.microphone() == "RUNNING", "it listens", every_s=0.01)
        guest.speak("Rear_Left")
        said_s = time.monotonic()
        answered = far.wait(timeout_s=60.0, event="answered")
        waited_s = answered["monotonic_s"] - said_s
        assert waited_s > 0, "the answer came before all was said"
        far.wait(timeout_s=60.0, event="speech_ended")
        guest.let_go()
        guest.run("callpoint hangup")
        far.wait(timeout_s=60.0, event="recorded")
        heard = far.recordings / f"{answered['call_id']}-heard.wav"
        assert device.voice_in(heard) == "rear left"
    return f"the answer came {waited_s:.1f} s after the last word"


def microphone_rests(device: Device) -> str:
    """Between calls the microphone does not run"""
    device.at_rest()
    state = device.guest.microphone()
    assert state != "RUNNING"
    return f"the kernel says: {state}"


def writes_nothing(device: Device) -> str:
    """A call, and two minutes without one, write not a byte to the disk"""
    far = device.far_end()
    device.at_rest()
    before = written_bytes(device)
    after = device.mark()
    device.call()
    far.wait(after, 60.0, event="spoken")
    device.at_rest()
    by_call = written_bytes(device) - before
    time.sleep(120)
    by_rest = written_bytes(device) - before - by_call
    assert (by_call, by_rest) == (0, 0)
    return f"write_bytes {before} all the time"


def idle_costs(device: Device) -> str:
    """What an idle minute costs, registered and with the button armed"""
    device.at_rest()
    before_s = cpu_s(device)
    time.sleep(60)
    return f"{cpu_s(device) - before_s:.2f} CPU-seconds a minute in this guest"


def cpu_s(device: Device) -> float:
    return int(device.guest.unit("CPUUsageNSec")["CPUUsageNSec"]) / 1e9


def written_bytes(device: Device) -> int:
    pid = device.guest.pid()
    return int(device.guest.run(f"sed -n 's/^write_bytes: //p' /proc/{pid}/io"))
