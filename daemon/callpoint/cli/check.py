"""`callpoint check`: tells what is wrong with a configuration; starts nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from callpoint.audio.cards import End
from callpoint.audio.choice import choice
from callpoint.audio.inventory import Inventory
from callpoint.cli.sources import sources
from callpoint.errors import EXIT_CONFIG, ConfigError, DeviceError

if TYPE_CHECKING:
    from callpoint.config.schema import Audio, Config

_EXAMPLES = """\b
Examples:
  callpoint check
  callpoint check /tmp/site.toml
  callpoint check --as /etc/callpoint/conf.d/50-site.toml /tmp/site.toml
  callpoint check --alone callpoint.toml room-12.toml

\b
Exit codes: 0 the configuration is good, 78 it is not, 64 wrong usage.
For Ansible: validate: callpoint check --as {{ path }} %s
"""


@click.command("check", epilog=_EXAMPLES)
@click.argument("files", metavar="[FILE]...", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--as",
    "place",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Check the one FILE as if it were PATH.",
)
@click.option("--alone", is_flag=True, help="Just the files, without this system's.")
@click.option("--line", metavar="NAME", help="As callpoint run --line NAME.")
@click.option(
    "--root",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    default=Path("/"),
    help="This system's files below DIR, such as an image.",
)
def check(
    files: tuple[Path, ...],
    place: Path | None,
    alone: bool,
    line: str | None,
    root: Path,
) -> None:
    """Check the configuration without starting anything.

    Each FILE is laid over the files that "callpoint run" reads, later ones win key by
    key; with --as it stands in for one of those. Without a FILE they are checked as
    they are. Every fault is told at once, one on a line.
    """
    if alone and (not files or place is not None or line is not None):
        raise click.UsageError("--alone wants files, and neither --as nor --line")
    if place is not None and len(files) != 1:
        raise click.UsageError("--as wants one file")
    # pydantic takes 100 ms to import, which "callpoint --help" need not wait for.
    meant = sources(files if alone else (), line, root)
    try:
        if place is not None and place not in meant.paths(place):
            raise click.UsageError(f"{place} is no file that callpoint run reads")
        loaded = meant.load(() if alone else files, place)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        raise SystemExit(EXIT_CONFIG) from None
    for warning in _warnings(loaded.config, root):
        click.echo(f"callpoint: {warning}", err=True)
    answering = loaded.config.assistant.target_id
    click.echo(f"The configuration is good: {answering} answers.")


def _warnings(config: "Config", root: Path) -> Iterator[str]:
    """What may be so on purpose: a card or a file that is to come."""
    yield from _numbered(config.audio, root)
    if (named := config.server.ca_file) is not None and named.is_absolute():
        ca_file = root / named.relative_to("/")
        if not ca_file.is_file():
            yield f"server.ca_file: there is no file {ca_file}"


def _numbered(audio: "Audio", root: Path) -> Iterator[str]:
    """Sound cards that are named by a number, with what to write instead."""
    cards = Inventory(root).cards()
    named: tuple[tuple[End, tuple[str, ...]], ...] = (
        ("capture", audio.capture),
        ("playout", audio.playout),
    )
    for end, names in named:
        for name in names:
            try:
                warning = choice(name, cards, end).warning
            except DeviceError:
                continue  # It may be plugged in later.
            if warning:
                yield f"audio.{end}: {warning}"
