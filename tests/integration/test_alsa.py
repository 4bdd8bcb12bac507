"""Real ALSA: cards as we want them, and cards that have another rate or format."""

import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest

from callpoint.audio.alsa import AlsaCapture, AlsaPlayout, abilities
from callpoint.audio.cards import Abilities
from callpoint.audio.frames import FRAME_BYTES, SAMPLE_RATE_HZ, SILENCE
from callpoint.errors import DeviceError
from tests.alsa_plug_ins import compiled
from tests.sound_server import Recording, SoundServer, write_wav

TONE_HZ = 1000
LOUD = array("h", [12_000] * 480).tobytes()
QUIET = bytes(960)
SOON_S = 5.0

CARDS = """
<{server}>
pcm_type.choosy {{ lib "{library}" }}
pcm.microphone_44 {{ type choosy slave "callpoint_mic" rate 44100 channels 2 }}
pcm.speaker_44 {{ type choosy slave "callpoint_speaker" rate 44100 channels 2 }}
pcm.microphone_32 {{
    type choosy slave "callpoint_mic" rate 96000 channels 4 format S32_LE
}}
pcm.speaker_32 {{
    type choosy slave "callpoint_speaker" rate 96000 channels 4 format S32_LE
}}
pcm.microphone_long {{ type choosy slave "callpoint_mic" period 1024 }}
pcm.speaker_long {{ type choosy slave "callpoint_speaker" period 1024 }}
pcm.speaker_8 {{ type choosy slave "callpoint_speaker" format U8 }}
pcm.speaker_broken {{ type file slave.pcm {{ type null }} file "/dev/full" format raw }}
"""
SPEAKERS = ["callpoint_speaker", "speaker_44", "speaker_32", "speaker_long"]
MICROPHONES = ["callpoint_mic", "microphone_44", "microphone_32", "microphone_long"]


