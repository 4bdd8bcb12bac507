"""`callpoint check`: tells what is wrong with configuration files; starts nothing."""

from pathlib import Path

import click

from callpoint.errors import EXIT_CONFIG, ConfigError

_EXAMPLES = """\b
Examples:
  callpoint check /etc/callpoint/callpoint.toml
  callpoint check /etc/callpoint/callpoint.toml /etc/callpoint/fleet.toml
"""


@click.command("check", epilog=_EXAMPLES)
@click.argument(
    "files",
    metavar="FILE...",
    nargs=-1,
    required=True,
    type=click.Path(path_type=Path),
)
def check(files: tuple[Path, ...]) -> None:
    """Check configuration files without starting anything.

    Several files are laid over each other, as "callpoint run" does with several
    --config: later files win key by key. Every fault is told at once, one on a line,
    and the exit code is 78; without a fault it is 0.
    """
    # pydantic takes 100 ms to import, which "callpoint --help" need not wait for.
    from callpoint.config.files import load

    try:
        config = load(files)
    except ConfigError as error:
        for fault in error.faults:
            click.echo(str(fault), err=True)
        raise SystemExit(EXIT_CONFIG) from None
    click.echo(f"The configuration is good: {config.assistant.target_id} answers.")
