"""What a profile changes in a mixer, and when nothing would be heard."""

from pathlib import Path

import pytest

from callpoint.audio.cards import Card
from callpoint.audio.inventory import Inventory
from callpoint.audio.mixing import Change, Control, changes, faults, unknown
from callpoint.audio.profiles import PROFILES, profile
from tests.recorded_cards import HDMI, HEADPHONES, RESPEAKER, STICK, record

# As the driver leaves a WM8960 at boot, and as amixer names its controls.
WM8960 = {
    "Playback": Control(100),
    "Speaker": Control(0),
    "Headphone": Control(0),
    "Left Output Mixer PCM": Control(None, False),
    "Right Output Mixer PCM": Control(None, False),
}
WM8960_NAMES = [*WM8960, "Left Boost Mixer LINPUT1", "Capture", "ADC PCM"]


@pytest.fixture
def cards(tmp_path: Path) -> dict[str, Card]:
    recorded = [HDMI, HEADPHONES, STICK, RESPEAKER]
    found = Inventory(record(tmp_path, recorded)).cards()
    return {card.id: card for card in found}


@pytest.mark.parametrize(
    ("card", "controls", "fits"),
    [
        ("seeed2micvoicec", WM8960_NAMES, "wm8960"),
        ("seeed2micvoicec", ["HP DAC", "Line DAC", "PGA", "PCM"], "tlv320aic3104"),
        ("seeed2micvoicec", ["Digital", "Analogue"], "pcm512x"),
        ("seeed2micvoicec", ["Master"], None),
        ("Headphones", ["PCM"], "headphones"),
        ("Device", ["Speaker", "Mic"], "usb"),
        ("vc4hdmi0", [], None),
    ],
)
def test_the_codec_of_a_board_is_known_by_its_controls(
    cards: dict[str, Card], card: str, controls: list[str], fits: str | None
) -> None:
    found = profile("auto", cards[card], controls)
    assert (found.name if found else None) == fits


def test_a_profile_may_be_named(cards: dict[str, Card]) -> None:
    assert profile("usb", cards["vc4hdmi0"], []) is PROFILES["usb"]


def test_a_board_out_of_the_box_is_made_audible() -> None:
    assert list(changes(PROFILES["wm8960"], "playout", WM8960)) == [
        Change("Left Output Mixer PCM"),
        Change("Right Output Mixer PCM"),
        Change("Speaker", 90),
        Change("Headphone", 90),
    ]


def test_what_somebody_chose_stays() -> None:
    chosen = {
        "Speaker": Control(75),
        "Headphone": Control(100),
        "Left Output Mixer PCM": Control(None, True),
    }
    assert list(changes(PROFILES["wm8960"], "playout", chosen)) == []


def test_a_control_that_the_card_lacks_is_skipped_and_told() -> None:
    lacking = {k: v for k, v in WM8960.items() if k != "Headphone"}
    assert unknown(PROFILES["wm8960"], "playout", lacking) == ("Headphone",)
    assert Change("Headphone", 90) not in changes(
        PROFILES["wm8960"], "playout", lacking
    )
    # Of the names that USB cards use, none has all.
    assert unknown(PROFILES["usb"], "playout", {"PCM": Control(50)}) == ()


@pytest.mark.parametrize(
    ("controls", "cure"),
    [
        ({"PCM": Control(0, True)}, "sset 'PCM' 80% unmute"),
        ({"PCM": Control(90, False)}, "sset 'PCM' 90% unmute"),
        ({"PCM": Control(90, False), "Speaker": Control(1)}, "sset 'PCM' 90% unmute"),
        ({"Speaker": Control(0), "Headphone": Control(0)}, "sset 'Speaker' 80%"),
    ],
)
def test_a_speaker_that_nobody_hears_is_told_with_its_cure(
    cards: dict[str, Card], controls: dict[str, Control], cure: str
) -> None:
    [fault] = faults(cards["Device"], "playout", controls)
    assert fault.endswith(f": amixer -c Device {cure}")


@pytest.mark.parametrize(
    "controls",
    [
        {"Speaker": Control(50), "Headphone": Control(0)},
        {"PCM": Control(1, True)},
        {"Mic": Control(0, False)},
        {},
    ],
)
def test_one_open_way_out_is_enough(
    cards: dict[str, Card], controls: dict[str, Control]
) -> None:
    """The switch "Mic" of a speaker plays the microphone on it: nobody misses that."""
    assert list(faults(cards["Device"], "playout", controls)) == []


def test_a_microphone_that_is_off_is_told_with_its_cure(
    cards: dict[str, Card],
) -> None:
    [fault] = faults(cards["Device"], "capture", {"Mic": Control(62, False)})
    assert fault == (
        "the microphone is muted in the mixer (Mic): "
        "amixer -c Device sset 'Mic' 80% cap"
    )
