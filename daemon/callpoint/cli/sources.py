"""Options that say which configuration is meant, and what they mean together."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from callpoint.config.sources import Sources

_Function = TypeVar("_Function", bound=Callable[..., Any])

_OPTIONS = (
    click.option(
        "--config",
        "files",
        type=click.Path(path_type=Path),
        metavar="FILE",
        multiple=True,
        help="Just this TOML file; may be given more than once, later ones win.",
    ),
    click.option(
        "--line",
        metavar="NAME",
        help="One of several lines, with /etc/callpoint/lines/NAME.toml on top.",
    ),
    click.option(
        "--root",
        type=click.Path(path_type=Path, file_okay=False),
        metavar="DIR",
        default=Path("/"),
        help="The files of the system below DIR, such as an image.",
    ),
)


def sources_options(function: _Function) -> _Function:
    """`--config`, `--line` and `--root`, given as `files`, `line` and `root`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def sources(files: tuple[Path, ...], line: str | None, root: Path) -> "Sources":
    """The configuration that the options mean."""
    # pydantic takes 100 ms to import, which "callpoint --help" need not wait for.
    from callpoint.config.sources import Sources

    if files and (line is not None or root != Path("/")):
        raise click.UsageError("--config names every file: no --line, no --root")
    # Of another system's environment nothing is known here.
    environment = os.environ if root == Path("/") else {}
    return Sources(files, line, environment, root)
