"""Options that several commands share."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from callpoint.control.wire import DEFAULT_SOCKET

SOCKET_METAVAR = "PATH"

_Function = TypeVar("_Function", bound=Callable[..., Any])


def socket_option(function: _Function) -> _Function:
    """`--socket`, given to the command as `socket`: the daemon to talk to.

    The nearest one counts: after the command, before it, CALLPOINT_SOCKET, default.
    """
    return click.option(
        "--socket",
        type=click.Path(path_type=Path),
        metavar=SOCKET_METAVAR,
        callback=_chosen_socket,
        help=(
            "The daemon's control socket; "
            f"else CALLPOINT_SOCKET, else {DEFAULT_SOCKET}."
        ),
    )(function)


def _chosen_socket(
    context: click.Context, _: click.Parameter, given: Path | None
) -> Path:
    before: Path | None = context.obj
    return given or before or Path(os.environ.get("CALLPOINT_SOCKET") or DEFAULT_SOCKET)
