"""`callpoint simulator`: a stand-in for the far end."""

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from callpoint.simulator.scenario import Scenario


def _print_scenarios(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not context.resilient_parsing:
        from callpoint.simulator.presets import PRESETS

        formatter = click.HelpFormatter(max_width=88)
        rows = [
            (preset.usage(name), preset.meaning) for name, preset in PRESETS.items()
        ]
        formatter.write_dl(rows)
        click.echo(formatter.getvalue(), nl=False)
        context.exit()


@click.command(
    epilog="""\b
Examples:
  callpoint simulator --port 8443
  callpoint simulator --record /tmp/calls --scenario ringing-first
  callpoint simulator --scenario early-media --scenario drop-after:5

\b
With [server] signaling_server = "ws://127.0.0.1:8443" a daemon calls it.
""",
)
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    metavar="ADDRESS",
    help="Listen on this address.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    show_default=True,
    metavar="PORT",
    help="Listen on this port; 0 takes any free one.",
)
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="NAME[:ARG]",
    help="How it behaves; may be given more than once.",
)
@click.option(
    "--scenarios",
    "_",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_scenarios,
    help="List the scenarios.",
)
@click.option(
    "--loss",
    metavar="PERCENT[,PACKETS]",
    help="Of what it sends lose this share, as many packets in a row.",
)
@click.option(
    "--jitter",
    metavar="MILLISECONDS",
    help="Hold each packet that it sends for up to that long.",
)
@click.option("--seed", metavar="NUMBER", help="Of the dice that do both.")
@click.option(
    "--record",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write what it hears and says here, as WAV and JSON.",
)
@click.option(
    "--known-speech",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    metavar="DIR",
    help="WAV files that it understands, named by their words; "
    "default: those of alsa-utils.",
)
@click.option(
    "--goodbye",
    default="rear center",
    show_default=True,
    metavar="WORDS",
    help="Words of a known recording that end the call.",
)
def simulator(
    scenarios: tuple[str, ...],
    loss: str | None,
    jitter: str | None,
    seed: str | None,
    **options: Any,
) -> None:
    """Run a stand-in for the vendor's gateway, with an assistant that talks.

    It prints what happens on standard output, one JSON object a line, the first of
    which has its URL. It runs until SIGTERM or Ctrl-C.
    """
    from callpoint.simulator.presets import parse

    logging.basicConfig(format="%(levelname)s: %(message)s")
    logging.getLogger("callpoint").setLevel(logging.INFO)
    if options["known_speech"] is None:
        del options["known_speech"]
    network = {"loss": loss, "jitter": jitter, "seed": seed}
    named = [f"{name}:{value}" for name, value in network.items() if value is not None]
    asyncio.run(_until_signalled(parse([*scenarios, *named]), options))


async def _until_signalled(scenario: "Scenario", options: dict[str, Any]) -> None:
    from callpoint.simulator import running_simulator

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)

    def tell(event: dict[str, Any]) -> None:
        try:
            sys.stdout.write(json.dumps(event) + "\n")
            sys.stdout.flush()
        except BrokenPipeError:
            # Nobody reads any more: the calls are ended as at a signal.
            stop.set()

    async with running_simulator(scenario, sink=tell, **options):
        await stop.wait()
