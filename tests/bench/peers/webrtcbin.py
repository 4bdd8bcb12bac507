"""GStreamer's webrtcbin, tuned for a voice call.

PyGObject comes from Debian, for Debian's own Python: the program goes on as that.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import NoReturn

from tests.bench.peers.contract import arguments, obey

DEBIANS_PREFIX = "/usr"
ROOT = Path(__file__).parents[3]


def go_on_with_debians_python() -> NoReturn:
    """Never returns: the process is another program from here on."""
    python = f"{DEBIANS_PREFIX}/bin/python3"
    foreign = {"PYTHONHOME", "VIRTUAL_ENV"}
    environment = {k: v for k, v in os.environ.items() if k not in foreign}
    environment["PYTHONPATH"] = str(ROOT)
    command = [python, "-m", "tests.bench.peers.webrtcbin", *sys.argv[1:]]
    os.execve(python, command, environment)


async def main() -> None:
    from tests.bench.peers.calls import OneCall
    from tests.bench.peers.pipeline import Pipeline, warm_up
    from tests.bench.peers.signalling import logged_in

    parser = arguments("webrtcbin")
    parser.add_argument("--no-fec", action="store_true", help="neither send nor use it")
    options = parser.parse_args()
    identity = warm_up()
    async with logged_in(options.url) as session:

        def new_call() -> Pipeline:
            devices = options.microphone, options.speaker
            return Pipeline(session, *devices, identity, fec=not options.no_fec)

        await obey(OneCall(session, new_call, in_advance=True))


if __name__ == "__main__":
    if sys.prefix == DEBIANS_PREFIX:
        asyncio.run(main())
    else:
        go_on_with_debians_python()
