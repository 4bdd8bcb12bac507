"""`scripts/test-device`: a device's life in a virtual machine, step by step."""

import argparse
import shutil
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.device import calls, faults, packages
from tests.device.device import Device
from tests.device.guest import Guest
from tests.device.machine import GuestError, running
from tests.device.qemu import command
from tests.device.report import Finding, write_report

Step = Callable[[Device], str]

STORY: tuple[Step, ...] = (
    packages.install,
    packages.boot,
    packages.plug_card_and_network,
    calls.conversation,
    calls.first_word,
    calls.microphone_rests,
    calls.writes_nothing,
    calls.idle_costs,
    faults.usb_speaker_pulled,
    faults.card_pulled,
    faults.killed_in_a_call,
    faults.stopped_dead,
    faults.reload_good,
    faults.reload_bad,
    packages.security,
    faults.stop_in_a_call,
    packages.upgrade,
    packages.remove_and_purge,
)
# Without these nothing else can be tried.
FOUNDATIONS = (packages.install, packages.boot, packages.plug_card_and_network)
PROJECT = Path(__file__).parents[2]


def main() -> int:
    options = arguments()
    folder = options.guest / "last"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "share").mkdir(parents=True)
    started_s = time.monotonic()
    findings = [*story(options, folder)]
    took_s = time.monotonic() - started_s
    failed = [finding for finding in findings if not finding.good]
    print(
        f"{len(findings) - len(failed)} of {len(findings)} steps good, {took_s:.0f} s"
    )
    if not failed and not options.steps:
        write_report(
            PROJECT / "docs" / "reliability.md", options.suite, findings, took_s
        )
    return 1 if failed else 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("scripts/test-device", description=__doc__)
    parser.add_argument("suite")
    parser.add_argument("--guest", type=Path, required=True)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--accelerator", default="tcg")
    parser.add_argument("--steps", default="", help="some only, by their names")
    return parser.parse_args()


def story(options: argparse.Namespace, folder: Path) -> list[Finding]:
    wanted = set(options.steps.split(",")) if options.steps else None
    findings: list[Finding] = []
    with running(
        folder, command(options.guest, folder, options.accelerator)
    ) as machine:
        guest = Guest(machine, folder / "share")
        guest.boot()
        device = Device(
            guest, folder, options.package, PROJECT / "systemd" / "callpoint.service"
        )
        try:
            for step in STORY:
                if wanted is None or step in FOUNDATIONS or step.__name__ in wanted:
                    findings.append(tried(step, device))
                    if not findings[-1].good and step in FOUNDATIONS:
                        break
        finally:
            if device.far is not None:
                device.far.end()
    return findings


def tried(step: Step, device: Device) -> Finding:
    """Take a step, and print how it went."""
    title = (step.__doc__ or step.__name__).strip()
    began_s = time.monotonic()
    try:
        good, told = True, step(device)
    except (AssertionError, GuestError, TimeoutError, KeyError, IndexError) as error:
        good, told = False, f"{type(error).__name__}: {error}"
        tell_more(device, step.__name__)
    took_s = time.monotonic() - began_s
    print(f"{'good' if good else 'FAILED'}: {title} ({took_s:.0f} s)\n      {told}")
    sys.stdout.flush()
    return Finding(step.__name__, title, good, told, took_s)


def tell_more(device: Device, name: str) -> None:
    """What explains a failure, into a file."""
    path = device.folder / f"failed-{name}.txt"
    try:
        guest = device.guest
        _, journal = guest.tried("journalctl -b --no-pager | tail -n 200")
        _, status = guest.tried("systemctl status callpoint; callpoint status")
    except (GuestError, TimeoutError) as error:
        journal, status = "", f"the guest answers no more: {error}"
    events = device.far.events[-60:] if device.far else []
    lines = [traceback.format_exc(), status, journal, *map(str, events)]
    path.write_text("\n\n".join(lines))
    print(f"      see {path}")


if __name__ == "__main__":
    sys.exit(main())
