"""`scripts/bench`: measures, prints and draws; see `--help`."""

import argparse
import json
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.bench.cells import BEFORE_S, FAULTS, QUALITY, Cell
from tests.bench.cost import costs
from tests.bench.delay import delays
from tests.bench.own import figures
from tests.bench.page import write_page
from tests.bench.priority import in_own_session, run_in_own_session
from tests.bench.runs import Run, verdicts
from tests.bench.speech import TEXTS, Speech, make_speech
from tests.bench.tables import Row, line, table

RESULTS = Path(".cache/bench")
WRITTEN = RESULTS / "written"
INSTALL_PEERS = Path(__file__).with_name("peers") / "install.sh"
# A fault's call speaks on until the delay after it has been taken.
FAULT_TAIL_S = 10.0
PARTS = {
    "quality": "PESQ and delay on bad links",
    "faults": "what one lost packet and one stall leave behind",
    "cost": "CPU and memory in a call; one call at a time",
    "delay": "sound on its way, and the press; one call at a time",
    "own": "what is asked of callpoint alone",
    "page": "docs/performance.md from what --write kept; measures nothing",
}


def main() -> None:
    options = arguments()
    if options.part == "page":
        write_page(WRITTEN)
        return
    if not in_own_session():
        sys.exit(run_in_own_session())
    if options.peers != "callpoint":
        subprocess.run([INSTALL_PEERS], check=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        measure(options, Path(options.keep or temporary))


def arguments() -> argparse.Namespace:
    parts = "; ".join(f"{name}: {what}" for name, what in PARTS.items())
    parser = argparse.ArgumentParser("scripts/bench", description=__doc__, epilog=parts)
    parser.add_argument("part", choices=PARTS)
    parser.add_argument("--peers", default="callpoint", metavar="NAME,...")
    parser.add_argument("--runs", type=int, default=1, help="each with its own seed")
    parser.add_argument("--calls", type=int, default=10, help="of delay, each peer")
    parser.add_argument("--cells", metavar="NAME,...", help="some cells only")
    parser.add_argument("--sentences", type=int, default=len(TEXTS))
    parser.add_argument("--lanes", type=int, default=2, help="calls side by side")
    parser.add_argument("--seed", type=int, default=1, help="of the first run")
    parser.add_argument("--keep", metavar="DIR", help="keep recordings there")
    parser.add_argument("--write", action="store_true", help="docs/performance.md too")
    parser.add_argument("--add", action="store_true", help="and keep what is there")
    return parser.parse_args()


def measure(options: argparse.Namespace, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    found = []
    for row in rows(options, folder):
        found.append(row)
        print(line(row), flush=True)
    print()
    print(table(options.part, found))
    plain = [asdict(each) for each in found]
    keep(RESULTS / f"{options.part}.json", plain)
    if options.write:
        write(WRITTEN / f"{options.part}.json", plain, options.add)
        write_page(WRITTEN)


def write(path: Path, rows: list[dict[str, Any]], add: bool) -> None:
    """For the page: in the place of what was written before, or beside it."""
    before = json.loads(path.read_text()) if add and path.exists() else {}
    commands = before.get("commands", [])
    commands.append(f"scripts/bench {shlex.join(sys.argv[1:])}")
    keep(path, {"commands": commands, "rows": before.get("rows", []) + rows})


def keep(path: Path, what: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(what, indent=1) + "\n")


def rows(options: argparse.Namespace, folder: Path) -> Iterator[Row]:
    """What a part finds, as it finds it."""
    peers = options.peers.split(",")
    match options.part:
        case "cost":
            speech = make_speech(folder, options.sentences)
            yield from costs(peers, options.runs, speech, folder)
        case "delay":
            yield from delays(peers, options.calls, folder)
        case "own":
            yield from figures(folder)
        case _:
            calls = runs(options, peers, folder)
            for _, verdict in verdicts(calls, folder, options.lanes, {}):
                yield verdict


def runs(options: argparse.Namespace, peers: list[str], folder: Path) -> list[Run]:
    """All calls of quality or faults, the peers in turn."""
    sentences = make_speech(folder, options.sentences)
    return [
        Run(peer, cell, options.seed + number, _speech(cell, sentences, folder))
        for number in range(options.runs)
        for cell in _cells(options)
        for peer in peers
    ]


def _cells(options: argparse.Namespace) -> list[Cell]:
    cells = QUALITY if options.part == "quality" else FAULTS
    wanted = options.cells.split(",") if options.cells else [c.name for c in cells]
    return [cell for cell in cells if cell.name in wanted]


def _speech(cell: Cell, sentences: Speech, folder: Path) -> Speech:
    if not cell.is_fault:
        return sentences
    needed_s = BEFORE_S + cell.after_s + FAULT_TAIL_S
    loops = round(needed_s / sentences.duration_s + 0.5)
    return make_speech(folder, len(sentences.sentences), loops)


if __name__ == "__main__":
    main()
