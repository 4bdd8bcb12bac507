import time

from callpoint.audio.frames import FRAME_BYTES, SILENCE
from callpoint.simulator.media import Ear, Mouth

WORD = b"w" * FRAME_BYTES
OTHER = b"o" * FRAME_BYTES


class Speaker:
    """A mouth, what it uttered, and what it said to the end."""

    def __init__(self, clock_ppm: float = 0.0) -> None:
        self.uttered: list[bytes] = []
        self.spoken: list[tuple[int, int]] = []
        self.mouth = Mouth(
            self.uttered.append,
            lambda *samples: self.spoken.append(samples),
            clock_ppm,
        )

    def frames(self, count: int) -> list[bytes]:
        return [self.mouth.read() for _ in range(count)]


def test_a_mouth_keeps_the_time_of_a_card() -> None:
    speaker = Speaker()
    speaker.frames(1)
    before_s = time.monotonic()
    speaker.frames(3)
    assert 0.055 < time.monotonic() - before_s < 0.2


def test_its_clock_may_be_another() -> None:
    speaker = Speaker(-500_000)
    speaker.frames(1)
    before_s = time.monotonic()
    speaker.frames(2)
    assert time.monotonic() - before_s > 0.078


def test_it_is_silent_until_somebody_listens_and_then_speaks_at_once() -> None:
    speaker = Speaker()
    speaker.mouth.say(WORD)
    assert speaker.frames(2) == [SILENCE, SILENCE]
    before_s = time.monotonic()
    speaker.mouth.open()
    assert speaker.frames(1) == [WORD]
    assert time.monotonic() - before_s < 0.015
    assert speaker.spoken == [(1920, 2880)]


def test_what_was_said_is_told_with_its_samples() -> None:
    speaker = Speaker()
    speaker.mouth.open()
    speaker.frames(1)
    speaker.mouth.say(WORD * 2)
    assert speaker.frames(3) == [WORD, WORD, SILENCE]
    assert speaker.spoken == [(960, 2880)]
    assert speaker.uttered == [SILENCE, WORD, WORD, SILENCE]


def test_a_second_saying_takes_the_place_of_the_first() -> None:
    speaker = Speaker()
    speaker.mouth.open()
    speaker.mouth.say(WORD * 3)
    speaker.frames(1)
    speaker.mouth.say(OTHER)
    assert speaker.frames(2) == [OTHER, SILENCE]
    assert speaker.spoken == [(960, 1920)]


def test_hushed_it_is_silent_and_has_not_said_all() -> None:
    speaker = Speaker()
    speaker.mouth.open()
    speaker.mouth.say(WORD * 3)
    speaker.frames(1)
    speaker.mouth.hush()
    assert speaker.frames(2) == [SILENCE, SILENCE]
    assert speaker.spoken == []


def test_a_mouth_whose_thread_was_held_up_catches_up() -> None:
    speaker = Speaker()
    speaker.frames(1)
    time.sleep(0.1)
    before_s = time.monotonic()
    speaker.frames(5)
    assert time.monotonic() - before_s < 0.06


def test_an_ear_hands_on_what_it_plays_in_its_time() -> None:
    heard: list[bytes] = []
    ear = Ear(heard.append)
    before_s = time.monotonic()
    for _ in range(6):
        ear.write(WORD[: FRAME_BYTES // 2])
    assert 0.055 < time.monotonic() - before_s < 0.2
    assert b"".join(heard) == WORD * 3


def test_an_ear_whose_thread_was_held_up_catches_up_slowly() -> None:
    ear = Ear(lambda _: None)
    ear.write(WORD)
    time.sleep(0.1)
    before_s = time.monotonic()
    ear.write(WORD)
    ear.write(WORD)
    assert 0.028 < time.monotonic() - before_s < 0.039
