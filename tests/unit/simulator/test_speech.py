import wave
from pathlib import Path

import numpy as np
import pytest

from callpoint.audio.frames import FRAME_BYTES, SAMPLE_RATE_HZ, level
from callpoint.errors import CallpointError
from callpoint.simulator.prompts import PROMPTS
from callpoint.simulator.speech import Library, joined, load, read_wav, resampled


def write(path: Path, pcm: bytes, rate_hz: int = 48_000, width: int = 2) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(width)
        file.setframerate(rate_hz)
        file.writeframes(pcm)
    return path


def tone(rate_hz: int, frequency_hz: float, duration_s: float = 0.5) -> "np.ndarray":
    at_s = np.arange(round(rate_hz * duration_s)) / rate_hz
    return (8000 * np.sin(2 * np.pi * frequency_hz * at_s)).astype(np.float32)


def test_every_prompt_is_shipped_and_sounds_at_once() -> None:
    library = load(None)
    assert library.prompts.keys() == PROMPTS.keys()
    for name, pcm in library.prompts.items():
        assert 0.4 < len(pcm) / 2 / SAMPLE_RATE_HZ < 6, name
        assert max(level(pcm[:FRAME_BYTES]), level(pcm[FRAME_BYTES:][:1920])) > 0.005


def test_all_prompts_together_are_small() -> None:
    folder = Path(load.__code__.co_filename).with_name("speech")
    files = list(folder.iterdir())
    assert {file.stem for file in files} == set(PROMPTS)
    assert sum(file.stat().st_size for file in files) < 500_000


@pytest.mark.parametrize(
    ("from_hz", "to_hz"), [(16_000, 48_000), (48_000, 8000), (44_100, 48_000)]
)
@pytest.mark.parametrize("frequency_hz", [200, 1000, 3000])
def test_another_rate_is_the_same_sound(
    from_hz: int, to_hz: int, frequency_hz: float
) -> None:
    there = resampled(tone(from_hz, frequency_hz), from_hz, to_hz)
    wanted = tone(to_hz, frequency_hz)
    assert len(there) == len(wanted)
    middle = slice(len(wanted) // 4, 3 * len(wanted) // 4)
    assert np.abs(there - wanted)[middle].max() < 80


def test_what_the_lower_rate_cannot_hold_is_filtered_out() -> None:
    there = resampled(tone(48_000, 7000), 48_000, 8000)
    assert np.abs(there)[200:-200].max() < 100


def test_a_wav_of_another_rate_becomes_48_khz(tmp_path: Path) -> None:
    pcm = tone(16_000, 440).astype("<i2").tobytes()
    read = read_wav(write(tmp_path / "a.wav", pcm, 16_000))
    assert len(read) == 3 * len(pcm)


def test_known_recordings_are_named_by_their_files(tmp_path: Path) -> None:
    for name in ("Front_Left", "rear-right", "Noise"):
        write(tmp_path / f"{name}.wav", bytes(FRAME_BYTES))
    assert load(tmp_path).clips.keys() == {"front left", "rear right"}


def test_a_folder_that_is_not_there_has_no_recordings(tmp_path: Path) -> None:
    assert load(tmp_path / "missing").clips == {}


@pytest.mark.parametrize("width", [1, 3])
def test_a_wav_that_is_not_16_bit_is_named(tmp_path: Path, width: int) -> None:
    path = write(tmp_path / "a.wav", bytes(12), width=width)
    with pytest.raises(CallpointError, match=f"a.wav: .*{8 * width} bit"):
        read_wav(path)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"no sound at all" * 9])
def test_a_damaged_wav_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    with pytest.raises(CallpointError, match=r"a\.wav: cannot be used"):
        read_wav(path)


def test_parts_are_joined_with_a_gap_and_filled_up_to_whole_frames() -> None:
    pcm = joined([b"ab", b"", b"cd"])
    gap = 6 * FRAME_BYTES
    assert pcm == (b"ab" + bytes(gap) + b"cd").ljust(7 * FRAME_BYTES, b"\0")


def test_a_turn_of_the_caller_can_be_part_of_an_answer() -> None:
    library = Library({"heard": b"h" * FRAME_BYTES}, {"front": b"f" * FRAME_BYTES})
    pcm = library.pcm(("heard", "turn", "clip:front"), turn=b"t" * FRAME_BYTES)
    assert pcm.replace(b"\0", b"") == b"".join(
        letter * FRAME_BYTES for letter in (b"h", b"t", b"f")
    )


def test_a_monologue_fills_its_time_in_an_order_that_stays() -> None:
    library = load()
    words = library.shuffled(20)
    pcm = library.pcm([f"clip:{each}" for each in words], b"")
    assert 20 <= len(pcm) / 2 / SAMPLE_RATE_HZ < 22
    assert words == library.shuffled(20)
    assert sorted(words[:8]) == sorted(library.clips)


def test_a_monologue_without_recordings_says_what_to_do() -> None:
    with pytest.raises(CallpointError, match="monologue") as caught:
        load(None).shuffled(1)
    assert "alsa-utils" in caught.value.advice