@pytest.fixture(scope="module")
def plug_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cards that convert nothing, for ALSA to load."""
    return compiled("choosy_card.c", "pcm", tmp_path_factory.mktemp("card"))


@pytest.fixture
def server(
    sound_server: SoundServer,
    plug_in: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> SoundServer:
    """The sound server, and beside its two cards some that are choosy."""
    config = tmp_path / "asound.conf"
    places = {
        "server": sound_server.variables["ALSA_CONFIG_PATH"],
        "library": plug_in,
    }
    config.write_text(CARDS.format(**places))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    return sound_server


@contextmanager
def playout(name: str) -> Iterator[AlsaPlayout]:
    speaker = AlsaPlayout(name)
    try:
        yield speaker
    finally:
        speaker.close()


@contextmanager
def capture(name: str) -> Iterator[AlsaCapture]:
    microphone = AlsaCapture(name)
    try:
        yield microphone
    finally:
        microphone.close()


def sawtooth(seconds: float, period: int = 30_011) -> "array[int]":
    """Samples of which each tells its place, within `period` samples."""
    return array("h", (n % period + 1 for n in range(int(seconds * SAMPLE_RATE_HZ))))


def tone(seconds: float) -> bytes:
    at_s = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    sound = 12_000 * np.sin(2 * np.pi * TONE_HZ * at_s)
    return bytes(sound.astype(np.int16).tobytes())


def tone_s(pcm: bytes) -> float:
    """How long the tone sounds as it was made, in pieces of 10 ms."""
    pieces = np.frombuffer(pcm, dtype=np.int16)[: len(pcm) // 960 * 480]
    shapes = np.abs(np.fft.rfft(pieces.reshape(-1, 480).astype(float)))
    line = TONE_HZ * 480 // SAMPLE_RATE_HZ
    clean = (shapes.argmax(axis=1) == line) & (shapes[:, line] > 0.9 * 12_000 * 240)
    return float(clean.sum()) * 0.01


def wait_for_sound(recording: Recording, after_s: float = 0.0) -> float:
    until_s = time.monotonic() + SOON_S
    while time.monotonic() < until_s:
        if (at_s := recording.first_sound_s(after_s)) is not None:
            return at_s
        time.sleep(0.005)
    raise AssertionError("nothing was heard")


def play(speaker: AlsaPlayout, pcm: bytes, samples: tuple[int, ...] = (480,)) -> None:
    """All of it in parts of these lengths, and so much silence that it is heard."""
    at = 0
    for length in cycle(samples):
        speaker.write(pcm[at : at + 2 * length])
        at += 2 * length
        if at >= len(pcm):
            break
    for _ in range(15):
        speaker.write(QUIET)


@pytest.mark.alone
@pytest.mark.parametrize("samples", [(480,), (479, 480, 481, 700), (96, 1440, 7)])
def test_parts_of_any_length_are_played_without_a_gap(
    server: SoundServer, samples: tuple[int, ...]
) -> None:
    written = sawtooth(0.3)
    with server.record_speaker() as recording, playout(server.speaker) as speaker:
        play(speaker, written.tobytes(), samples)
    heard = array("h", recording.pcm())
    start = heard.index(1)
    assert heard[start : start + len(written)] == written
    assert speaker.xruns == 0


@pytest.mark.parametrize("name", SPEAKERS)
def test_every_speaker_plays_48_khz_mono(server: SoundServer, name: str) -> None:
    with server.record_speaker() as recording, playout(name) as speaker:
        play(speaker, tone(0.3), (480, 479, 481))
    assert tone_s(recording.pcm()) == pytest.approx(0.28, abs=0.031)


@pytest.mark.parametrize("name", MICROPHONES)
def test_every_microphone_gives_frames_of_48_khz_mono(
    server: SoundServer, tmp_path: Path, name: str
) -> None:
    write_wav(tmp_path / "said.wav", tone(0.3))
    with capture(name) as microphone:
        microphone.read()
        with server.play_to_microphone(tmp_path / "said.wav"):
            frames = [microphone.read() for _ in range(30)]
    assert {len(frame) for frame in frames} == {FRAME_BYTES}
    assert tone_s(b"".join(frames)) == pytest.approx(0.28, abs=0.031)


@pytest.mark.alone
@pytest.mark.parametrize("name", SPEAKERS)
def test_the_delay_is_told(server: SoundServer, name: str) -> None:
    with server.record_speaker() as recording, playout(name) as speaker:
        for _ in range(30):
            speaker.write(QUIET)
        told_s = speaker.delay_s()
        written_s = time.monotonic()
        for part in (LOUD, *[QUIET] * 20):
            speaker.write(part)
        waited_s = wait_for_sound(recording) - written_s
    assert told_s - 0.01 < waited_s < told_s + 0.035


def test_the_very_first_sample_is_heard(server: SoundServer) -> None:
    written = sawtooth(0.01)
    with server.record_speaker() as recording, playout(server.speaker) as speaker:
        assert speaker.delay_s() > 0.01
        play(speaker, written.tobytes())
    heard = array("h", recording.pcm())
    assert heard[heard.index(1) :][: len(written)] == written


@pytest.mark.parametrize("name", ["callpoint_speaker", "speaker_44"])
def test_an_underrun_is_counted_and_what_follows_is_heard(
    server: SoundServer, name: str
) -> None:
    with server.record_speaker() as recording, playout(name) as speaker:
        for _ in range(10):
            speaker.write(QUIET)
        time.sleep(0.15)
        play(speaker, tone(0.2))
    assert speaker.xruns >= 1
    assert tone_s(recording.pcm()) == pytest.approx(0.18, abs=0.031)


def test_a_machine_that_is_often_late_gets_a_longer_buffer(
    server: SoundServer,
) -> None:
    with playout(server.speaker) as speaker:
        before_s = speaker.delay_s()
        for _ in range(3):
            for _ in range(5):
                speaker.write(QUIET)
            time.sleep(0.15)
        speaker.write(QUIET)
        assert speaker.xruns >= 3
        assert speaker.delay_s() == pytest.approx(before_s + 0.008, abs=0.006)


def test_after_a_stop_nothing_of_before_is_played(server: SoundServer) -> None:
    with server.record_speaker() as recording, playout(server.speaker) as speaker:
        play(speaker, LOUD)
        speaker.write(LOUD)
        stopped_s = time.monotonic()
        speaker.stop()
        time.sleep(0.05)
        play(speaker, QUIET)
        assert recording.first_sound_s(stopped_s + 0.02) is None


@pytest.mark.parametrize("name", ["callpoint_mic", "microphone_44", "microphone_long"])
def test_after_a_stop_nothing_of_before_is_read(
    server: SoundServer, tmp_path: Path, name: str
) -> None:
    write_wav(tmp_path / "said.wav", tone(0.3))
    with capture(name) as microphone:
        microphone.read()
        with server.play_to_microphone(tmp_path / "said.wav") as player:
            while not any(microphone.read()):
                pass
            microphone.read()
            microphone.stop()
            player.wait()
        assert microphone.read() == SILENCE


def test_what_a_card_can_do_is_told(server: SoundServer) -> None:
    assert abilities("speaker_44", "playout") == Abilities((44_100,), (2,), ("S16_LE",))
    assert abilities("callpoint_mic", "capture").is_range
    with pytest.raises(DeviceError, match="No such"):
        abilities("nosuch", "capture")


def test_a_format_of_no_use_is_refused_with_advice(server: SoundServer) -> None:
    with pytest.raises(DeviceError, match=r"48000 Hz, 1 channel.s., U8") as refused:
        AlsaPlayout("speaker_8")
    assert "plughw:" in refused.value.advice


def test_a_card_that_fails_for_no_known_cause_has_advice_too(
    server: SoundServer,
) -> None:
    with (
        playout("speaker_broken") as speaker,
        pytest.raises(DeviceError, match="Input/output error") as failed,
    ):
        play(speaker, LOUD)
    assert "dmesg" in failed.value.advice
