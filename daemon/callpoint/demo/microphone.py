"""The recording that the daemon's microphone plays: recorded voices on a timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.demo.recording import Samples, read_wav
from callpoint.demo.script import Script, Utterance
from callpoint.demo.story import Stretch
from callpoint.errors import CallpointError

VOICES: Final = Path("/usr/share/sounds/alsa")
"""Recorded human speech, 48 kHz mono, in Debian's package alsa-utils."""


@dataclass(frozen=True)
class Voices:
    """A folder of recordings, one utterance each, named for what it says."""

    folder: Path = VOICES

    def utterance(self, name: str) -> Utterance:
        """What `name` says, and how long that takes.

        Raises CallpointError when the folder does not have it.
        """
        return Utterance(name, len(self.samples(name)) / SAMPLE_RATE_HZ)

    def samples(self, name: str) -> Samples:
        path = self.folder / f"{name}.wav"
        if not path.is_file():
            raise CallpointError(
                f"{path}: the recorded voice is not there",
                "install Debian's package alsa-utils",
            )
        return read_wav(path)


def timeline(script: Script, voices: Voices) -> Samples:
    """What is said at the device, from the first press on."""
    sound = np.zeros(round(script.until_s * SAMPLE_RATE_HZ), np.int16)
    for turn in script.turns:
        start = round(turn.speak_s * SAMPLE_RATE_HZ)
        voice = voices.samples(turn.utterance.name)
        sound[start : start + len(voice)] = voice
    return sound


def while_open(sound: Samples, microphone: Iterable[Stretch]) -> Samples:
    """What of `sound` was said while the microphone was open; silence elsewhere."""
    heard = np.zeros_like(sound)
    for stretch in microphone:
        if stretch.state == "open":
            first = max(0, round(stretch.from_s * SAMPLE_RATE_HZ))
            last = max(first, round(stretch.until_s * SAMPLE_RATE_HZ))
            heard[first:last] = sound[first:last]
    return heard
