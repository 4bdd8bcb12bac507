"""What a tree of processes spent, as /proc tells it."""

import os

from tests.bench.tree import Memory, Stat, cpu_s, descendants, memory, parse_memory
from tests.bench.tree import parse_stat as parse

STAT = "42 (a (b) c) S 7 42 42 0 -1 4194304 9 0 0 0 100 20 3 4 20 0 1 0 5 6 7"
ROLLUP = """55d0-7ffe ---p 00000000 00:00 0 [rollup]
Rss:                4096 kB
Pss:                1024 kB
Pss_Anon:            512 kB
"""


def test_a_name_with_brackets_and_blanks_hides_no_field() -> None:
    ticks_hz = os.sysconf("SC_CLK_TCK")
    assert parse(STAT) == Stat(42, 7, 127 / ticks_hz)


def test_memory_is_read_in_megabytes() -> None:
    assert parse_memory(ROLLUP) == Memory(pss_mb=1.0, rss_mb=4.0)


def test_a_tree_has_children_and_theirs_and_nobody_elses() -> None:
    root, child, grandchild = Stat(1, 0, 0), Stat(5, 1, 0), Stat(3, 5, 0)
    stranger = Stat(4, 2, 0)
    stats = [grandchild, stranger, child, root]
    assert descendants(1, stats) == [root, child, grandchild]


def test_this_very_process_has_spent_and_holds_something() -> None:
    assert cpu_s(os.getpid()) > 0
    assert memory(os.getpid()).rss_mb > 1
