"""All calls of a part of the bench, in lanes side by side, each judged as it ends.

A lane has a sound server of its own. Judging takes a second of CPU: it is done in
another process, and gives way to calls. A call is made again when the far end itself
was late, because the machine was busy with something else.
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from queue import SimpleQueue

from tests.bench.calls import Heard, hear
from tests.bench.cells import Cell
from tests.bench.packets import late_ms
from tests.bench.priority import give_way
from tests.bench.results import DISTURBED_MS
from tests.bench.speech import Speech
from tests.bench.verdicts import Verdict, judge
from tests.sound_server import SoundServer

MOST_TRIES = 2


@dataclass(frozen=True)
class Run:
    """One call to be made."""

    peer: str
    cell: Cell
    seed: int
    speech: Speech


def verdicts(
    runs: Sequence[Run], folder: Path, lanes: int, variables: Mapping[str, str]
) -> Iterator[tuple[Run, Verdict]]:
    """Make all calls; what is known of each, as it becomes known."""
    with ExitStack() as stack:
        servers: SimpleQueue[SoundServer] = SimpleQueue()
        for lane in range(lanes):
            place = folder / f"lane{lane}"
            place.mkdir()
            servers.put(stack.enter_context(SoundServer(place).running()))
        judges = stack.enter_context(
            ProcessPoolExecutor(1, get_context("spawn"), initializer=give_way)
        )
        callers = stack.enter_context(ThreadPoolExecutor(lanes))

        def call(number: int, run: Run) -> "Future[Verdict]":
            server = servers.get()
            try:
                heard = _undisturbed(run, folder / f"call{number}", server, variables)
            finally:
                servers.put(server)
            return judges.submit(
                judge,
                *(run.peer, run.cell, run.seed, run.speech),
                *(heard.tape, heard.speaker, heard.summary, heard.load),
            )

        calls = [callers.submit(call, *each) for each in enumerate(runs)]
        for run, future in zip(runs, calls, strict=True):
            yield run, future.result().result()


def _undisturbed(
    run: Run, folder: Path, server: SoundServer, variables: Mapping[str, str]
) -> Heard:
    for number in range(1, MOST_TRIES + 1):
        place = folder.with_name(f"{folder.name}-{number}")
        place.mkdir()
        heard = hear(run.peer, run.cell, run.seed, run.speech, server, place, variables)
        if late_ms(heard.tape, run.cell.clock_ppm) < DISTURBED_MS:
            break
    return heard
