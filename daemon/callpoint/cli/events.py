"""`callpoint events`: what happens in a running daemon, as it happens."""

import json
import sys
from pathlib import Path

import click

from callpoint.cli.options import socket_option
from callpoint.control.client import stream


@click.command(
    epilog="""\b
Examples:
  callpoint events
  callpoint events | jq -r 'select(.event == "transcript") | .text'
  callpoint events | grep -m1 '"state": "active"'     wait until a call is up
"""
)
@click.option("--levels", is_flag=True, help="Sound levels too, ten a second.")
@socket_option
def events(levels: bool, socket: Path) -> None:
    """Print what happens, one JSON object a line, until Ctrl-C.

    The first line, "subscribed", says that nothing is missed from here on.
    """
    try:
        for event in stream(socket, levels, while_open=_output()):
            # Bytes, because JSON is UTF-8 whatever the terminal is.
            click.echo(json.dumps(event, ensure_ascii=False).encode())
    except KeyboardInterrupt:
        sys.exit(130)


def _output() -> int | None:
    """What is written to, unless it is no file of the system (in a test, say)."""
    try:
        return sys.stdout.fileno()
    except OSError:
        return None
