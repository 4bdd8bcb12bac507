"""How QEMU is started: the board, and what is plugged into it."""

from pathlib import Path

TAP = "callpoint0"
MEMORY_MB = 1024
# An emulated boot beside other work is slow, and must not give up what it waits for.
PATIENT = "systemd.default_timeout_start_sec=600 systemd.default_device_timeout_sec=600"
# Of a second processor's clock that is emulated the kernel believes nothing, and takes
# one that costs every look at the time a way out of the guest.
CLOCK = "tsc=reliable"
# Drivers that cost an emulated boot seconds, and drive nothing here.
UNUSED = "modprobe.blacklist=kvm_amd,kvm_intel,cfg80211,pcspkr,floppy,psmouse"


def command(
    guest: Path, folder: Path, accelerator: str, *, disk: Path | None = None
) -> list[str]:
    """`guest` has kernel and disk; `folder` is this run's, with `share` in it.

    A `disk` of one's own keeps what is written; else it is gone with the machine.
    """
    disk_format = "qcow2" if disk and disk.suffix == ".qcow2" else "raw"
    drive = f"file={disk or guest / 'disk.img'},if=virtio,format={disk_format}"
    if disk is None:
        drive += ",snapshot=on"
    share = f"path={folder / 'share'},mount_tag=share,security_model=none,id=share"
    return [
        "qemu-system-x86_64",
        *("-nodefaults", "-display", "none", "-no-user-config"),
        *accelerated(accelerator),
        *("-m", str(MEMORY_MB)),
        *("-kernel", f"{guest}/vmlinuz", "-initrd", f"{guest}/initrd.img"),
        *(
            "-append",
            "root=/dev/vda ro console=ttyS0 net.ifnames=0 quiet"
            f" {PATIENT} {CLOCK} {UNUSED}",
        ),
        *("-drive", drive),
        *("-netdev", f"tap,id=net,ifname={TAP},script=no,downscript=no"),
        *("-device", "virtio-net-pci,netdev=net"),
        *("-device", "virtio-rng-pci"),
        *("-virtfs", f"local,{share}"),
        *("-device", "qemu-xhci,id=usb"),
        *("-audiodev", f"wav,id=usb,path={folder / 'usb.wav'}"),
    ]


def accelerated(accelerator: str) -> tuple[str, ...]:
    if accelerator == "kvm":
        return ("-accel", "kvm", "-cpu", "host", "-smp", "2")
    return ("-accel", "tcg,thread=multi", "-cpu", "max", "-smp", "2")
