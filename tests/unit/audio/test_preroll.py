"""What was said before there was somebody to hear it."""

import random
from array import array
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest

from callpoint.audio.frames import (
    FRAME_BYTES,
    FRAME_S,
    SAMPLE_RATE_HZ,
    SILENCE,
    level,
)
from callpoint.audio.preroll import PreRoll
from tests.unit.audio.streams import tone

PITCHES_HZ = (200, 300, 400, 500, 600)
SECOND = 50
SETUP = 2 * SECOND
"""Frames until somebody listens."""
PAUSE = [SILENCE] * 10


def said(frequency_hz: int, frames: int, loudness: float = 0.3) -> list[bytes]:
    sound = tone(frequency_hz, loudness)
    second = [sound[at : at + FRAME_BYTES] for at in range(0, len(sound), FRAME_BYTES)]
    return (second * (1 + frames // SECOND))[:frames]


def noise(frames: int, loudness: float, seed: int = 2) -> list[bytes]:
    dice = random.Random(seed)
    size = loudness * 32767
    second = [
        array("h", (int(dice.gauss(0, size)) for _ in range(960))).tobytes()
        for _ in range(25)
    ]
    return (second * (1 + frames // 25))[:frames]


def words(pause: list[bytes]) -> list[bytes]:
    """A word of 300 ms at each pitch, and pauses of 200 ms."""
    return [frame for hz in PITCHES_HZ for frame in said(hz, 15) + pause]


def sent(line: PreRoll, frames: Iterable[bytes], setup: int = SETUP) -> list[bytes]:
    """What goes out while these come in, from the end of the set-up on."""
    out = []
    for number, frame in enumerate(frames):
        line.keep(frame, level(frame))
        if number >= setup:
            out.append(line.take())
    return out


def heard_s(frames: list[bytes], frequency_hz: int) -> float:
    """For how long that tone is heard, and no other."""
    sound = np.frombuffer(b"".join(frames), dtype=np.int16).astype(float)
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(480) / SAMPLE_RATE_HZ)
    pieces = sound[: len(sound) // 480 * 480].reshape(-1, 480)
    strength = np.abs(pieces @ turns) / 240
    loudness = np.sqrt(2 * (pieces**2).mean(axis=1))
    return float(((strength > 0.8 * loudness) & (loudness > 1000)).sum() / 100)


def order(frames: list[bytes]) -> list[int]:
    """The pitches in the order in which they are first heard."""
    pitches: list[int] = []
    for at in range(len(frames)):
        for hz in PITCHES_HZ:
            if heard_s(frames[at : at + 1], hz) == 2 * 0.01 and hz not in pitches:
                pitches.append(hz)
    return pitches


def test_a_line_that_is_not_behind_passes_each_frame_as_it_is() -> None:
    line = PreRoll(5.0)
    frames = words(PAUSE) + noise(50, 0.01) + said(150, 50)
    assert sent(line, frames, setup=0) == frames
    assert line.behind_s == 0
    assert line.longest_s == pytest.approx(FRAME_S)


def test_without_frames_there_is_silence() -> None:
    assert PreRoll(5.0).take() == SILENCE


@pytest.mark.parametrize(
    "pause",
    [PAUSE, noise(10, 0.001), noise(10, 0.01)],
    ids=["silence", "a quiet room", "a loud room"],
)
def test_all_words_of_a_set_up_of_two_seconds_come_in_their_order(
    pause: list[bytes],
) -> None:
    line = PreRoll(5.0)
    out = sent(line, [*pause[:3], *words(pause), *pause * 20])
    assert order(out) == list(PITCHES_HZ)
    for hz in PITCHES_HZ:
        assert 0.24 <= heard_s(out, hz) <= 0.32, hz
    assert line.behind_s == 0
    assert line.dropped_frames == 0
    assert line.longest_s == pytest.approx(2.02)


def test_the_backlog_shrinks_with_every_pause_and_is_gone_after_the_last_word() -> None:
    line = PreRoll(5.0)
    sent(line, words(PAUSE) * 2)
    behind_s = line.behind_s
    assert behind_s < 1.6
    sent(line, [SILENCE] * round(behind_s / FRAME_S), setup=0)
    assert line.behind_s == 0


@pytest.mark.parametrize(("frequency_hz", "faster"), [(100, 1.1), (200, 1.05)])
def test_speech_without_a_pause_is_faster_at_its_own_pitch(
    frequency_hz: int, faster: float
) -> None:
    line = PreRoll(5.0)
    out = sent(line, said(frequency_hz, 7 * SECOND))
    assert heard_s(out, frequency_hz) == pytest.approx(len(out) * FRAME_S)
    assert 2.0 - line.behind_s > 5 * (faster - 1)


def test_a_splice_in_hurried_speech_makes_no_click() -> None:
    out = sent(PreRoll(5.0), said(200, 6 * SECOND))
    sound = np.frombuffer(b"".join(out), dtype=np.int16).astype(int)
    sine = np.frombuffer(tone(200, 0.3), dtype=np.int16).astype(int)
    assert np.abs(np.diff(sound)).max() < 1.1 * np.abs(np.diff(sine)).max()


def test_a_pause_keeps_something_on_either_side_of_the_words() -> None:
    """Soft beginnings and ends of words are as quiet as a pause."""
    pause = [SILENCE] * 40
    frames = said(200, 10) + pause + said(400, 10) + pause + said(300, 10) + pause
    out = sent(PreRoll(5.0), frames, setup=110)
    loud = [number for number, frame in enumerate(out) if level(frame) > 0.01]
    gaps = [later - earlier for earlier, later in pairwise(loud) if later > earlier + 1]
    assert len(gaps) == 2
    assert all(6 <= gap <= 9 for gap in gaps)


def test_a_soft_word_in_a_quiet_room_is_no_pause() -> None:
    line = PreRoll(5.0)
    room, word = noise(50, 0.001), said(300, 20, 0.015)
    out = sent(line, room[:10] + word + room * 2, setup=40)
    assert sum(level(frame) > 0.008 for frame in out) > 0.8 * len(word)


def test_of_more_than_is_kept_the_oldest_gives_way_and_is_counted() -> None:
    line = PreRoll(1.0)
    out = sent(line, said(200, 40) + said(400, 60) + PAUSE * 20, setup=80)
    assert line.dropped_frames == 31
    assert line.longest_s == pytest.approx(1.0)
    assert 0.15 <= heard_s(out, 200) <= 0.21
    assert heard_s(out, 400) > 1.0


def test_a_limit_below_a_frame_still_passes_what_is_said() -> None:
    frames = said(200, 20)
    line = PreRoll(0.0)
    assert sent(line, frames, setup=0) == frames
    assert line.dropped_frames == 0


def test_a_line_that_is_caught_up_in_a_pause_has_nothing_behind() -> None:
    """A rest of less than a frame would be sent with the next word, for ever late."""
    line = PreRoll(5.0)
    sent(line, [SILENCE] * 3 + said(200, 40) + PAUSE * 10, setup=21)
    assert line.behind_s == 0
    frames = said(300, 20)
    assert sent(line, frames, setup=0) == frames


@pytest.mark.parametrize("loudness", [0.002, 0.005, 0.012])
def test_the_noise_of_a_room_is_a_pause(loudness: float) -> None:
    line = PreRoll(5.0)
    sent(line, [SILENCE, *noise(400, loudness)])
    assert line.behind_s < 0.1


def test_a_muted_microphone_does_not_tell_how_loud_the_room_is() -> None:
    line = PreRoll(10.0)
    sent(line, [*noise(200, 0.012), SILENCE, *noise(60, 0.012)], setup=240)
    assert line.behind_s < 0.1


def test_a_noise_that_could_be_speech_is_neither_skipped_nor_spliced() -> None:
    line = PreRoll(5.0)
    sent(line, noise(600, 0.1))
    assert line.behind_s > 1.8
    assert line.dropped_frames == 0


def test_speech_from_the_first_frame_on_is_not_taken_for_noise() -> None:
    """There was no pause yet that would tell how loud the place is."""
    line = PreRoll(5.0)
    out = sent(line, said(300, 2 * SECOND), setup=SECOND)
    assert heard_s(out, 300) == pytest.approx(1.0, abs=0.05)
    assert line.behind_s > 0.7


def test_what_is_cleared_is_never_sent() -> None:
    line = PreRoll(5.0)
    sent(line, said(200, 60), setup=50)
    line.clear()
    assert line.behind_s == 0
    assert line.take() == SILENCE


def test_silence_before_the_first_word_is_skipped_at_once() -> None:
    line = PreRoll(5.0)
    for _ in range(3):
        line.keep(SILENCE, 0.0)
    line.take()
    assert line.behind_s == 0.0
