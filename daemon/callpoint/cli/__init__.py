"""The command line: its commands by name, and how every failure is told.

Each command imports what it needs when it runs, so that the small ones are quick.
"""

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from callpoint.cli.lazy import Entry, LazyGroup
from callpoint.cli.options import SOCKET_METAVAR
from callpoint.errors import (
    EXIT_CONFIG,
    EXIT_FAILURE,
    EXIT_UNAVAILABLE,
    EXIT_USAGE,
    CallpointError,
    ConfigError,
    ControlError,
    NetworkError,
)

EXIT_INTERRUPTED = 130
"""128 and the number of SIGINT, as a shell has it."""

_CONTROL = "callpoint.cli.control"

COMMANDS = {
    "The device": {
        "run": Entry("callpoint.cli.run:run", "Run the daemon."),
        "devices": Entry(
            "callpoint.cli.devices:devices", "List sound cards, and what to write."
        ),
        "check": Entry(
            "callpoint.cli.check:check", "Check the configuration, start nothing."
        ),
        "config": Entry(
            "callpoint.cli.config:config", "Show the configuration, or its schema."
        ),
    },
    "A running daemon": {
        "status": Entry("callpoint.cli.status:status", "Tell how it is."),
        "events": Entry("callpoint.cli.events:events", "Print what happens, as JSON."),
        "press": Entry(f"{_CONTROL}:press", "Push the button."),
        "release": Entry(f"{_CONTROL}:release", "Let the button go."),
        "hangup": Entry(f"{_CONTROL}:hangup", "End the call."),
        "say": Entry(f"{_CONTROL}:say", "Send a text message in a call."),
        "mute": Entry(f"{_CONTROL}:mute", "Send silence, or stop doing so."),
        "reload": Entry(f"{_CONTROL}:reload", "Read the configuration again."),
        "dtmf": Entry(f"{_CONTROL}:dtmf", "Send key tones in a call."),
    },
    "Without hardware or an account": {
        "demo": Entry("callpoint.cli.demo:demo", "Show a whole conversation."),
        "simulator": Entry(
            "callpoint.cli.simulator:simulator", "Run a stand-in for the far end."
        ),
    },
}


def _print_versions(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from callpoint.cli.version import versions

        click.echo(versions())
        context.exit()


@click.group(
    cls=LazyGroup,
    sections=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 88},
    epilog="""\b
Examples:
  callpoint config show --origin
  callpoint status
  callpoint press --for 5
  callpoint demo
""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_versions,
    help="Print the versions of callpoint and what it stands on.",
)
@click.option(
    "--socket",
    type=click.Path(path_type=Path),
    metavar=SOCKET_METAVAR,
    help="The control socket; each command takes this option too.",
)
@click.pass_context
def callpoint(context: click.Context, socket: Path | None) -> None:
    """A device with a button whose far end is a voice agent."""
    context.obj = socket


def main(arguments: Sequence[str] | None = None, group: click.Group = callpoint) -> int:
    """Run the command line; the exit code (see `callpoint.errors`) is its answer."""
    try:
        code = group.main(arguments, prog_name="callpoint", standalone_mode=False)
        if sys.stdout is not None:
            sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        return EXIT_USAGE if isinstance(error, click.UsageError) else error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return EXIT_INTERRUPTED
    except CallpointError as error:
        return _tell(error)
    except BrokenPipeError:
        _let_stdout_go()
        return EXIT_FAILURE
    except OSError as error:
        # A disk that is full, a file that may not be written: the user's to mend.
        _complain(f"callpoint: {error}")
        return EXIT_FAILURE
    except Exception as error:
        return _tell_fault_of_ours(error)
    return code if isinstance(code, int) else 0


def _tell(error: CallpointError) -> int:
    if isinstance(error, ConfigError):
        _complain(str(error))
        return EXIT_CONFIG
    _complain(f"callpoint: {error}")
    if error.advice:
        _complain(f"callpoint: {error.advice}")
    if isinstance(error, ControlError | NetworkError):
        return EXIT_UNAVAILABLE
    return EXIT_FAILURE


def _complain(text: str) -> None:
    """Tell what went wrong; the journal gets it as an error, line by line."""
    from callpoint.system.journal import is_behind

    if sys.stderr is not None and is_behind(sys.stderr, os.environ):
        text = "\n".join(f"<3>{line}" for line in text.splitlines())
    click.echo(text, err=True)


def _tell_fault_of_ours(error: Exception) -> int:
    if os.environ.get("CALLPOINT_DEBUG") == "1":
        raise error
    what = " ".join(f"{type(error).__name__}: {error}".split())
    _complain(
        f"callpoint: a fault of callpoint itself: {what} "
        "(please report it, with what the same command prints under CALLPOINT_DEBUG=1)"
    )
    return EXIT_FAILURE


def _let_stdout_go() -> None:
    # Python flushes once more when it exits, and would complain of the closed pipe.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
