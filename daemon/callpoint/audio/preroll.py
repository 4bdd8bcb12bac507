"""PURE: what was said since the press, until there is somebody to hear it.

From the press on every frame is kept. When the far end listens they go out in order,
one every 20 ms as always, and what is behind is worked off: pauses are skipped, and
speech is a tenth faster at its old pitch. No word is lost, unless more than the limit
is kept: then the oldest give way, and are counted. In a call that has caught up each
frame passes as it is.
"""

from array import array
from collections import deque
from typing import Final

from callpoint.audio import stretch
from callpoint.audio.frames import FRAME_BYTES, FRAME_S, SAMPLE_BYTES, SAMPLE_RATE_HZ

_QUIETEST: Final = 0.003
"""-50 dB of full scale: below it nothing is speech."""
_LOUDEST_NOISE: Final = 0.02
"""-34 dB: what is louder may be speech, however long it lasts."""
_ABOVE_NOISE: Final = 1.5
_NOISE_RISE: Final = 1.01
"""A frame; the noise of a place is the least that was heard of late."""
_BEFORE_FRAMES: Final = 2
_AFTER_FRAMES: Final = 5
"""So much of a pause stays on either side of a word, for its soft beginning and end."""
_REST_FRAMES: Final = 3
_ALIKE: Final = 0.6
_LONG_S: Final = 1.0
_HARDLY_ALIKE: Final = 0.3
"""In traffic noise nothing is like anything: good enough when much is behind."""


class PreRoll:
    """A line of frames (`frames.FRAME_BYTES`); keeps `most_s` of them at most."""

    def __init__(self, most_s: float) -> None:
        self.dropped_frames = 0
        self.longest_s = 0.0
        """The most that was ever behind."""
        self._frames: deque[tuple[bytes, float]] = deque()
        self._most_frames = max(1, round(most_s / FRAME_S))
        self._noise = 0.0
        self._ready = b""
        # Nothing was said before the first frame.
        self._pause_frames = _AFTER_FRAMES
        self._untouched_frames = 0

    @property
    def behind_s(self) -> float:
        """How old the oldest sound is that was not sent yet."""
        ready_s = len(self._ready) / SAMPLE_BYTES / SAMPLE_RATE_HZ
        return len(self._frames) * FRAME_S + ready_s

    def keep(self, pcm: bytes, loudness: float) -> None:
        """A frame from the microphone, or of silence while it is closed."""
        if loudness:
            self._noise = min(loudness, max(self._noise, _QUIETEST) * _NOISE_RISE)
        self._frames.append((pcm, loudness))
        if len(self._frames) > self._most_frames:
            self._frames.popleft()
            self.dropped_frames += 1
        self.longest_s = max(self.longest_s, self.behind_s)

    def take(self) -> bytes:
        """The frame to be sent now; asked for after each frame that was kept."""
        while self._frames and len(self._ready) < FRAME_BYTES:
            # It may drop what was ready.
            piece = self._next()
            self._ready += piece
        frame, self._ready = self._ready[:FRAME_BYTES], self._ready[FRAME_BYTES:]
        return frame.ljust(FRAME_BYTES, b"\0")

    def clear(self) -> None:
        """Forget all that was not sent."""
        self._frames.clear()
        self._ready = b""

    def _next(self) -> bytes:
        """The next frame of the line, or less of it while there is more behind it."""
        pcm, loudness = self._frames.popleft()
        is_behind = bool(self._frames or self._ready)
        if not self._is_quiet(loudness):
            self._pause_frames = 0
            return self._hurried(pcm) if self._frames else pcm
        self._pause_frames += 1
        if is_behind and self._is_amid_pause():
            self._ready = b"" if not self._frames else self._ready
            return pcm if not self._frames else b""
        return pcm

    def _is_quiet(self, loudness: float) -> bool:
        noise = min(self._noise * _ABOVE_NOISE, _LOUDEST_NOISE)
        return loudness < max(_QUIETEST, noise)

    def _is_amid_pause(self) -> bool:
        coming = list(self._frames)[:_BEFORE_FRAMES]
        return self._pause_frames > _AFTER_FRAMES and all(
            self._is_quiet(loudness) for _, loudness in coming
        )

    def _hurried(self, pcm: bytes) -> bytes:
        """Speech without one pitch period, where that is not heard."""
        self._untouched_frames += 1
        if self._untouched_frames <= _REST_FRAMES:
            return pcm
        sound = array("h", pcm)
        lag, likeness = stretch.best_lag(sound)
        if likeness < (_HARDLY_ALIKE if self.behind_s > _LONG_S else _ALIKE):
            return pcm
        self._untouched_frames = 0
        return stretch.cut(sound, lag).tobytes()
