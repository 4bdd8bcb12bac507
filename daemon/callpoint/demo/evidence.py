"""What both sides recorded, put on the story's clock and weighed against the spoken.

The simulator records what the far end heard and said; the near end is the recording
that the microphone played and the one that the speaker made, where these are no cards.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.demo.compare import Comparison, compare
from callpoint.demo.microphone import while_open
from callpoint.demo.page import Agreement
from callpoint.demo.picture import Shape, Voice
from callpoint.demo.recording import Samples, first_sound_s, read_wav, shape
from callpoint.demo.story import CallStory, Story, Stretch
from callpoint.errors import CallpointError

_SHAPE_STEPS: Final = 900
_CUT_OFF_S: Final = 0.3
"""A hang-up of ours drops what is still on its way to the speaker."""


@dataclass(frozen=True)
class Track:
    """A recording on the story's clock: seconds since the first press."""

    starts_at_s: float
    samples: Samples

    def delay_ms(self, later: "Track", comparison: Comparison) -> float:
        """How long sound takes from this track to `later`."""
        return (comparison.delay_s + later.starts_at_s - self.starts_at_s) * 1000


@dataclass(frozen=True)
class CallEvidence:
    """The recordings of one call; None where a sound card has no recording."""

    spoken: Track | None
    heard: Track
    said: Track
    played: Track | None

    def agreements(self) -> tuple[Agreement, ...]:
        """Both directions, as far as they were recorded and somebody spoke."""
        pairs = (
            ("What you said, at the assistant", self.spoken, self.heard),
            ("What the assistant said, at the speaker", self.said, self.played),
        )
        weighed = (_agreement(*pair) for pair in pairs)
        return tuple(agreement for agreement in weighed if agreement is not None)


@dataclass(frozen=True)
class NearEnd:
    """What the device's sound devices played and recorded."""

    microphone: Samples | None
    """From each call's press on; None is a real microphone."""
    speaker: Path | None
    """The recording of the speaker; None is a real one.

    It has one call after the other with no mark between: only the first is weighed."""
    only_while_open: bool
    """A finger that follows no script opens the microphone in the midst of a word."""


def gather(story: Story, near: NearEnd, recordings: Path) -> tuple[CallEvidence, ...]:
    """The evidence of every call that the simulator recorded.

    Raises CallpointError when a recording is not there or damaged.
    """
    played = read_wav(near.speaker) if near.speaker else None
    return tuple(
        _call_evidence(story, call, near, None if number else played, recordings)
        for number, call in enumerate(story.calls)
        if (recordings / f"{call.call_id}.json").exists()
    )


def voices(story: Story, calls: Iterable[CallEvidence]) -> tuple[Voice, Voice]:
    """Both sides as the timeline draws them."""
    calls = tuple(calls)
    return (
        Voice(
            "user",
            spoken=_shape(story, (call.spoken for call in calls)),
            heard=_shape(story, (call.heard for call in calls)),
        ),
        Voice(
            "assistant",
            spoken=_shape(story, (call.said for call in calls)),
            heard=_shape(story, (call.played for call in calls)),
        ),
    )


def _call_evidence(
    story: Story,
    call: CallStory,
    near: NearEnd,
    played: Samples | None,
    recordings: Path,
) -> CallEvidence:
    path = recordings / f"{call.call_id}.json"
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        began_s = float(told["began_monotonic_s"]) - story.zero_s
        heard = Track(began_s, read_wav(recordings / told["heard"]))
        said = Track(began_s, read_wav(recordings / told["said"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CallpointError(f"{path}: not a recording of a call: {error}") from error
    return CallEvidence(
        _spoken(story, call, near), heard, _said(said, call), _played(played, call)
    )


def _spoken(story: Story, call: CallStory, near: NearEnd) -> Track | None:
    if near.microphone is None:
        return None
    sound = near.microphone
    if near.only_while_open:
        stretches = (
            Stretch(s.state, s.from_s - call.pressed_s, s.until_s - call.pressed_s)
            for s in story.microphone
        )
        sound = while_open(sound, stretches)
    return Track(call.pressed_s, sound)


def _said(said: Track, call: CallStory) -> Track:
    if call.ended_by == "far" or call.ended_s is None:
        return said
    until_s = max(0.0, call.ended_s - _CUT_OFF_S - said.starts_at_s)
    return Track(said.starts_at_s, said.samples[: round(until_s * SAMPLE_RATE_HZ)])


def _played(played: Samples | None, call: CallStory) -> Track | None:
    """The speaker's recording, whose first sound is the first word that was heard."""
    if played is None:
        return None
    first_s = first_sound_s(played)
    if first_s is None or call.first_word_s is None:
        return Track(call.pressed_s, played)
    return Track(call.first_word_s - first_s, played)


def _agreement(
    title: str, spoken: Track | None, heard: Track | None
) -> Agreement | None:
    """None where there is nothing to compare, or nothing to compare it with."""
    if spoken is None or heard is None:
        return None
    comparison = compare(spoken.samples, heard.samples)
    if not comparison.windows:
        return None
    return Agreement(
        title,
        comparison.correlation,
        spoken.delay_ms(heard, comparison),
        comparison.lag_moves_ms,
        comparison.faults(),
    )


def _shape(story: Story, tracks: Iterable[Track | None]) -> Shape:
    """All tracks on one clock, coarse enough for a picture."""
    until_s = max(1.0, story.until_s)
    sound = np.zeros(round(until_s * SAMPLE_RATE_HZ), np.int16)
    for track in tracks:
        if track is not None:
            _place(sound, track)
    return shape(sound, 0.0, max(0.02, until_s / _SHAPE_STEPS))


def _place(sound: Samples, track: Track) -> None:
    start = round(track.starts_at_s * SAMPLE_RATE_HZ)
    samples = track.samples[max(0, -start) :]
    start = max(0, start)
    end = min(len(sound), start + len(samples))
    if end > start:
        sound[start:end] = samples[: end - start]
