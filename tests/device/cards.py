"""Steps: sound cards that are held by others, pulled, and plugged in again."""

from tests.device.calls import SPOKEN, WORDS
from tests.device.device import CONFIG, Device, configuration
from tests.device.machine import until

USB_SPEAKER = "usb:46f4:0002"
LOOPBACK_DRIVER = "/sys/bus/platform/drivers/snd_aloop"


def card_held(device: Device) -> str:
    """A microphone held by another program is told with its process, and had later"""
    guest = device.guest
    device.at_rest()
    assert f"held by callpoint, process {guest.pid()}" in guest.run("callpoint devices")
    guest.run("systemctl stop callpoint")
    recording = "arecord -q -D hw:Loopback,0,0 -f S16_LE -r 48000 -c 1 /dev/null"
    guest.run(f"systemd-run -q --unit=another {recording}")
    until(lambda: guest.microphone() == "RUNNING", "another program has it")
    noted = guest.note()
    guest.run("systemctl start callpoint")
    holder = guest.run("systemctl show --value -p MainPID another")
    told = guest.told(f"process {holder} holds it", noted)
    assert f"held by arecord, process {holder}" in guest.run("callpoint devices")
    guest.run("systemctl stop another")
    guest.ready(30.0)
    return str(told["MESSAGE"])


def usb_speaker_pulled(device: Device) -> str:
    """The USB speaker is pulled in a call and comes back, and the call goes on"""
    guest, far = device.guest, device.far_end()
    device.at_rest()
    plug(device)
    guest.write(CONFIG, configuration(playout=USB_SPEAKER))
    guest.run("systemctl restart callpoint")
    guest.ready()
    after = device.mark()
    call_id = device.call()
    far.wait(after, 60.0, event="spoken")
    guest.machine.monitor("device_del", id="speaker")
    until(lambda: guest.status()["devices"]["playout"]["fault"], "the fault is told")
    # QEMU begins the recording anew with each speaker.
    before = device.words_of(device.folder / "usb.wav")
    assert before == ["greeting"], before
    gone = device.mark()
    guest.speak(SPOKEN)
    # To its end, or its rest would be heard for the next answer.
    far.wait(gone, 60.0, event="spoken", text=f"I heard: {WORDS}.")
    plug(device)
    guest.ready()
    back = device.mark()
    guest.speak(SPOKEN)
    far.wait(back, 60.0, event="spoken", text=f"I heard: {WORDS}.")
    assert guest.in_call()["id"] == call_id
    assert guest.restarts() == 0
    device.at_rest()
    guest.machine.monitor("device_del", id="speaker")
    until(lambda: "USB" not in guest.read("/proc/asound/cards"), "no USB card")
    words = device.words_of(device.folder / "usb.wav")
    assert words[-1] == WORDS, words
    return (
        f"same call; speaker: {', '.join(before)}; plugged in again: {', '.join(words)}"
    )


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
