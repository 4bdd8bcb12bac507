"""A device that was brought up once, kept with its memory for runs of some steps only.

What no snapshot should hide is in the whole story, which begins with a switched-off
guest. To write or mend one step, minutes of emulated booting are not needed each time.
"""

import hashlib
import shutil
import subprocess
import time
from pathlib import Path

from tests.device.device import Device
from tests.device.guest import SHARED

NAME = "on-the-wall"


class Kept:
    """In the guest's folder; worthless once the package or the guest is another one."""

    def __init__(self, guest: Path, package: Path) -> None:
        self._base = guest / "disk.img"
        self._disk = guest / f"{NAME}.qcow2"
        self._stamp = guest / f"{NAME}.of"
        digest = hashlib.sha256((guest / "built").read_bytes())
        digest.update(package.read_bytes())
        self._of = digest.hexdigest()

    @property
    def is_there(self) -> bool:
        return self._stamp.exists() and self._stamp.read_text() == self._of

    def new_disk(self) -> Path:
        """A disk to bring a device up on."""
        self._stamp.unlink(missing_ok=True)
        create = ("qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw")
        subprocess.run([*create, "-b", self._base, self._disk], check=True)
        return self._disk

    def keep(self, device: Device) -> None:
        """As it is at this moment."""
        # A machine with a shared folder in use has more state than a snapshot holds.
        device.guest.run(f"umount {SHARED}")
        saving = {"command-line": f"savevm {NAME}"}
        trouble = device.guest.machine.monitor("human-monitor-command", **saving)
        assert not trouble, trouble
        device.guest.share()
        self._stamp.write_text(self._of)

    def copied(self, folder: Path) -> Path:
        """A disk to go on with: with the option `-loadvm on-the-wall`."""
        return Path(shutil.copy(self._disk, folder))


def taken_up(device: Device) -> None:
    """What a machine that slept does not know: the hour, and who was restarted."""
    device.guest.run(f"date --set=@{time.time():.0f}")
    device.guest.share()
    device.guest.run("systemctl restart callpoint")
