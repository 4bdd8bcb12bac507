"""One call at the bench, from the press to the bye, and what it left."""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.bench.cells import Cell
from tests.bench.listen import Timed
from tests.bench.packets import Packet, read_tape
from tests.bench.participants import participating
from tests.bench.sound import listening
from tests.bench.speech import Speech
from tests.daemon.programs import Event, FarEnd, ended
from tests.sound_server import SoundServer

SET_UP_LIMIT_S = 20.0
# The last word is on its way: jitter buffer, sound server, recorder.
LAST_WORD_S = 1.5


@dataclass(frozen=True)
class Heard:
    """What the far end said in a call, and what came out of the speaker."""

    tape: list[Packet]
    speaker: Timed
    summary: Event
    """The peer's own figures, if it tells any."""
    load: float
    """The machine's load average at the end."""


def hear(
    name: str,
    cell: Cell,
    seed: int,
    speech: Speech,
    server: SoundServer,
    folder: Path,
    variables: Mapping[str, str],
) -> Heard:
    """Let a peer listen to the far end on this link."""
    scenario = ("--scenario", f"say:{speech.path}", *cell.scenario(seed))
    with (
        ended(FarEnd(folder, *scenario)) as far,
        participating(name, far.url, server, variables) as peer,
    ):
        with listening(server.environment, "speaker.monitor") as ear:
            peer.press()
            far.wait(event="media_connected", timeout_s=SET_UP_LIMIT_S)
            limit_s = speech.duration_s + SET_UP_LIMIT_S
            far.wait(event="spoken", timeout_s=limit_s)
            time.sleep(LAST_WORD_S)
            speaker = ear.heard()
        peer.hang_up()
        story = Path(far.wait(event="recorded")["path"])
        summary = next((e for e in peer.events if e["event"] == "summary"), {})
    tape = read_tape(story.parent / json.loads(story.read_text())["packets"])
    return Heard(tape, speaker, summary, os.getloadavg()[0])
