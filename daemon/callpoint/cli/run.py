"""`callpoint run`: the daemon."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from callpoint.cli.options import SOCKET_METAVAR
from callpoint.cli.sources import sources, sources_options

if TYPE_CHECKING:
    from callpoint.config.schema import Config
    from callpoint.config.sources import Sources


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
"callpoint config show --origin" tells what comes of it. A wrong file ends it with
exit code 78, and every fault has a line of its own.
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
    config = configured(sources(files, line, root), socket or context.obj)
    # After the files, whose faults need not wait for the media libraries.
    from callpoint.station import supervisor

    return supervisor.run(config)


def configured(sources: "Sources", socket: Path | None) -> "Config":
    """What the sources say, with `socket` for the control socket where it is given."""
    config = sources.load().config
    if socket is None:
        return config
    control = config.control.model_copy(update={"socket": socket})
    return config.model_copy(update={"control": control})
