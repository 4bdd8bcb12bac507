import json
from pathlib import Path

import numpy as np
import pytest

from callpoint.demo.evidence import NearEnd, gather, voices
from callpoint.demo.recording import Samples, write_wav
from callpoint.demo.story import Story, tell
from callpoint.errors import CallpointError
from tests.unit.demo.conversation import CALL, CONVERSATION, PRESS_S
from tests.unit.demo.voices import coded, delayed, speech

BEGAN_S = 0.040
"""The simulator's call began so long after the press."""


@pytest.fixture(scope="module")
def spoken() -> Samples:
    return speech(3.0)


@pytest.fixture(scope="module")
def copy(spoken: Samples) -> Samples:
    return coded(spoken)


@pytest.fixture
def near(tmp_path: Path, spoken: Samples, copy: Samples) -> NearEnd:
    """Both ends' recordings of one call: 100 ms from mouth to ear, both ways."""
    write_wav(tmp_path / f"{CALL}-heard.wav", delayed(copy, 0.1 - BEGAN_S))
    write_wav(tmp_path / f"{CALL}-said.wav", spoken)
    write_wav(tmp_path / "speaker.wav", delayed(copy, 0.07))
    told = {
        "began_monotonic_s": PRESS_S + BEGAN_S,
        "heard": f"{CALL}-heard.wav",
        "said": f"{CALL}-said.wav",
    }
    (tmp_path / f"{CALL}.json").write_text(json.dumps(told))
    return NearEnd(spoken, tmp_path / "speaker.wav", only_while_open=False)


@pytest.fixture
def story() -> Story:
    return tell(CONVERSATION)


def test_both_ways_are_weighed(story: Story, near: NearEnd, tmp_path: Path) -> None:
    (call,) = gather(story, near, tmp_path)
    there, back = call.agreements()
    assert there.faults == back.faults == ()
    assert there.delay_ms == pytest.approx(106, abs=1)
    assert there.title.startswith("What you said")
    assert back.correlation > 0.9


def test_a_real_sound_card_has_nothing_to_compare(
    story: Story, near: NearEnd, tmp_path: Path
) -> None:
    assert near.speaker is not None
    (call,) = gather(story, NearEnd(None, None, only_while_open=True), tmp_path)
    assert call.agreements() == ()


def test_a_side_that_said_nothing_has_nothing_to_compare(
    story: Story, near: NearEnd, tmp_path: Path
) -> None:
    silent = NearEnd(np.zeros(48_000, np.int16), near.speaker, only_while_open=False)
    (call,) = gather(story, silent, tmp_path)
    assert [one.title for one in call.agreements()] == [
        "What the assistant said, at the speaker"
    ]


def test_words_into_a_closed_microphone_are_not_expected(
    story: Story, near: NearEnd, tmp_path: Path
) -> None:
    """The microphone of the story is open for 0.4 s only."""
    live = NearEnd(near.microphone, None, only_while_open=True)
    (call,) = gather(story, live, tmp_path)
    assert call.spoken is not None
    assert not np.any(call.spoken.samples[24_000:])


def test_a_call_that_left_no_recording_is_passed_over(
    story: Story, near: NearEnd, tmp_path: Path
) -> None:
    (tmp_path / f"{CALL}.json").unlink()
    assert gather(story, near, tmp_path) == ()


def test_a_damaged_recording_is_named(
    story: Story, near: NearEnd, tmp_path: Path
) -> None:
    (tmp_path / f"{CALL}.json").write_text("{}")
    with pytest.raises(CallpointError, match=f"{CALL}.json"):
        gather(story, near, tmp_path)


def test_the_picture_has_all_four_shapes(
    story: Story, near: NearEnd, tmp_path: Path
) -> None:
    user, assistant = voices(story, gather(story, near, tmp_path))
    for shape in (user.spoken, user.heard, assistant.spoken, assistant.heard):
        assert shape is not None
        assert max(shape.peaks) > 0.1
        assert shape.step_s * len(shape.peaks) == pytest.approx(story.until_s, abs=0.1)
