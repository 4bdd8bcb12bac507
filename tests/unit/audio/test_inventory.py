"""Cards as a kernel tells of them, and who has them open."""

from pathlib import Path

from callpoint.audio.cards import Abilities, owner_pid, usb_abilities
from callpoint.audio.inventory import Inventory
from tests.recorded_cards import (
    HDMI,
    HEADPHONES,
    RESPEAKER,
    SPEAKERPHONE,
    STICK,
    hold,
    record,
)


def test_every_card_is_told_by_all_its_names(tmp_path: Path) -> None:
    record(tmp_path, [HDMI, HEADPHONES, STICK, RESPEAKER])
    cards = Inventory(tmp_path).cards()
    assert [(card.number, card.id, card.kind) for card in cards] == [
        (0, "vc4hdmi0", "hdmi"),
        (1, "Headphones", "headphones"),
        (2, "Device", "usb"),
        (3, "seeed2micvoicec", "hat"),
    ]
    assert [(card.usb_id, card.usb_port) for card in cards] == [
        ("", ""),
        ("", ""),
        ("0d8c:0014", "1-1.2"),
        ("", ""),
    ]


def test_a_usb_card_on_a_board_is_no_hat(tmp_path: Path) -> None:
    """A Pi's USB controller is a platform device as well."""
    [card] = Inventory(record(tmp_path, [SPEAKERPHONE])).cards()
    assert (card.kind, card.usb_port) == ("usb", "1-1.4")


def test_what_a_card_records_and_plays(tmp_path: Path) -> None:
    record(tmp_path, [HEADPHONES, STICK])
    headphones, stick = Inventory(tmp_path).cards()
    assert headphones.pcm("capture") is None
    assert (pcm := headphones.pcm("playout")) is not None
    assert pcm.streams == {"playout": 8}
    assert (pcm := stick.pcm("capture")) is not None
    assert (pcm.device, pcm.streams) == (0, {"playout": 1, "capture": 1})


def test_a_machine_without_cards(tmp_path: Path) -> None:
    assert Inventory(record(tmp_path, [])).cards() == ()
    assert Inventory(tmp_path).has_driver


def test_a_machine_without_sound(tmp_path: Path) -> None:
    assert Inventory(tmp_path).cards() == ()
    assert not Inventory(tmp_path).has_driver


def test_who_holds_a_card_is_told_by_process(tmp_path: Path) -> None:
    """The kernel knows the thread that opened it."""
    record(tmp_path, [STICK])
    hold(tmp_path, "card0/pcm0p/sub0", 812, 790, "pipewire")
    inventory = Inventory(tmp_path)
    [card] = inventory.cards()
    assert inventory.holders(card, 0, "playout") == [812]
    assert inventory.program(812) == (790, "pipewire")
    assert inventory.holders(card, 0, "capture") == []
    assert inventory.running_at(card, 0, "playout") == Abilities(
        (48_000,), (2,), ("S16_LE",)
    )


def test_a_card_with_a_free_substream_is_held_by_nobody(tmp_path: Path) -> None:
    record(tmp_path, [HEADPHONES])
    hold(tmp_path, "card0/pcm0p/sub0", 790, 790, "aplay")
    [card] = Inventory(tmp_path).cards()
    assert Inventory(tmp_path).holders(card, 0, "playout") == []


def test_a_program_that_is_hidden_has_no_name(tmp_path: Path) -> None:
    assert Inventory(tmp_path).program(4711) is None


def test_a_closed_substream_has_no_owner() -> None:
    assert owner_pid("closed\n") is None


def test_usb_cards_tell_what_they_can() -> None:
    assert usb_abilities(STICK.stream, "playout") == Abilities(
        (44_100, 48_000), (2,), ("S16_LE",)
    )
    assert usb_abilities(STICK.stream, "capture") == Abilities(
        (44_100, 48_000), (1,), ("S16_LE",)
    )
    assert usb_abilities(SPEAKERPHONE.stream, "playout") == Abilities(
        (8_000, 48_000), (2,), ("S16_LE",), is_range=True
    )
    assert usb_abilities("", "capture") is None


def test_a_card_that_came_back_is_another_appearance(tmp_path: Path) -> None:
    inventory = Inventory(record(tmp_path, [STICK]))
    [card] = inventory.cards()
    before = inventory.appearance(card)
    node = tmp_path / "dev/snd/controlC0"
    assert before == inventory.appearance(card)
    node.unlink()
    assert inventory.appearance(card) is None
    (tmp_path / "dev/snd/other").touch()
    node.touch()
    assert inventory.appearance(card) not in (before, None)
