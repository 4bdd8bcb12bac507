"""Options that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from callpoint.control.wire import DEFAULT_SOCKET, socket_of

SOCKET_METAVAR = "PATH"
_LINE = "callpoint.line"

_Function = TypeVar("_Function", bound=Callable[..., Any])


def socket_option(function: _Function) -> _Function:
    """`--socket` and `--line`, given to the command as `socket`: whom to talk to.

    The nearest one counts: after the command, before it, CALLPOINT_SOCKET, default.
    """
    named = click.option(
        "--line",
        metavar="NAME",
        expose_value=False,
        is_eager=True,
        callback=_keep_line,
        help="The daemon of callpoint@NAME.service.",
    )
    path = click.option(
        "--socket",
        type=click.Path(path_type=Path),
        metavar=SOCKET_METAVAR,
        callback=_chosen_socket,
        help=(
            "The daemon's control socket; "
            f"else CALLPOINT_SOCKET, else {DEFAULT_SOCKET}."
        ),
    )
    return named(path(function))


def _keep_line(context: click.Context, _: click.Parameter, name: str | None) -> None:
    context.meta[_LINE] = name


def _chosen_socket(
    context: click.Context, _: click.Parameter, given: Path | None
) -> Path:
    line: str | None = context.meta.get(_LINE)
    if line is not None:
        if given is not None:
            raise click.UsageError("--line and --socket exclude each other")
        return Path(socket_of(line))
    before: Path | None = context.obj
    return given or before or Path(os.environ.get("CALLPOINT_SOCKET") or DEFAULT_SOCKET)
