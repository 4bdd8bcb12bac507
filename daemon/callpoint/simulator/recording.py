"""What the far end heard and said: WAV files, packets, and a JSON file of its words.

Both WAV files are 48 kHz mono s16 and begin with the call: sample 0 of either is the
moment that the JSON gives as `began_monotonic_s`.
"""

import json
import logging
import re
import wave
from pathlib import Path
from typing import Any, Final

from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ
from callpoint.errors import CallpointError
from callpoint.simulator.tape import Tape

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9-]")
_LONGEST_NAME: Final = 64

log = logging.getLogger(__name__)


class Track:
    """One WAV file, written by one thread of the voice engine."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._broken = False
        self._file = wave.open(str(path), "wb")  # noqa: SIM115 - closed by close()
        self._file.setnchannels(1)
        self._file.setsampwidth(SAMPLE_BYTES)
        self._file.setframerate(SAMPLE_RATE_HZ)

    def write(self, pcm: bytes) -> None:
        """Append some sound; a full disk ends the recording, not the call."""
        if self._broken:
            return
        try:
            self._file.writeframesraw(pcm)
        except OSError as error:
            self._broken = True
            log.warning("%s: %s; it ends here", self.path, error.strerror)

    def close(self) -> None:
        try:
            self._file.close()
        except OSError as error:
            log.warning("%s: %s; it may be cut short", self.path, error.strerror)


def make_folder(folder: Path) -> None:
    """Have a folder for recordings; raises CallpointError when that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_record(folder, error) from error


def _cannot_record(folder: Path, error: OSError) -> CallpointError:
    return CallpointError(
        f"{folder}: cannot record: {error.strerror}",
        "name a folder that is yours with --record",
    )


class Recording:
    """The files of one call.

    Raises CallpointError when the folder cannot be written.
    """

    def __init__(self, folder: Path, call_id: str, began_s: float) -> None:
        # The client chose the id: it must not choose the folder as well.
        name = _UNSAFE.sub("_", call_id)[:_LONGEST_NAME]
        self.path = folder / f"{name}.json"
        self._call_id = call_id
        self._began_s = began_s
        self._utterances: list[dict[str, Any]] = []
        make_folder(folder)
        try:
            self.heard = Track(folder / f"{name}-heard.wav")
            self.said = Track(folder / f"{name}-said.wav")
            self.packets = Tape(folder / f"{name}-packets.jsonl")
        except OSError as error:
            raise _cannot_record(folder, error) from error

    def note(self, who: str, text: str, start_samples: int, end_samples: int) -> None:
        """Somebody (`caller` or `assistant`) said something, in its track's samples."""
        self._utterances.append(
            {
                "who": who,
                "text": text,
                "start_samples": start_samples,
                "end_samples": end_samples,
            }
        )

    def close(self) -> None:
        """Finish all files and write the JSON."""
        for each in (self.heard, self.said, self.packets):
            each.close()
        story = {
            "call_id": self._call_id,
            "rate_hz": SAMPLE_RATE_HZ,
            "began_monotonic_s": self._began_s,
            "heard": self.heard.path.name,
            "said": self.said.path.name,
            "packets": self.packets.path.name,
            "utterances": self._utterances,
        }
        try:
            self.path.write_text(json.dumps(story, indent=1) + "\n")
        except OSError as error:
            log.warning("%s: %s", self.path, error.strerror)
