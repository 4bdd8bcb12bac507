"""Against the human voices of alsa-utils, through the codec of a call."""

from itertools import pairwise
from random import Random

import pytest

from callpoint.audio.frames import FRAME_BYTES, SAMPLE_RATE_HZ, SILENCE
from callpoint.audio.opus import Decoder, Encoder
from callpoint.simulator.recogniser import Recogniser
from callpoint.simulator.speech import Library, joined, load

LIBRARY = load()
RECOGNISER = Recogniser(LIBRARY.clips)


def coded(pcm: bytes) -> bytes:
    """What an Opus call leaves of it."""
    encoder, decoder = Encoder(), Decoder()
    whole = joined([pcm])
    return b"".join(
        decoder.decode(encoder.encode(whole[at : at + FRAME_BYTES]))
        for at in range(0, len(whole), FRAME_BYTES)
    )


def words_in(pcm: bytes) -> list[str]:
    return [match.words for match in RECOGNISER.recognise(pcm)]


def test_there_are_voices_to_be_known() -> None:
    assert len(LIBRARY.clips) == 8
    assert "noise" not in LIBRARY.clips


@pytest.mark.parametrize("words", sorted(LIBRARY.clips))
def test_each_voice_is_known_after_the_codec(words: str) -> None:
    (match,) = RECOGNISER.recognise(SILENCE * 10 + coded(LIBRARY.clips[words]))
    assert match.words == words
    assert match.agreement > 0.9
    assert match.at_s == pytest.approx(0.2, abs=0.02)


def test_silence_around_a_voice_is_nothing() -> None:
    silence = SILENCE * 250
    (match,) = RECOGNISER.recognise(silence + LIBRARY.clips["rear left"] + silence)
    assert match.words == "rear left"
    assert match.at_s == pytest.approx(5, abs=0.01)


def test_loudness_makes_no_difference() -> None:
    quiet = bytes(
        memoryview(
            b"".join(
                int(sample / 10).to_bytes(2, "little", signed=True)
                for sample in memoryview(LIBRARY.clips["side left"]).cast("h")
            )
        )
    )
    assert words_in(quiet) == ["side left"]


def test_a_late_press_that_cuts_the_first_150_ms_off_is_still_understood() -> None:
    cut_bytes = 2 * SAMPLE_RATE_HZ * 150 // 1000
    cut = {words: pcm[cut_bytes:] for words, pcm in LIBRARY.clips.items()}
    assert {words: words_in(coded(pcm)) for words, pcm in cut.items()} == {
        words: [words] for words in LIBRARY.clips
    }


def test_a_shuffled_half_minute_is_understood_in_its_order() -> None:
    order = Random(3).choices(sorted(LIBRARY.clips), k=18)
    spoken = b"".join(LIBRARY.clips[words] + SILENCE * 5 for words in order)
    matches = RECOGNISER.recognise(spoken)
    assert [match.words for match in matches] == order
    assert all(one.at_s < other.at_s for one, other in pairwise(matches))


@pytest.mark.parametrize("prompt", sorted(LIBRARY.prompts))
def test_other_speech_is_not_known(prompt: str) -> None:
    assert words_in(LIBRARY.prompts[prompt]) == []


@pytest.mark.parametrize("pcm", [b"", SILENCE, SILENCE * 200, b"\x01\x00"])
def test_silence_is_not_known(pcm: bytes) -> None:
    assert words_in(pcm) == []


def test_without_known_recordings_nothing_is_understood() -> None:
    recogniser = Recogniser(Library({}).clips)
    assert recogniser.recognise(LIBRARY.clips["front left"]) == []
