"""Profiles on real ALSA mixers with the controls that the kernel's drivers make.

What a driver calls "Left Boost Mixer LINPUT1 Switch" has another name, and another
side, once ALSA's simple mixer has read it: that is what this is about.
"""

from pathlib import Path

import alsaaudio
import pytest

from callpoint.audio.cards import Card, End
from callpoint.audio.inventory import Inventory
from callpoint.audio.mixer import CardMixer, names
from callpoint.audio.profiles import profile
from tests.alsa_plug_ins import compiled
from tests.recorded_cards import HEADPHONES, RESPEAKER, STICK, record

# The controls that matter of sound/soc/codecs/wm8960.c and tlv320aic3x.c, of
# sound/usb/mixer.c and of bcm2835-ctl.c, as they are at boot: the highest value, and
# the one that each has.
MIXERS = """
</usr/share/alsa/alsa.conf>
ctl_type.recorded {{ lib "{library}" }}
ctl.wm8960 {{ type recorded elements {{
    "Capture Volume" "63:23" "Capture Switch" "1:0" "Capture Volume ZC Switch" "1:0"
    "Left Input Boost Mixer LINPUT1 Volume" "3:0"
    "Right Input Boost Mixer RINPUT1 Volume" "3:0"
    "Left Input Boost Mixer LINPUT3 Volume" "7:0"
    "Playback Volume" "255:255"
    "Headphone Playback Volume" "127:0" "Headphone Playback ZC Switch" "1:0"
    "Speaker Playback Volume" "127:0" "Speaker Playback ZC Switch" "1:0"
    "ADC PCM Capture Volume" "255:195"
    "Left Boost Mixer LINPUT1 Switch" "1:0" "Right Boost Mixer RINPUT1 Switch" "1:0"
    "Left Boost Mixer LINPUT3 Switch" "1:0"
    "Left Input Mixer Boost Switch" "1:0" "Right Input Mixer Boost Switch" "1:0"
    "Left Output Mixer PCM Playback Switch" "1:0"
    "Right Output Mixer PCM Playback Switch" "1:0"
    "Left Output Mixer LINPUT3 Switch" "1:0"
}} }}
ctl.tlv320aic3104 {{ type recorded elements {{
    "PCM Playback Volume" "127:127"
    "HP Playback Switch" "1:0" "HP DAC Playback Volume" "118:71"
    "Line Playback Switch" "1:0" "Line DAC Playback Volume" "118:71"
    "PGA Capture Volume" "119:0" "PGA Capture Switch" "1:0" "AGC Switch" "1:0"
}} }}
ctl.headphones {{ type recorded elements {{
    "PCM Playback Volume" "100:0" "PCM Playback Switch" "1:0"
}} }}
ctl.usb {{ type recorded elements {{
    "PCM Playback Switch" "1:0" "PCM Playback Volume" "11:0"
    "Mic Playback Switch" "1:0" "Mic Playback Volume" "30:0"
    "Mic Capture Switch" "1:0" "Mic Capture Volume" "10:0"
}} }}
"""
CARDS = {
    "wm8960": RESPEAKER,
    "tlv320aic3104": RESPEAKER,
    "headphones": HEADPHONES,
    "usb": STICK,
}
LEFT_ALONE = {
    "wm8960": ("Left Output Mixer LINPUT3", "Left Boost Mixer LINPUT3"),
    "tlv320aic3104": ("AGC",),
    "headphones": (),
    "usb": (),
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The mixers, for ALSA to load."""
    return compiled("recorded_mixer.c", "ctl", tmp_path_factory.mktemp("mixer"))


@pytest.fixture(params=list(CARDS))
def board(
    request: pytest.FixtureRequest,
    library: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> tuple[str, Card]:
    """A card, and the name of the mixer and of the profile that belong to it."""
    config = tmp_path / "asound.conf"
    config.write_text(MIXERS.format(library=library))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    name: str = request.param
    [card] = Inventory(record(tmp_path / "machine", [CARDS[name]])).cards()
    return name, card


def test_a_card_as_it_boots_is_made_heard_by_its_profile(
    board: tuple[str, Card], caplog: pytest.LogCaptureFixture
) -> None:
    name, card = board
    mixer = CardMixer("auto", lambda card: name)
    fitting = profile("auto", card, names(card, lambda card: name))
    assert fitting is not None
    assert fitting.name == name
    ends: list[End] = [end for end in ("playout", "capture") if card.pcm(end)]
    for end in ends:
        assert mixer.faults(card, end)
        mixer.prepare(card, end)
        assert mixer.faults(card, end) == []
        for control in fitting.on[end]:
            assert is_on(name, control), control
        for level in fitting.levels[end]:
            assert percent(name, level.control) >= level.least - 1, level.control
    for control in LEFT_ALONE[name]:
        assert not is_on(name, control)
    assert not [r for r in caplog.records if "skipped" in r.message]


def is_on(mixer: str, control: str) -> bool:
    """Where the card has it: a profile for many cards names more."""
    if control not in alsaaudio.mixers(device=mixer):
        return True
    found = alsaaudio.Mixer(control, device=mixer)
    has_capture = any("Capture" in each for each in found.switchcap())
    return bool(found.getrec()[0] if has_capture else not found.getmute()[0])


def percent(mixer: str, control: str) -> int:
    if control not in alsaaudio.mixers(device=mixer):
        return 100
    found = alsaaudio.Mixer(control, device=mixer)
    is_capture = any("Capture" in each for each in found.volumecap())
    kind = alsaaudio.PCM_CAPTURE if is_capture else alsaaudio.PCM_PLAYBACK
    return int(found.getvolume(kind)[0])


@pytest.mark.parametrize("has_capture", [True, False])
def test_a_speaker_does_not_play_its_own_microphone(
    library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_capture: bool
) -> None:
    """The switch of that has the microphone's name, and stays off."""
    config = tmp_path / "asound.conf"
    name = f"sidetone_{has_capture}"
    text = MIXERS.format(library=library).replace("ctl.usb", f"ctl.{name}")
    if not has_capture:
        text = text.replace(
            '"Mic Capture Switch" "1:0" "Mic Capture Volume" "10:0"', ""
        )
    config.write_text(text)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    [card] = Inventory(record(tmp_path / "machine", [STICK])).cards()
    mixer = CardMixer("auto", lambda card: name)
    for end in ("playout", "capture"):
        mixer.prepare(card, end)
    microphone = alsaaudio.Mixer("Mic", device=name)
    assert microphone.getmute() == [1]
    if has_capture:
        assert microphone.getrec() == [1]
