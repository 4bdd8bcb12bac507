from array import array
from collections.abc import Iterator
from itertools import pairwise

import pytest

from callpoint.audio.earcons import NOTES, Note, earcon
from callpoint.audio.frames import FRAME_BYTES, SAMPLE_RATE_HZ
from callpoint.station.events import Earcon

MS = SAMPLE_RATE_HZ // 1000


def samples(which: Earcon) -> list[int]:
    return array("h", earcon(which)).tolist()


def notes(which: Earcon) -> Iterator[tuple[Note, list[int], list[int]]]:
    """Each note with the samples of its tone and of its pause."""
    rest = samples(which)
    for note in NOTES[which]:
        end = note.tone_ms * MS
        yield note, rest[:end], rest[end : end + note.pause_ms * MS]
        rest = rest[end + note.pause_ms * MS :]
    assert rest == []


def pitch_hz(tone: list[int]) -> float:
    ups = [n for n, (a, b) in enumerate(pairwise(tone)) if a < 0 <= b]
    return SAMPLE_RATE_HZ * (len(ups) - 1) / (ups[-1] - ups[0])


@pytest.mark.parametrize("which", Earcon)
class TestEach:
    def test_it_is_whole_frames_and_shorter_than_half_a_second(
        self, which: Earcon
    ) -> None:
        assert len(earcon(which)) % FRAME_BYTES == 0
        assert 0.2 < len(samples(which)) / SAMPLE_RATE_HZ < 0.5

    def test_each_note_sounds_at_its_pitch_and_is_followed_by_silence(
        self, which: Earcon
    ) -> None:
        for note, tone, pause in notes(which):
            middle = tone[10 * MS : -30 * MS]
            assert pitch_hz(middle) == pytest.approx(note.frequency_hz)
            assert not any(pause)

    def test_each_note_begins_and_ends_softly(self, which: Earcon) -> None:
        for _, tone, _ in notes(which):
            assert max(map(abs, tone[:MS])) < 2_000
            assert max(map(abs, tone[-2 * MS :])) < 2_000

    def test_it_is_loud_and_does_not_clip(self, which: Earcon) -> None:
        for _, tone, _ in notes(which):
            assert 12_000 < max(map(abs, tone)) <= 16_000

    def test_a_period_is_a_whole_number_of_samples(self, which: Earcon) -> None:
        assert all(SAMPLE_RATE_HZ % note.frequency_hz == 0 for note in NOTES[which])

    def test_it_is_made_once(self, which: Earcon) -> None:
        assert earcon(which) is earcon(which)


def test_they_differ_in_contour_and_not_only_in_pitch() -> None:
    def contour(which: Earcon) -> tuple[str, ...]:
        steps = pairwise(note.frequency_hz for note in NOTES[which])
        return tuple("level" if a == b else "down" if b < a else "up" for a, b in steps)

    assert len({contour(which) for which in Earcon}) == len(Earcon)
