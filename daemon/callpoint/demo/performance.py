"""A demo from its beginning to its page: sound chosen, conversation played, weighed."""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console

from callpoint.demo import evidence, keepsake, verdict
from callpoint.demo.actors import ControlLine
from callpoint.demo.chronicle import Chronicle
from callpoint.demo.finger import follow
from callpoint.demo.live import LiveConversation
from callpoint.demo.microphone import Voices, timeline
from callpoint.demo.recording import write_wav
from callpoint.demo.script import Script, lay_out
from callpoint.demo.stage import Plan, perform
from callpoint.demo.story import Happening
from callpoint.demo.wording import log_line

GOODBYE: Final = "Rear_Center"
"""The voice that ends the call: nobody in alsa-utils says goodbye."""
SCRIPTED: Final = ("Front_Left", "Side_Right", GOODBYE)
LIVE: Final = (
    *("Front_Left", "Side_Right", "Front_Center", "Rear_Left", "Front_Right"),
    *("Side_Left", "Rear_Right", GOODBYE),
)
_CARDS: Final = Path("/proc/asound/cards")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for."""

    live: bool
    output: Path
    keep: bool
    synthetic: bool
    """Recorded voices even where there is a sound card."""
    versions: str


async def run(wishes: Wishes, say: Say) -> int:
    """Play the demo; `say` gets its lines. Returns the exit code: 1 for a fault.

    Raises CallpointError when it cannot be played at all.
    """
    with keepsake.folder(wishes.output), _folder(wishes.keep, say) as folder:
        cards = wishes.live and not wishes.synthetic and _has_cards()
        demo = _Demo(wishes, folder, say, None if cards else _script(wishes.live))
        return await demo.run()


@dataclass(frozen=True)
class _Demo:
    wishes: Wishes
    folder: Path
    say: Say
    script: Script | None
    """What the recorded voice says; None when a sound card is used."""

    async def run(self) -> int:
        began_s = time.monotonic()
        chronicle = Chronicle(
            (lambda _: None) if self.wishes.live else self._teller(began_s)
        )
        self.say("callpoint demo: the real daemon, a far end that is simulated.")
        await perform(self._plan(), chronicle, self._play)
        return self._look_back(chronicle)

    def _teller(self, began_s: float) -> Callable[[Happening], None]:
        def tell(event: Happening) -> None:
            line = log_line(event, began_s)
            if line is not None:
                self.say(line)

        return tell

    async def _play(self, line: ControlLine, chronicle: Chronicle) -> None:
        if self.wishes.live:
            await LiveConversation(Console(), self.script).play(line, chronicle)
        elif self.script is not None:
            await follow(self.script, line, chronicle)

    def _plan(self) -> Plan:
        capture = playout = "default"
        if self.script is not None:
            write_wav(self._microphone, timeline(self.script, Voices()))
            capture, playout = f"wav:{self._microphone}", f"record:{self._speaker}"
        return Plan(
            folder=self.folder,
            recordings=self.folder / "recordings",
            known_speech=Voices().folder,
            goodbye=Voices().utterance(GOODBYE).text,
            capture=capture,
            playout=playout,
        )

    @property
    def _microphone(self) -> Path:
        return self.folder / "microphone.wav"

    @property
    def _speaker(self) -> Path:
        return self.folder / "speaker.wav"

    def _near_end(self) -> evidence.NearEnd:
        if self.script is None:
            return evidence.NearEnd(None, None, only_while_open=True)
        return evidence.NearEnd(
            timeline(self.script, Voices()), self._speaker, self.wishes.live
        )

    def _look_back(self, chronicle: Chronicle) -> int:
        story = chronicle.story()
        calls = evidence.gather(story, self._near_end(), self.folder / "recordings")
        agreements = [one for call in calls for one in call.agreements()]
        script = None if self.wishes.live else self.script
        faults = verdict.faults(story, agreements, script)
        self.say("")
        for line in verdict.summary(story, agreements, faults):
            self.say(line)
        for path in keepsake.write(
            self.wishes.output, self.wishes.versions, story, calls, agreements, faults
        ):
            self.say(f"written: {path}")
        return 1 if faults else 0


@contextmanager
def _folder(keep: bool, say: Say) -> Iterator[Path]:
    # Linux takes 107 bytes for the path of a socket.
    short = len(tempfile.gettempdir()) < 60
    folder = Path(
        tempfile.mkdtemp(prefix="callpoint-demo-", dir=None if short else "/tmp")
    )
    try:
        yield folder
    finally:
        if keep:
            say(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


def _has_cards() -> bool:
    try:
        return "[" in _CARDS.read_text()
    except OSError:
        return False


def _script(live: bool) -> Script:
    voices = Voices()
    return lay_out([voices.utterance(name) for name in (LIVE if live else SCRIPTED)])
