"""How soon an idle daemon is registered again whose socket was cut without a word.

The daemon is a real process, the far end runs in this one, and both read the same
clock. `scripts/measure reconnect` prints it; a test holds the bound.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from callpoint.simulator import running_simulator
from tests.daemon.programs import Daemon, configuration, ended


async def measure(folder: Path, times: int) -> list[float]:
    """Seconds from the cut until the far end has registered the device again."""
    waits_s = []
    async with running_simulator() as simulator:
        with ended(Daemon(folder, configuration(simulator.url))):
            await simulator.wait_for("ready", timeout_s=10)
            for number in range(times):
                # What follows a registration is over before the next cut.
                await asyncio.sleep(0.1)
                cut_s = time.monotonic()
                simulator.drop()
                ready = await simulator.wait_for("ready", number + 2, timeout_s=10)
                waits_s.append(ready["monotonic_s"] - cut_s)
    return waits_s


def table(waits_s: list[float]) -> str:
    return (
        f"cut to registered again, {len(waits_s)} times:"
        f" least {min(waits_s):.2f} s, median {statistics.median(waits_s):.2f} s,"
        f" most {max(waits_s):.2f} s"
    )


def main(times: int = 20) -> None:
    """Print the line; the argument is how often."""
    with tempfile.TemporaryDirectory() as folder:
        print(table(asyncio.run(measure(Path(folder), times))))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
