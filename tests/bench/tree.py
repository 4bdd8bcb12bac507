"""What a process and all its descendants spent, and what memory they hold."""

import os
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
_TICKS_HZ = os.sysconf("SC_CLK_TCK")
_MB_KIB = 1024


@dataclass(frozen=True)
class Stat:
    """A line of /proc/PID/stat."""

    pid: int
    parent: int
    cpu_s: float
    """Its own, and that of children that ended."""


@dataclass(frozen=True)
class Memory:
    """Proportional set: shared pages are shared out; resident set: they are not."""

    pss_mb: float
    rss_mb: float


def parse_stat(text: str) -> Stat:
    """A name may hold blanks and brackets: fields count from the last bracket."""
    name, _, rest = text.rpartition(")")
    fields = rest.split()
    ticks = sum(map(int, fields[11:15]))
    return Stat(int(name.split()[0]), int(fields[1]), ticks / _TICKS_HZ)


def parse_memory(text: str) -> Memory:
    """A smaps_rollup."""
    words = [line.split() for line in text.splitlines()]
    kib = {line[0]: int(line[1]) for line in words if line[-1] == "kB"}
    return Memory(kib["Pss:"] / _MB_KIB, kib["Rss:"] / _MB_KIB)


def descendants(root: int, stats: list[Stat]) -> list[Stat]:
    """The root and everything below it."""
    family = [stat for stat in stats if stat.pid == root]
    for one in family:
        family += [stat for stat in stats if stat.parent == one.pid]
    return family


def tree(root: int) -> list[Stat]:
    """The tree of a process, as it is now."""
    stats = []
    for path in PROC.glob("[0-9]*/stat"):
        try:
            stats.append(parse_stat(path.read_text()))
        except (FileNotFoundError, ProcessLookupError):
            # It ended since it was listed.
            continue
    return descendants(root, stats)


def cpu_s(root: int) -> float:
    """All that the tree spent so far."""
    return sum(stat.cpu_s for stat in tree(root))


def memory(root: int) -> Memory:
    """What the tree holds now."""
    each = [
        parse_memory((PROC / str(stat.pid) / "smaps_rollup").read_text())
        for stat in tree(root)
    ]
    return Memory(sum(m.pss_mb for m in each), sum(m.rss_mb for m in each))
