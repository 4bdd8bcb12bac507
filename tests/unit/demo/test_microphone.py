from pathlib import Path

import numpy as np
import pytest

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.demo.microphone import Voices, timeline, while_open
from callpoint.demo.script import lay_out
from callpoint.demo.story import Stretch
from callpoint.errors import CallpointError


def test_each_voice_stands_where_its_turn_says() -> None:
    voices = Voices()
    script = lay_out([voices.utterance("Front_Left"), voices.utterance("Rear_Center")])
    sound = timeline(script, voices)
    assert len(sound) == round(script.until_s * SAMPLE_RATE_HZ)
    for turn in script.turns:
        start = round(turn.speak_s * SAMPLE_RATE_HZ)
        voice = voices.samples(turn.utterance.name)
        assert np.array_equal(sound[start : start + len(voice)], voice)
        sound[start : start + len(voice)] = 0
    assert not np.any(sound)


def test_a_voice_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(CallpointError, match=r"Front_Left\.wav") as raised:
        Voices(tmp_path).utterance("Front_Left")
    assert "alsa-utils" in raised.value.advice


def test_only_what_was_said_into_the_open_microphone_counts() -> None:
    sound = np.ones(4 * SAMPLE_RATE_HZ, np.int16)
    stretches = [
        Stretch("open", -1.0, 0.5),
        Stretch("closed", 0.5, 2.0),
        Stretch("open", 2.0, 9.0),
    ]
    heard = while_open(sound, stretches)
    assert np.all(heard[: SAMPLE_RATE_HZ // 2] == 1)
    assert not np.any(heard[SAMPLE_RATE_HZ // 2 : 2 * SAMPLE_RATE_HZ])
    assert np.all(heard[2 * SAMPLE_RATE_HZ :] == 1)
    assert np.all(sound == 1)
