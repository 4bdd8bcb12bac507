"""What a call costs: CPU and memory of a peer, while both ends speak."""

import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import tree
from tests.bench.cells import Cell
from tests.bench.participants import participating
from tests.bench.speech import Speech
from tests.daemon.programs import FarEnd, ended
from tests.sound_server import SoundServer

# Buffers settle, and what comes with the first call has come.
SETTLE_S = 5.0
WINDOW_S = 20.0
SET_UP_LIMIT_S = 20.0
LINK = Cell("fec", fec=True)


@dataclass(frozen=True)
class Cost:
    """Of one call; of all processes of a peer."""

    peer: str
    cpu_s_per_minute: float
    pss_mb: float
    rss_mb: float
    processes: int
    load: float
    """The machine's load average meanwhile."""


def costs(
    peers: Sequence[str], runs: int, speech: Speech, folder: Path
) -> Iterator[Cost]:
    """One call at a time, all peers in turn, so that all share what the day brings."""
    with SoundServer(_new(folder / "cost")).running() as server:
        for run in range(runs):
            for peer in peers:
                yield cost(peer, speech, server, _new(folder / f"cost-{run}-{peer}"))


def cost(name: str, speech: Speech, server: SoundServer, folder: Path) -> Cost:
    """A call in which both ends speak."""
    scenario = ("--scenario", f"say:{speech.path}", *LINK.scenario(1))
    with (
        ended(FarEnd(folder, *scenario)) as far,
        participating(name, far.url, server) as peer,
    ):
        peer.press()
        far.wait(event="media_connected", timeout_s=SET_UP_LIMIT_S)
        with server.play_to_microphone(speech.path):
            time.sleep(SETTLE_S)
            began_s, spent_s = time.monotonic(), tree.cpu_s(peer.pid)
            time.sleep(WINDOW_S)
            minutes = (time.monotonic() - began_s) / 60
            spent_s = tree.cpu_s(peer.pid) - spent_s
            held = tree.memory(peer.pid)
            processes = len(tree.tree(peer.pid))
        load = os.getloadavg()[0]
        peer.hang_up()
    per_minute = spent_s / minutes
    return Cost(name, per_minute, held.pss_mb, held.rss_mb, processes, load)


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
