from array import array
from random import Random

import pytest

from callpoint.audio.frames import FRAME_BYTES
from callpoint.simulator.listener import Heard, Listener, SpeechEnded, SpeechStarted

MS = 48


def voice(duration_ms: int, amplitude: int = 3000) -> bytes:
    """A square wave: its level is its amplitude."""
    samples = [amplitude, -amplitude] * (duration_ms * MS // 2)
    return array("h", samples).tobytes()


def silence(duration_ms: int) -> bytes:
    return bytes(duration_ms * MS * 2)


def noise(duration_ms: int, amplitude: int) -> bytes:
    dice = Random(1)
    samples = (dice.randint(-amplitude, amplitude) for _ in range(100 * MS))
    return array("h", samples).tobytes() * (duration_ms // 100)


def listen(*sounds: bytes) -> list[Heard]:
    return Listener().hear(b"".join(sounds))


def test_speech_begins_at_its_first_frame_and_ends_after_its_last() -> None:
    started, ended = listen(silence(400), voice(1000), silence(1000))
    assert started == SpeechStarted(400 * MS)
    assert isinstance(ended, SpeechEnded)
    assert (ended.start_samples, ended.end_samples) == (400 * MS, 1400 * MS)


def test_the_sound_of_speech_has_200_ms_before_it_and_100_after() -> None:
    ended = listen(silence(400), voice(1000), silence(1000))[1]
    assert isinstance(ended, SpeechEnded)
    assert ended.pcm == silence(200) + voice(1000) + silence(100)


def test_speech_at_the_very_beginning_has_nothing_before_it() -> None:
    ended = listen(voice(1000), silence(1000))[1]
    assert isinstance(ended, SpeechEnded)
    assert ended.pcm == voice(1000) + silence(100)


def test_the_beginning_is_told_after_60_ms() -> None:
    assert listen(silence(200), voice(40)) == []
    assert listen(silence(200), voice(60)) == [SpeechStarted(200 * MS)]


def test_a_pause_between_words_does_not_end_speech() -> None:
    heard = listen(voice(500), silence(400), voice(500), silence(700))
    assert len(heard) == 2
    assert heard[1] == SpeechEnded(
        0, 1400 * MS, voice(500) + silence(400) + voice(500) + silence(100)
    )


def test_two_sentences_are_two_speeches() -> None:
    heard = listen(voice(500), silence(700), voice(500), silence(700))
    assert [type(each) for each in heard] == [SpeechStarted, SpeechEnded] * 2
    second = heard[3]
    assert isinstance(second, SpeechEnded)
    assert second.pcm.startswith(silence(200) + voice(20))


def test_a_click_is_not_speech() -> None:
    assert listen(silence(200), voice(40), silence(1000)) == []


def test_what_is_quieter_than_speech_is_not_heard() -> None:
    assert listen(voice(1000, amplitude=150), silence(1000)) == []


def test_steady_noise_is_speech_for_two_seconds_at_most() -> None:
    heard = listen(noise(10_000, amplitude=1500))
    ends = [each.end_samples for each in heard if isinstance(each, SpeechEnded)]
    assert len(heard) == 2
    assert ends[0] < 4000 * MS


def test_speech_is_heard_above_noise() -> None:
    listener = Listener()
    listener.hear(noise(6000, amplitude=300))
    heard = listener.hear(voice(1000, 6000) + noise(1000, amplitude=300))
    assert heard[0] == SpeechStarted(6000 * MS)
    assert len(heard) == 2


def test_a_speech_without_end_is_cut_after_a_minute() -> None:
    listener = Listener()
    syllable = voice(200) + silence(20)
    heard = [each for _ in range(300) for each in listener.hear(syllable)]
    assert [type(each) for each in heard] == [SpeechStarted, SpeechEnded, SpeechStarted]


def test_speech_that_goes_on_at_the_end_of_the_call_ends_there() -> None:
    listener = Listener()
    listener.hear(silence(200) + voice(500))
    ended = listener.finish()
    assert ended == [SpeechEnded(200 * MS, 700 * MS, silence(200) + voice(500))]
    assert listener.finish() == []


@pytest.mark.parametrize("size", [2, 480, 960, 1918, FRAME_BYTES * 3 + 2])
def test_the_size_of_the_pieces_makes_no_difference(size: int) -> None:
    sound = silence(400) + voice(300) + silence(800)
    listener = Listener()
    pieces = [sound[at : at + size] for at in range(0, len(sound), size)]
    heard = [each for piece in pieces for each in listener.hear(piece)]
    assert heard == listen(sound)
