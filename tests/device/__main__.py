"""`scripts/test-device`: a device's life in a virtual machine, step by step."""

import argparse
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.device import calls, cards, faults, lines, packages, power
from tests.device.device import Device
from tests.device.guest import Guest
from tests.device.kept import NAME, Kept, taken_up
from tests.device.machine import running
from tests.device.qemu import command
from tests.device.report import Finding, write_report
from tests.device.steps import Step, tried

STORY: tuple[Step, ...] = (
    packages.install,
    packages.boot,
    packages.plug_card_and_network,
    calls.conversation,
    calls.first_word,
    calls.microphone_rests,
    calls.writes_nothing,
    calls.idle_costs,
    cards.card_held,
    cards.usb_speaker_pulled,
    cards.card_pulled,
    faults.killed_in_a_call,
    faults.stopped_dead,
    faults.reload_good,
    faults.reload_bad,
    lines.two_lines,
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
    lead = cut_power if options.power_cuts else lead_a_life
    findings = [*lead(options, folder)]
    took_s = time.monotonic() - started_s
    good = sum(finding.good for finding in findings)
    print(f"{good} of {len(findings)} steps good, {took_s:.0f} s")
    if good < len(findings):
        return 1
    if not options.steps:
        page = PROJECT / "docs" / "reliability.md"
        title = options.suite.capitalize() + (", power cuts" * bool(options.power_cuts))
        write_report(page, title, findings, took_s)
    return 0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("scripts/test-device", description=__doc__)
    parser.add_argument("suite")
    parser.add_argument("--guest", type=Path, required=True)
    parser.add_argument("--package", type=Path, required=True)
    parser.add_argument("--accelerator", default="tcg")
    parser.add_argument("--steps", default="", help="some only, by their names")
    parser.add_argument(
        "--power-cuts", type=int, default=0, help="so many, and no steps"
    )
    parser.add_argument("--seed", type=int, default=1, help="of their moments")
    options = parser.parse_args()
    known = {step.__name__ for step in STORY}
    if options.steps and (unknown := {*options.steps.split(",")} - known):
        parser.error(f"no step {', '.join(unknown)}, but {', '.join(sorted(known))}")
    return options


def cut_power(options: argparse.Namespace, folder: Path) -> Iterator[Finding]:
    """A device whose power is cut, again and again."""
    wall = power.Wall(
        options.guest, folder, options.accelerator, options.power_cuts, options.seed
    )
    with device_in(options, folder, wall.new_disk()) as device:
        yield from power.lead(wall, device)


def lead_a_life(options: argparse.Namespace, folder: Path) -> Iterator[Finding]:
    """The story, or the steps of it that are wanted."""
    if not options.steps:
        with device_in(options, folder) as device:
            device.guest.boot()
            yield from told(STORY, device)
        return
    wanted = set(options.steps.split(","))
    kept = Kept(options.guest, options.package)
    if not kept.is_there:
        with device_in(options, folder, kept.new_disk()) as device:
            device.guest.boot()
            findings = [*told(FOUNDATIONS, device)]
            yield from findings
            if not all(finding.good for finding in findings):
                return
            kept.keep(device)
    with device_in(options, folder, kept.copied(folder), "-loadvm", NAME) as device:
        taken_up(device)
        steps = tuple(step for step in STORY if step.__name__ in wanted)
        yield from told(steps, device)


def told(steps: tuple[Step, ...], device: Device) -> Iterator[Finding]:
    """Take the steps, to the end or until there is nothing more to stand on."""
    for step in steps:
        finding = tried(step, device)
        yield finding
        if not finding.good and step in FOUNDATIONS:
            return


@contextmanager
def device_in(
    options: argparse.Namespace, folder: Path, disk: Path | None = None, *more: str
) -> Iterator[Device]:
    """A device that is switched on; its far end comes when it is asked for."""
    start = command(options.guest, folder, options.accelerator, disk=disk)
    with running(folder, [*start, *more]) as machine:
        device = Device(
            Guest(machine, folder / "share"),
            folder,
            options.package,
            PROJECT / "systemd" / "callpoint.service",
        )
        try:
            yield device
        finally:
            if device.far is not None:
                device.far.end()


if __name__ == "__main__":
    sys.exit(main())
