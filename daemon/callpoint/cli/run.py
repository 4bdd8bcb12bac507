"""`callpoint run`: the daemon."""

import os
from pathlib import Path

import click

from callpoint.cli.options import SOCKET_METAVAR
from callpoint.cli.sources import sources, sources_options


@click.command(
    epilog="""\b
Examples:
  callpoint run
  callpoint run --line gate
  callpoint run --config callpoint.toml --config room-12.toml
  callpoint run --config callpoint.toml --socket /tmp/callpoint.sock

\b
Without --config the configuration is read from, each over the one before:
  /usr/lib/callpoint/defaults.toml
  /etc/callpoint/callpoint.toml
  /etc/callpoint/conf.d/*.toml
  /etc/callpoint/lines/NAME.toml (with --line NAME)
  /run/callpoint/conf.d/*.toml
  variables such as CALLPOINT_BUTTON__PIN
"callpoint config show --origin" tells what comes of it. A wrong file does not end a
daemon that had a good one before ($STATE_DIRECTORY keeps it); the exit code is 78
when there never was one, and every fault has a line of its own.
"""
)
@sources_options
@click.option(
    "--socket",
    type=click.Path(path_type=Path),
    metavar=SOCKET_METAVAR,
    help="Listen here, whatever [control] socket says.",
)
@click.pass_context
def run(
    context: click.Context,
    files: tuple[Path, ...],
    line: str | None,
    root: Path,
    socket: Path | None,
) -> int:
    """Run the daemon until SIGTERM."""
    from callpoint.config.store import Store, state_folder

    store = Store(
        sources(files, line, root), state_folder(os.environ), socket or context.obj
    )
    config, fault = store.start()
    # After the files, whose faults need not wait for the media libraries.
    from callpoint.station import daemon

    return daemon.run(config, store.load, fault)
