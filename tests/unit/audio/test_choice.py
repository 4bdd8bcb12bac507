"""Which card a name means, of those that are there."""

from pathlib import Path

import pytest

from callpoint.audio.cards import Card
from callpoint.audio.choice import choice, is_name
from callpoint.audio.inventory import Inventory
from callpoint.errors import DeviceError
from tests.recorded_cards import (
    HDMI,
    HEADPHONES,
    RESPEAKER,
    SPEAKERPHONE,
    STICK,
    RecordedCard,
    record,
)


@pytest.fixture
def pi(tmp_path: Path) -> tuple[Card, ...]:
    """A Pi 4 with one card of each kind."""
    cards = [HDMI, HEADPHONES, STICK, RESPEAKER]
    return Inventory(record(tmp_path, cards)).cards()


@pytest.mark.parametrize(
    ("name", "opened"),
    [
        ("Device", "hw:CARD=Device,DEV=0"),
        ("usb:0d8c:0014", "hw:CARD=Device,DEV=0"),
        ("usb-port:1-1.2", "hw:CARD=Device,DEV=0"),
        ("usb", "hw:CARD=Device,DEV=0"),
        ("hat", "hw:CARD=seeed2micvoicec,DEV=0"),
        ("headphones", "hw:CARD=Headphones,DEV=0"),
        # IEC 60958 subframes: ALSA's settings for the card pack them.
        ("vc4hdmi0", "default:CARD=vc4hdmi0"),
        ("default", "default"),
        ("plughw:CARD=Device,DEV=0", "plughw:CARD=Device,DEV=0"),
        ("dsnoop:Device", "dsnoop:Device"),
        ("silence", "silence"),
        ("pulse", "pulse"),
    ],
)
def test_a_name_is_opened_as(pi: tuple[Card, ...], name: str, opened: str) -> None:
    chosen = choice(name, pi, "playout")
    assert chosen.names[0] == opened
    assert chosen.warning == ""


def test_what_the_card_lacks_alsa_may_convert(pi: tuple[Card, ...]) -> None:
    assert choice("Device", pi, "capture").names == (
        "hw:CARD=Device,DEV=0",
        "plughw:CARD=Device,DEV=0",
    )


@pytest.mark.parametrize(
    ("name", "stable"),
    [
        ("hw:2,0", "hw:CARD=Device,DEV=0"),
        ("plughw:2", "plughw:CARD=Device"),
        ("hw:CARD=2,DEV=0", "hw:CARD=Device,DEV=0"),
        ("plug:dsnoop:2", "plug:dsnoop:CARD=Device"),
        ("sysdefault:1", "sysdefault:CARD=Headphones"),
        ("2", "hw:CARD=Device"),
    ],
)
def test_a_number_earns_a_warning_with_the_stable_form(
    pi: tuple[Card, ...], name: str, stable: str
) -> None:
    chosen = choice(name, pi, "playout")
    assert chosen.warning == (
        f'"{name}" names a card by its number, which may change: write "{stable}"'
    )


def test_the_number_of_no_card_earns_a_warning_too(pi: tuple[Card, ...]) -> None:
    assert "callpoint devices lists" in choice("hw:7,0", pi, "playout").warning


@pytest.mark.parametrize("name", ["usb:ffff:0001", "usb-port:3-1", "usb"])
def test_a_card_that_is_not_there_is_told(name: str) -> None:
    with pytest.raises(DeviceError, match="no such card is there") as refused:
        choice(name, (), "capture")
    assert "plug it in" in refused.value.advice


def test_a_card_without_a_microphone_is_told(pi: tuple[Card, ...]) -> None:
    with pytest.raises(DeviceError, match="the card Headphones has no microphone"):
        choice("headphones", pi, "capture")


def test_of_two_alike_the_port_decides_and_not_the_number(tmp_path: Path) -> None:
    def first(root: Path, cards: list[RecordedCard]) -> str:
        card = choice(
            "usb:0d8c:0014", Inventory(record(root, cards)).cards(), "capture"
        )
        assert card.card is not None
        return card.card.usb_port

    near, far = STICK.at_port("1-1.3"), STICK.at_port("1-1.10")
    assert first(tmp_path / "a", [near, far]) == "1-1.3"
    assert first(tmp_path / "b", [far, near]) == "1-1.3"


def test_a_role_looks_for_a_card_that_has_the_end(tmp_path: Path) -> None:
    """A USB microphone beside a USB speaker: each is what it is."""
    speaker = RecordedCard(**{**SPEAKERPHONE.__dict__, "pcms": {"0p": 1}})
    cards = Inventory(record(tmp_path, [speaker, STICK])).cards()
    chosen = choice("usb", cards, "capture")
    assert chosen.names[0] == "hw:CARD=Device,DEV=0"


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("usb:0d8c:0014", True),
        ("usb:0D8C:0014", False),
        ("usb:0d8c", False),
        ("usb-port:1-1.2.3", True),
        ("usb-port:1-1.2:1.0", False),
        ("usb-port:", False),
        ("usb", True),
        ("hw:1,0", True),
    ],
)
def test_the_form_of_a_name(name: str, fits: bool) -> None:
    assert is_name(name) is fits
