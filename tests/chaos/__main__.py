"""Chaos runs, each seed in a process of its own; see `scripts/test-chaos --help`."""

import asyncio
import logging
import sys
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import SystemRandom

import click

from tests.chaos.world import Report, run

SIDE_BY_SIDE = 4


@click.command()
@click.option("--seeds", default=20, show_default=True, help="How many new ones.")
@click.option("--seed", "named", multiple=True, type=int, help="Just this one, again.")
@click.option("--minutes", default=2.0, show_default=True, help="Of faults, a seed.")
@click.option("--log", is_flag=True, help="Show what the daemons log.")
def main(seeds: int, named: tuple[int, ...], minutes: float, log: bool) -> None:
    """Drop, delay, double and cut short frames and sockets, and see what holds.

    At most one socket and one call at a time, registered again after every fault, no
    assistant left that talks to nobody, no task, thread or file descriptor left.
    """
    dice = SystemRandom()
    chosen = named or tuple(dice.randrange(2**31) for _ in range(seeds))
    broken = 0
    quiet = None if log else _hush
    with ProcessPoolExecutor(SIDE_BY_SIDE, initializer=quiet) as workers:
        for report in workers.map(_run, chosen, [60 * minutes] * len(chosen)):
            print(report.line(), flush=True)
            broken += bool(report.broken)
    print(f"{len(chosen) - broken} of {len(chosen)} seeds held")
    sys.exit(broken > 0)


def _hush() -> None:
    logging.disable()


def _run(seed: int, least_s: float) -> Report:
    with tempfile.TemporaryDirectory() as folder:
        return asyncio.run(run(seed, least_s, Path(folder)))


if __name__ == "__main__":
    main()
