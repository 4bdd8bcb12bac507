"""`callpoint config`: what the configuration is, and what it may be."""

import json
from pathlib import Path

import click

from callpoint.cli.sources import sources, sources_options


@click.group(
    epilog="""\b
Examples:
  callpoint config show --origin
  callpoint config schema > callpoint.schema.json
"""
)
def config() -> None:
    """Show the configuration in force, or its schema."""


@config.command(
    short_help="Print the configuration in force.",
    epilog="""\b
Examples:
  callpoint config show
  callpoint config show --origin
  callpoint config show --json | jq '.["call.quiet_s"].source'
  callpoint config show --line gate

\b
It is what "callpoint run" with the same options would start with. Variables such as
CALLPOINT_BUTTON__PIN are those of this shell, not of the service.
""",
)
@sources_options
@click.option(
    "--origin", is_flag=True, help="With the source of each value, and when it applies."
)
@click.option("--json", "as_json", is_flag=True, help="For programs: a JSON object.")
def show(
    files: tuple[Path, ...],
    line: str | None,
    root: Path,
    origin: bool,
    as_json: bool,
) -> None:
    """Print the configuration in force, as TOML, with secrets masked.

    With --origin a comment names the file or the variable that each value comes from,
    and says when a change of it applies: live (at a reload), next call (when no call is
    up), or restart.
    """
    loaded = sources(files, line, root).load()
    from callpoint.config import effective

    rows = list(effective.rows(loaded.config, loaded.table, loaded.layers))
    text = effective.as_json(rows) if as_json else effective.as_toml(rows, origin)
    # Bytes, because TOML and JSON are UTF-8 whatever the terminal is.
    click.echo(text.encode())


@config.command(
    short_help="Print a JSON Schema of its files.",
    epilog="""\b
Example:
  callpoint config schema > callpoint.schema.json

\b
Editors with taplo (Even Better TOML and others) check a file that begins with:
  #:schema ./callpoint.schema.json
""",
)
def schema() -> None:
    """Print a JSON Schema of the configuration's files, for editors and CI."""
    from callpoint.config.json_schema import json_schema

    click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False).encode())
