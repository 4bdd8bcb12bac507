"""`callpoint run`: the daemon."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callpoint.cli.options import SOCKET_METAVAR

if TYPE_CHECKING:
    from callpoint.config.schema import Config


@click.command(
    epilog="""\b
Examples:
  callpoint run --config /etc/callpoint/callpoint.toml
  callpoint run --config callpoint.toml --config room-12.toml
  callpoint run --config callpoint.toml --socket /tmp/callpoint.sock

\b
A later file wins over an earlier one, key by key. A wrong file ends it with exit code
78, and every fault has a line of its own.
"""
)
@click.option(
    "--config",
    "files",
    type=click.Path(path_type=Path),
    metavar="FILE",
    multiple=True,
    required=True,
    help="A TOML file; may be given more than once.",
)
@click.option(
    "--socket",
    type=click.Path(path_type=Path),
    metavar=SOCKET_METAVAR,
    help="Listen here, whatever [control] socket says.",
)
@click.pass_context
def run(context: click.Context, files: tuple[Path, ...], socket: Path | None) -> int:
    """Run the daemon until SIGTERM."""
    config = configured(files, socket or context.obj)
    # After the files, whose faults need not wait for the media libraries.
    from callpoint.station import supervisor

    return supervisor.run(config)


def configured(files: Sequence[Path], socket: Path | None) -> "Config":
    """What `files` say, with `socket` for the control socket where it is given."""
    from callpoint.config.files import load

    config = load(files)
    if socket is None:
        return config
    control = config.control.model_copy(update={"socket": socket})
    return config.model_copy(update={"control": control})
