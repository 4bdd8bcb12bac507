"""A real ALSA mixer, which the sound server gives to its speaker and microphone."""

import logging
import os
import subprocess
from pathlib import Path

import alsaaudio
import pytest

from callpoint.audio import mixer as mixers
from callpoint.audio.binding import Binding
from callpoint.audio.cards import Card, End
from callpoint.audio.inventory import Inventory
from callpoint.audio.mixer import CardMixer
from callpoint.audio.profiles import PROFILES, Level, Profile
from callpoint.audio.synthetic import SilentPlayout
from tests.recorded_cards import STICK, record
from tests.sound_server import SoundServer

BESIDE = """
<{other}>
ctl.recorded {{ type pulse server "{server}" sink "speaker" source "mic.monitor" }}
"""


@pytest.fixture
def card(
    sound_server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Card:
    """A USB card whose mixer is the sound server's: "Master" and "Capture"."""
    config = tmp_path / "asound.conf"
    other = sound_server.variables["ALSA_CONFIG_PATH"]
    config.write_text(BESIDE.format(other=other, server=os.environ["PULSE_SERVER"]))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    [found] = Inventory(record(tmp_path / "machine", [STICK])).cards()
    return found


def mixer(wanted: str = "auto") -> CardMixer:
    return CardMixer(wanted, lambda card: "recorded")


def set_mixer(control: str, *values: str) -> None:
    command = ["amixer", "-q", "-D", "recorded", "sset", control, *values]
    subprocess.run(command, check=True)


SHUT: dict[End, tuple[str, tuple[str, ...]]] = {
    "playout": ("Master", ("0%", "mute")),
    "capture": ("Capture", ("0%", "nocap")),
}


@pytest.mark.parametrize("end", ["playout", "capture"])
def test_a_shut_mixer_is_told_and_opened(card: Card, end: End) -> None:
    control, shut = SHUT[end]
    set_mixer(control, *shut)
    [fault] = mixer("off").faults(card, end)
    assert fault.startswith("the ")
    assert f"amixer -c Device sset '{control}' 80%" in fault
    mixer("off").prepare(card, end)
    assert mixer().faults(card, end) == [fault]
    mixer().prepare(card, end)
    assert mixer().faults(card, end) == []
    kind = {"playout": alsaaudio.PCM_PLAYBACK, "capture": alsaaudio.PCM_CAPTURE}[end]
    assert alsaaudio.Mixer(control, device="recorded").getvolume(kind) == [80]


def test_a_level_that_is_loud_enough_stays(card: Card) -> None:
    set_mixer("Master", "45%", "unmute")
    mixer().prepare(card, "playout")
    assert alsaaudio.Mixer("Master", device="recorded").getvolume() == [45]


def test_a_card_without_a_mixer_has_no_faults(card: Card) -> None:
    missing = CardMixer("auto", lambda card: "nosuch")
    missing.prepare(card, "playout")
    assert missing.faults(card, "playout") == []
    assert mixers.names(card, lambda card: "recorded") == ["Master", "Capture"]


def test_controls_that_the_card_lacks_are_told_once(
    card: Card, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    profile = Profile(
        "exact",
        "usb",
        (),
        {"playout": ("Nosuch",), "capture": ()},
        {"playout": (Level("Master", 10, 20),), "capture": ()},
    )
    monkeypatch.setitem(PROFILES, "exact", profile)
    exact = mixer("exact")
    with caplog.at_level(logging.WARNING):
        exact.prepare(card, "playout")
        exact.prepare(card, "playout")
    assert caplog.messages == [
        "Device has no mixer control Nosuch, which the profile exact sets: skipped"
    ]


def test_the_mixer_is_set_whenever_the_card_appears(card: Card, tmp_path: Path) -> None:
    """And not when it is merely opened again: somebody may have turned it down."""
    binding = Binding(
        ["usb"],
        "playout",
        SilentPlayout,
        Inventory(tmp_path / "machine"),
        mixer=mixer,
    )
    node = tmp_path / "machine/dev/snd/controlC0"
    set_mixer("Master", "0%", "mute")

    def warning_when_opened() -> str | None:
        binding.open()
        return binding.warning

    assert warning_when_opened() is None
    set_mixer("Master", "mute")
    assert "muted in the mixer (Master)" in (warning_when_opened() or "")
    node.unlink()
    (node.parent / "other").touch()
    node.touch()
    assert warning_when_opened() is None
