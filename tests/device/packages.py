"""Steps: the package comes, is configured, boots, is upgraded, goes, and is purged."""

import re

from tests.device.device import CONFIG, Device, configuration
from tests.device.guest import UNIT
from tests.device.machine import until


def install(device: Device) -> str:
    """The package is installed: its user, and a service that waits to be configured"""
    guest = device.guest
    out = guest.run(f"dpkg --install {device.give(device.package)}", 400)
    assert "put your assistant's id into" in out, out
    groups = guest.run("id -nG callpoint").split()
    assert {"audio", "gpio"} <= set(groups), groups
    assert guest.run("stat -c %G /dev/gpiochip0") == "gpio"
    assert guest.run("lsmod | grep -c '^snd '") == "1", "the class of cards is missing"
    unit = guest.unit("ActiveState", "UnitFileState", "FragmentPath", "DropInPaths")
    assert unit["ActiveState"] == "inactive", unit
    assert unit["UnitFileState"] == "enabled", unit
    assert not unit["DropInPaths"], unit
    assert guest.read(unit["FragmentPath"]) == device.unit_file.read_text().strip()
    modes = guest.run(f"stat -c '%a %U %G' /etc/callpoint {CONFIG}").splitlines()
    assert modes == ["750 root callpoint", "640 root callpoint"], modes
    return guest.run("callpoint --version | head -n 1")


def boot(device: Device) -> str:
    """It boots without a sound card and without a network, and a press is answered"""
    guest = device.guest
    guest.write(CONFIG, configuration())
    guest.run("callpoint check " + CONFIG)
    guest.run("systemctl --no-block reboot")
    guest.machine.await_reset()
    guest.boot()
    until(lambda: guest.unit("ActiveState")["ActiveState"] == "active", "READY", 120.0)
    assert not guest.tried(
        "grep -q . /proc/asound/cards; grep '\\[' /proc/asound/cards"
    )[1]
    ready_us = guest.unit("ActiveEnterTimestampMonotonic", "NRestarts", "StatusText")
    assert ready_us["NRestarts"] == "0", ready_us
    assert "no button" not in ready_us["StatusText"], ready_us
    assert guest.status()["link"] != "ready"
    seconds = int(ready_us["ActiveEnterTimestampMonotonic"]) / 1e6
    return f"READY {seconds:.0f} s after the kernel; {ready_us['StatusText']}"


def plug_card_and_network(device: Device) -> str:
    """A card and the far end come later, and nobody has to restart anything"""
    guest = device.guest
    pid = guest.pid()
    # Like most cards it can be opened once.
    guest.run("modprobe snd-aloop pcm_substreams=1")
    device.far_end()
    guest.ready(180.0)
    assert (guest.pid(), guest.restarts()) == (pid, 0)
    return guest.unit("StatusText")["StatusText"]


def security(device: Device) -> str:
    """systemd's figure for the unit's exposure is 1.3 or lower"""
    told = device.guest.run(f"systemd-analyze security {UNIT} | tail -n 1")
    found = re.search(r"([0-9.]+) ([A-Z]+)", told)
    assert found, told
    assert float(found[1]) <= 1.3, told
    return found[0]


def upgrade(device: Device) -> str:
    """An upgrade keeps the configuration, and starts what ran anew"""
    guest = device.guest
    device.at_rest()
    pid, config = guest.pid(), guest.read(CONFIG)
    out = guest.run(f"dpkg --install {device.give(device.package)}", 400)
    assert guest.read(CONFIG) == config, out
    guest.ready()
    assert guest.pid() != pid
    return f"pid {pid}, then {guest.pid()}"


def remove_and_purge(device: Device) -> str:
    """Removed it is stopped, purged it leaves nothing behind"""
    guest = device.guest
    device.at_rest()
    pid = guest.pid()
    guest.run("dpkg --remove callpoint", 200)
    assert guest.unit("ActiveState")["ActiveState"] != "active"
    assert guest.tried(f"test -e /proc/{pid}")[0] != 0, "it still runs"
    assert guest.tried(f"test -e {CONFIG}")[0] == 0, "the configuration has gone"
    guest.run("dpkg --purge callpoint", 200)
    left = guest.run(
        "find / -xdev -iname '*callpoint*' -not -path '/proc/*' -not -path '/sys/*'"
        " -not -path '/var/lib/dpkg/*' -not -path '/var/log/*' -not -path '/tmp/*'"
    )
    assert not left, left
    assert guest.tried("getent passwd callpoint")[0] != 0
    assert guest.tried("systemctl is-failed callpoint")[1] != "failed"
    return "nothing named callpoint is left"
