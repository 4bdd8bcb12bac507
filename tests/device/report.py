"""What a run found, into docs/reliability.md: one section, one part a release."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

SECTION = "## On a whole device"
INTRODUCTION = """\
`scripts/test-device` boots Debian in a virtual machine (QEMU), installs the package and
leads it through a device's life: the shipped unit unmodified, a kernel sound card
(snd-aloop) and a USB one that is pulled, a kernel GPIO chip whose button is pressed
from outside and whose LED is read back, and the simulator at the other end of a network
cable. Each step is asserted, from the journal, from systemd and from what both sides
recorded. Without acceleration the guest is about as fast as the slowest board, and has
the name of one (Zero 2 W), so that the daemon spends as little on Opus as there.
"""


@dataclass(frozen=True)
class Finding:
    """How one step went."""

    name: str
    title: str
    good: bool
    told: str
    took_s: float


def write_report(
    path: Path, title: str, findings: list[Finding], took_s: float
) -> None:
    """Put this run into its place; other runs and sections stay."""
    text = path.read_text() if path.exists() else "# Reliability\n"
    path.write_text(with_part(text, part(title, findings, took_s)))


def with_part(text: str, new: str) -> str:
    """The page with this part replaced or added, within our section."""
    before, section, after = _split(text)
    parts = re.split(r"(?=^### )", section, flags=re.M)
    heading = new.partition(" (")[0]
    kept = [each for each in parts[1:] if each.partition(" (")[0] != heading]
    body = "".join(f"{each.strip()}\n\n" for each in [*kept, new])
    return (
        f"{before.rstrip()}\n\n{SECTION}\n\n{INTRODUCTION}\n{body}{after}".rstrip()
        + "\n"
    )


def part(title: str, findings: list[Finding], took_s: float) -> str:
    day = datetime.now(UTC).date().isoformat()
    rows = "\n".join(
        f"| {each.title} | {'good' if each.good else 'FAILED'} | {_cell(each.told)} |"
        for each in findings
    )
    return (
        f"### {title} ({day}, {took_s / 60:.0f} minutes)\n\n"
        f"| step | | what was seen |\n|---|---|---|\n{rows}\n"
    )


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _split(text: str) -> tuple[str, str, str]:
    """What is before our section, in it, and after it."""
    if SECTION not in text:
        return text, "", ""
    before, _, rest = text.partition(SECTION)
    ours, *after = re.split(r"(?=^## )", rest, maxsplit=1, flags=re.M)
    return before, ours, "".join(after)
