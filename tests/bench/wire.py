"""What an idle device says to its servers: IP bytes, in a network namespace of its own.

Nothing else speaks there, so the loopback's counters are the daemon and its servers:
the simulator, whose pings are as far apart as the vendor's, and one STUN server. Both
ways are counted, with IP, UDP and TCP headers, and without TLS.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until
from tests.integration.ice_servers import stun_server

# Of this process's namespace; /sys may show another's.
COUNTERS = Path("/proc/self/net/dev")
ETHERNET_BYTES = 14
SETTLE_S = 10.0
WINDOW_S = 300.0
HOUR_S = 3600.0


@dataclass(frozen=True)
class Traffic:
    """So far, or in a time."""

    packets: int
    ip_bytes: int

    def since(self, before: "Traffic") -> "Traffic":
        return Traffic(self.packets - before.packets, self.ip_bytes - before.ip_bytes)


def idle_traffic() -> Traffic:
    """Of an hour, from some minutes of it. Needs unshare, of util-linux."""
    told = subprocess.run(
        [
            *("unshare", "--map-root-user", "--net", sys.executable),
            *("-m", "tests.bench.wire"),
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    window = Traffic(**json.loads(told))
    scale = HOUR_S / WINDOW_S
    return Traffic(round(window.packets * scale), round(window.ip_bytes * scale))


async def measure() -> None:
    async with stun_server() as stun:
        traffic = await asyncio.to_thread(_watched, stun.port)
    print(json.dumps(traffic.__dict__))


def _watched(stun_port: int) -> Traffic:
    with (
        tempfile.TemporaryDirectory(prefix="wire-") as folder,
        _idle(folder, stun_port),
    ):
        time.sleep(SETTLE_S)
        before = _so_far()
        time.sleep(WINDOW_S)
        return _so_far().since(before)


@contextmanager
def _idle(folder: str, stun_port: int) -> Iterator[None]:
    """A daemon that is registered, with an offer ready."""
    with ended(FarEnd(Path(folder))) as far:
        servers = f'webrtc_ice_servers = [{{ urls = ["stun:127.0.0.1:{stun_port}"] }}]'
        toml = configuration(far.url).replace("webrtc_ice_servers = []", servers)
        with ended(Daemon(Path(folder), toml)) as daemon:
            daemon.ready()
            wait_until(lambda: daemon.status()["warm"])
            yield


def _so_far() -> Traffic:
    lines = (line.split() for line in COUNTERS.read_text().splitlines())
    received_bytes, packets = next(line[1:3] for line in lines if line[0] == "lo:")
    return Traffic(int(packets), int(received_bytes) - ETHERNET_BYTES * int(packets))


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    asyncio.run(measure())
