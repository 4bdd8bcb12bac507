"""`callpoint demo`: a whole conversation to watch."""

import asyncio
import signal
import sys
from datetime import datetime
from pathlib import Path

import click

from callpoint.cli.version import versions
from callpoint.demo import performance

EXIT_TERMINATED = 143
"""128 and the number of SIGTERM, as a shell has it."""


@click.command(
    epilog="""\b
Examples:
  callpoint demo                    with a terminal: the space bar is the button
  callpoint demo --script           a scripted conversation, as in a pipe
  callpoint demo --output /tmp/demo

\b
The exit code is 1 when a side did not hear what the other one said.
"""
)
@click.option(
    "--script",
    is_flag=True,
    help="Play a scripted conversation, even in a terminal.",
)
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write recordings and page here; default: callpoint-demo-DATE.",
)
@click.option(
    "--synthetic",
    is_flag=True,
    help="Recorded voices instead of the sound card, even where there is one.",
)
@click.option(
    "--keep", is_flag=True, help="Keep the temporary files: logs and configuration."
)
def demo(script: bool, output: Path | None, synthetic: bool, keep: bool) -> int:
    """Show a whole conversation: no account, no Pi, no sound card needed.

    The real daemon calls a far end that is simulated on this machine. In a terminal you
    hold the conversation, else it follows a script with recorded human voices. At the
    end both sides' recordings are compared with what was spoken, and a page tells all.
    """
    wishes = performance.Wishes(
        live=not script and sys.stdin.isatty() and sys.stdout.isatty(),
        output=output or Path(f"callpoint-demo-{datetime.now():%Y-%m-%d-%H%M%S}"),
        keep=keep,
        synthetic=synthetic,
        versions=versions().replace("\n", ", "),
    )
    try:
        return asyncio.run(_until_signalled(wishes))
    except asyncio.CancelledError:
        return EXIT_TERMINATED


async def _until_signalled(wishes: performance.Wishes) -> int:
    task = asyncio.current_task()
    assert task is not None
    # SIGINT is asyncio's own; these would leave both programs behind.
    for number in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    return await performance.run(wishes, lambda line: print(line, flush=True))
