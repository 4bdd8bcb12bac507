"""PURE: voice activity: sound in, speech with its beginning and end out.

Energy against a noise floor that is the quietest frame of the last two seconds: speech
has dips in that time, noise has none. Positions count samples since the first frame.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

from callpoint.audio.frames import FRAME_BYTES, FRAME_SAMPLES, level

_QUIETEST_SPEECH: Final = 0.006
_ABOVE_FLOOR: Final = 3.0
_FLOOR_FRAMES: Final = 100
_FIRST_FLOOR: Final = 0.002
_ONSET_FRAMES: Final = 5
_ACTIVE_IN_ONSET: Final = 3
_LEAD_FRAMES: Final = 10
# The longest pause inside the recordings of alsa-utils is 380 ms.
_HANG_OVER_FRAMES: Final = 30
_TRAIL_FRAMES: Final = 5
_LONGEST_FRAMES: Final = 3000


@dataclass(frozen=True)
class SpeechStarted:
    """Somebody began to speak at this sample, some 60 ms ago."""

    at_samples: int


@dataclass(frozen=True)
class SpeechEnded:
    """Somebody spoke from one sample to another; `pcm` has 200 ms before as well."""

    start_samples: int
    end_samples: int
    pcm: bytes


Heard = SpeechStarted | SpeechEnded


class Listener:
    """Cuts a stream of 48 kHz mono s16le into speech."""

    def __init__(self) -> None:
        self._rest = b""
        self._frames = 0
        self._levels = deque([_FIRST_FLOOR], _FLOOR_FRAMES)
        self._onset: deque[bool] = deque(maxlen=_ONSET_FRAMES)
        self._lead: deque[bytes] = deque(maxlen=_LEAD_FRAMES + _ONSET_FRAMES)
        self._speech: list[bytes] = []
        self._start_frame = 0
        self._quiet_frames = 0

    def hear(self, pcm: bytes) -> list[Heard]:
        """Listen to some sound, of any length."""
        self._rest += pcm
        heard: list[Heard] = []
        while len(self._rest) >= FRAME_BYTES:
            frame, self._rest = self._rest[:FRAME_BYTES], self._rest[FRAME_BYTES:]
            event = self._hear_frame(frame)
            self._frames += 1
            if event is not None:
                heard.append(event)
        return heard

    def _hear_frame(self, frame: bytes) -> Heard | None:
        loudness = level(frame)
        floor = min(self._levels)
        self._levels.append(loudness)
        active = loudness > max(_QUIETEST_SPEECH, _ABOVE_FLOOR * floor)
        if self._speech:
            return self._go_on(frame, active)
        return self._wait(frame, active)

    def _wait(self, frame: bytes, active: bool) -> Heard | None:
        self._lead.append(frame)
        self._onset.append(active)
        if sum(self._onset) < _ACTIVE_IN_ONSET:
            return None
        first = list(self._onset).index(True)
        self._start_frame = self._frames - (len(self._onset) - 1 - first)
        lead_frames = len(self._lead) - (len(self._onset) - first) - _LEAD_FRAMES
        self._speech = list(self._lead)[max(0, lead_frames) :]
        self._quiet_frames = 0
        return SpeechStarted(self._start_frame * FRAME_SAMPLES)

    def _go_on(self, frame: bytes, active: bool) -> Heard | None:
        self._speech.append(frame)
        self._quiet_frames = 0 if active else self._quiet_frames + 1
        too_long = len(self._speech) >= _LONGEST_FRAMES
        if self._quiet_frames < _HANG_OVER_FRAMES and not too_long:
            return None
        return self._end(self._frames + 1)

    def finish(self) -> list[Heard]:
        """The call is over: speech that goes on ends here."""
        return [self._end(self._frames)] if self._speech else []

    def _end(self, frames: int) -> SpeechEnded:
        spare = max(0, self._quiet_frames - _TRAIL_FRAMES)
        pcm = b"".join(self._speech[: len(self._speech) - spare])
        end_frame = frames - self._quiet_frames
        self._lead.clear()
        self._lead.extend(self._speech[len(self._speech) - spare :])
        self._onset.clear()
        self._speech = []
        start_samples = self._start_frame * FRAME_SAMPLES
        return SpeechEnded(start_samples, end_frame * FRAME_SAMPLES, pcm)
