"""Power cuts: the whole guest is killed at random moments, on a disk that remembers.

What a cut takes is the guest's memory: what was not written yet is lost. What the disk
had taken is kept, so a card that loses its own cache is not tried.
"""

import json
import random
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.device import packages
from tests.device.device import CONFIG, Device, configuration
from tests.device.guest import Guest
from tests.device.machine import GuestError, Machine, running, until
from tests.device.qemu import command
from tests.device.report import Finding
from tests.device.steps import tried

EARLIEST_S, LATEST_S = 2.0, 75.0
"""From power on; without acceleration, a third of it and more is the boot."""
FLEET_FILE = "/etc/callpoint/conf.d/50-fleet.toml"
LAST_GOOD = "/var/lib/callpoint/last-good.json"
FOUND = "/run/found"
# What is on the disk at a boot is put aside before anybody writes.
FLEET_UNIT = f"""\
[Unit]
Description=The fleet tool of the test, no part of the product
Before=callpoint.service
[Service]
ExecStartPre=mkdir -p {FOUND}
ExecStartPre=cp {FLEET_FILE} {LAST_GOOD} {FOUND}
ExecStart=/usr/local/sbin/fleet-tool
[Install]
WantedBy=multi-user.target
"""
# A journal, files that were deleted while open, and the summary.
DAILY = re.compile(r"recovering journal|orphaned inode|files \(|^$")
WHOLE = re.compile(r"(\d+\.\d+)\1{299}")


def lead(wall: "Wall", device: Device) -> Iterator[Finding]:
    """Steps that are of no use without the ones before them."""
    for step in (wall.furnish, wall.cut_at_random, wall.come_back):
        finding = tried(step, device)
        yield finding
        if not finding.good:
            return


@dataclass
class Wall:
    """Where the device hangs, and the plug that is pulled."""

    guest: Path
    """Has kernel and disk."""
    folder: Path
    """Of this run."""
    accelerator: str
    number: int
    seed: int
    cuts: list[str] = field(default_factory=list)
    """What each one interrupted."""
    back: int = 0
    """Boots that came to their end."""

    @property
    def disk(self) -> Path:
        return self.folder / "disk.img"

    def new_disk(self) -> Path:
        """One that keeps what is written on it."""
        copy_disk(self.guest / "disk.img", self.disk)
        return self.disk

    def furnish(self, device: Device) -> str:
        """A disk that keeps what it was given, the package, a card, a fleet tool"""
        guest = device.guest
        guest.boot()
        told = packages.install(device)
        guest.write(CONFIG, configuration())
        guest.write("/etc/modules-load.d/test-card.conf", "snd-aloop\n")
        guest.write("/etc/systemd/system/fleet-tool.service", FLEET_UNIT)
        tool = device.give(Path(__file__).with_name("fleet-tool"))
        guest.run(f"install {tool} /usr/local/sbin; modprobe snd-aloop")
        device.far_end()
        guest.run("systemctl start callpoint")
        guest.ready(180.0)
        guest.run("systemd-run -q --unit first-tool /usr/local/sbin/fleet-tool")
        until(lambda: WHOLE.search(guest.read(LAST_GOOD)), "it is reloaded")
        guest.run("systemctl stop first-tool; systemctl enable fleet-tool")
        power_off(guest)
        return told

    def cut_at_random(self, device: Device) -> str:
        """The power is cut at random moments, and each boot with time enough is back"""
        dice = random.Random(self.seed)
        for _ in range(self.number):
            after_s = dice.uniform(EARLIEST_S, LATEST_S)
            life = self._life(device, after_s)
            self.cuts.append(f"{life}, {self._left()}")
            print(f"      cut {len(self.cuts)}: {self.cuts[-1]}", flush=True)
        moments = "; ".join(self.cuts)
        return f"seed {self.seed}: {moments}; {self.back} boots came to their end"

    def come_back(self, device: Device) -> str:
        """After the last cut it is back by itself, and its disk is whole"""
        with self._power(device):
            told = self._check(device)
            # Of the files that nobody may write, each has the package's checksum.
            changed = device.guest.tried("dpkg --verify callpoint", 200)[1].splitlines()
            assert not [line for line in changed if not line.endswith(CONFIG)], changed
            power_off(device.guest)
        check_disk(self.disk, "-n")
        return f"{told}; every file of the package is whole; e2fsck finds nothing"

    def _life(self, device: Device, after_s: float) -> str:
        """From power on until the plug is pulled; what it had come to."""
        stage = "booting"
        pulled = threading.Event()

        def pull(machine: Machine) -> None:
            pulled.set()
            machine.cut_power()

        with self._power(device) as machine:
            timer = threading.Timer(after_s, pull, [machine])
            timer.start()
            try:
                self._check(device)
                stage = "back, and written to"
                device.call()
                stage = "in a call"
                machine.process.wait(LATEST_S)
            except (GuestError, OSError, AssertionError):
                if not pulled.is_set():
                    raise
            finally:
                timer.cancel()
                timer.join()
        return f"{after_s:.0f} s, {stage}"

    def _left(self) -> str:
        """What the cut left on the disk, by a copy."""
        as_cut = self.folder / "cut.img"
        copy_disk(self.disk, as_cut)
        return check_disk(as_cut, "-p")

    def _check(self, device: Device) -> str:
        """Whether it came back by itself, with nothing corrupt."""
        guest, after, began_s = device.guest, device.mark(), time.monotonic()
        guest.boot()
        # The fleet tool has it reload every second, which it does when it was READY.
        until(lambda: state(guest) in {"active", "reloading"}, "READY", 180.0)
        guest.ready()
        took_s = time.monotonic() - began_s
        device.far_end().wait(after, 1.0, event="login")
        assert guest.restarts() == 0
        dropped = WHOLE.search(guest.read(f"{FOUND}/50-fleet.toml"))
        kept = json.loads(guest.read(f"{FOUND}/last-good.json"))
        assert dropped, "half a file of the fleet tool"
        assert WHOLE.fullmatch(kept["call"]["caller_name"]), "half a last good one"
        errors = guest.tried("dmesg | grep -i 'ext4.*error'")[1]
        assert not errors, errors
        self.back += 1
        return f"ready {took_s:.0f} s after power on"

    @contextmanager
    def _power(self, device: Device) -> Iterator[Machine]:
        with running(self.folder, self._start()) as machine:
            device.guest = Guest(machine, self.folder / "share")
            yield machine

    def _start(self) -> list[str]:
        return command(self.guest, self.folder, self.accelerator, disk=self.disk)


def state(guest: Guest) -> str:
    return guest.unit("ActiveState")["ActiveState"]


def power_off(guest: Guest) -> None:
    """As its owner would, who has patience."""
    guest.run("systemctl --no-block poweroff")
    guest.machine.process.wait(120.0)


def copy_disk(source: Path, target: Path) -> None:
    """Without filling its holes."""
    subprocess.run(
        ["cp", "--sparse=always", "--reflink=auto", source, target], check=True
    )


def check_disk(disk: Path, how: str) -> str:
    """What e2fsck says; AssertionError when it is more than what every boot mends."""
    done = subprocess.run(
        ["e2fsck", "-f", how, str(disk)], capture_output=True, text=True, check=False
    )
    faults = [line for line in done.stdout.splitlines() if not DAILY.search(line)]
    assert done.returncode <= (1 if how == "-p" else 0), done.stdout
    assert how == "-n" or not faults, done.stdout
    return "journal to replay" if "recovering journal" in done.stdout else "clean"
