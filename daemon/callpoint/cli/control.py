"""The commands that tell a running daemon what to do."""

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import click

from callpoint.cli.options import socket_option
from callpoint.control.client import Connection, request
from callpoint.errors import EXIT_FAILURE


@click.command(
    epilog="""\b
Examples:
  callpoint press              push it; `callpoint release` lets it go
  callpoint press --for 0.2    a short press, as mode = "toggle" wants it
  callpoint press --hold       hold it until Ctrl-C
"""
)
@click.option(
    "--for",
    "seconds",
    type=click.FloatRange(min=0, min_open=True, max=3600),
    metavar="SECONDS",
    help="Let it go after so long.",
)
@click.option("--hold", is_flag=True, help="Let it go at Ctrl-C.")
@socket_option
def press(seconds: float | None, hold: bool, socket: Path) -> None:
    """Push the button, as a finger does.

    It stays down until `callpoint release`, unless --for or --hold says otherwise; with
    those it is let go as well when this command is stopped in any way.
    """
    if hold and seconds is not None:
        raise click.UsageError("--for and --hold exclude each other")
    with Connection(socket) as connection:
        stay = not hold and seconds is None
        answer = connection.ask({"command": "press", "stay": stay})
        if answer.get("already"):
            click.echo(
                "callpoint: the button was down already; callpoint release lets it go",
                err=True,
            )
        if stay:
            return
        if hold:
            with suppress(KeyboardInterrupt):
                connection.wait(None)
        else:
            connection.wait(seconds)
        connection.ask({"command": "release"})


@click.command(
    epilog="""\b
Example:
  callpoint release
"""
)
@socket_option
def release(socket: Path) -> None:
    """Let the button go, whoever holds it down over the control socket."""
    request(socket, {"command": "release"})


@click.command(
    epilog="""\b
Example:
  callpoint hangup
"""
)
@socket_option
def hangup(socket: Path) -> None:
    """End the call."""
    request(socket, {"command": "hangup"})


@click.command(
    epilog="""\b
Examples:
  callpoint say "The visitor stands at gate 4"
  callpoint say speak more slowly, please
"""
)
@click.argument("text", nargs=-1, required=True)
@socket_option
def say(text: tuple[str, ...], socket: Path) -> None:
    """Send TEXT to the assistant, as a message in the call."""
    request(socket, {"command": "say", "text": " ".join(text)})


@click.command(
    epilog="""\b
Examples:
  callpoint mute on
  callpoint mute off
"""
)
@click.argument("state", type=click.Choice(["on", "off"]))
@socket_option
def mute(state: str, socket: Path) -> None:
    """Send silence whatever the button does, or stop doing so."""
    request(socket, {"command": "mute", "on": state == "on"})


@click.command(
    epilog="""\b
Examples:
  callpoint dtmf 1
  callpoint dtmf '42#'
"""
)
@click.argument("digits")
@socket_option
def dtmf(digits: str, socket: Path) -> None:
    """Send DIGITS (0-9, A-D, * and #) as key tones in the call."""
    request(socket, {"command": "dtmf", "digits": digits})


_WHEN = {
    "applied": "In force now",
    "next_call": "When the call is over",
    "restart": "After a restart of the daemon",
}


@click.command(
    epilog="""\b
Examples:
  callpoint reload
  systemctl reload callpoint     the same, and the journal tells

\b
Exit codes: 0 good, 1 the configuration is wrong, and the one in force stays.
"""
)
@socket_option
def reload(socket: Path) -> int:
    """Read the configuration again, and tell which change applies when.

    No call is touched: what would touch it waits for its end, and what needs a restart
    of the daemon waits for that.
    """
    answer = request(socket, {"command": "reload"})
    for fault in _list(answer, "faults"):
        click.echo(fault, err=True)
    if answer.get("faults"):
        click.echo("callpoint: the last good configuration stays in force", err=True)
        return EXIT_FAILURE
    told = False
    for when, words in _WHEN.items():
        if keys := _list(answer, when):
            click.echo(f"{words}: {', '.join(keys)}")
            told = True
    if not told:
        click.echo("Nothing changed.")
    return 0


def _list(answer: Mapping[str, object], name: str) -> list[str]:
    found = answer.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []
