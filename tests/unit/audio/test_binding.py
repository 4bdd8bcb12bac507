"""Which of its names a device is opened by, and what is told when none opens."""

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from callpoint.audio.binding import Binding
from callpoint.audio.devices import BUSY
from callpoint.audio.inventory import Inventory
from callpoint.audio.synthetic import SilentPlayout
from callpoint.errors import DeviceError
from tests.recorded_cards import HEADPHONES, STICK, RecordedCard, hold, record


class Desk:
    """A machine whose cards can be plugged, and an ALSA that opens those only."""

    def __init__(self, folder: Path, *cards: RecordedCard) -> None:
        self.root = folder / "machine"
        self.plug(*cards)
        self.broken: dict[str, str] = {}
        self.forgotten = 0

    def plug(self, *cards: RecordedCard) -> None:
        """These cards and no others are there."""
        shutil.rmtree(self.root, ignore_errors=True)
        record(self.root, list(cards))
        self.present = [card.id for card in cards]

    def open(self, name: str) -> SilentPlayout:
        if (cause := self.broken.get(name)) is not None:
            raise DeviceError(name, cause, "mend it")
        if "CARD=" in name and name.partition("CARD=")[2][:-6] not in self.present:
            raise DeviceError(name, "No such device")
        return SilentPlayout(name)

    def binding(self, *names: str) -> Binding[SilentPlayout]:
        inventory = Inventory(self.root)
        return Binding(names, "playout", self.open, inventory, self._forget)

    def _forget(self) -> None:
        self.forgotten += 1


@pytest.fixture
def desk(tmp_path: Path) -> Callable[..., Desk]:
    return lambda *cards: Desk(tmp_path, *cards)


def test_the_first_name_that_is_there_is_taken(desk: Callable[..., Desk]) -> None:
    binding = desk(HEADPHONES).binding("usb", "headphones", "default")
    assert binding.open().name == "hw:CARD=Headphones,DEV=0"
    assert binding.bound is not None
    assert binding.bound.rank == 1


def test_a_card_is_found_whatever_its_number_is(desk: Callable[..., Desk]) -> None:
    machine = desk(HEADPHONES, STICK)
    binding = machine.binding("usb:0d8c:0014")
    assert binding.open().name == "hw:CARD=Device,DEV=0"
    machine.plug(STICK, HEADPHONES)
    assert binding.open().name == "hw:CARD=Device,DEV=0"


def test_the_preferred_one_is_better_once_it_is_back(
    desk: Callable[..., Desk],
) -> None:
    machine = desk(HEADPHONES)
    binding = machine.binding("usb", "headphones")
    binding.open()
    assert binding.better() is None
    machine.plug(HEADPHONES, STICK)
    assert (better := binding.better()) is not None
    assert better.name == "hw:CARD=Device,DEV=0"
    assert binding.better() is None


def test_what_the_card_refuses_alsa_converts(desk: Callable[..., Desk]) -> None:
    machine = desk(STICK)
    machine.broken["hw:CARD=Device,DEV=0"] = "offers 48000 Hz, 2 channel(s), U8"
    assert machine.binding("usb").open().name == "plughw:CARD=Device,DEV=0"


def test_each_name_says_why_it_cannot_be_had(desk: Callable[..., Desk]) -> None:
    machine = desk()
    machine.broken["default"] = "Connection refused"
    with pytest.raises(DeviceError) as refused:
        machine.binding("usb", "default").open()
    assert str(refused.value) == (
        "usb, default: usb: no such card is there; default: Connection refused"
    )
    assert "plug it in" in refused.value.advice


def test_whoever_holds_a_card_is_named(desk: Callable[..., Desk]) -> None:
    machine = desk(STICK)
    for kind in ("hw", "plughw"):
        machine.broken[f"{kind}:CARD=Device,DEV=0"] = BUSY
    hold(machine.root, "card0/pcm0p/sub0", 812, 790, "pipewire")
    with pytest.raises(DeviceError) as refused:
        machine.binding("usb").open()
    assert str(refused.value) == "usb: busy: process 790 (pipewire) holds it"
    assert "docs/sound.md" in refused.value.advice


def test_a_service_that_sees_no_other_programs_tells_the_number(
    desk: Callable[..., Desk],
) -> None:
    machine = desk(STICK)
    machine.broken["plughw:CARD=Device"] = BUSY
    hold(machine.root, "card0/pcm0p/sub0", 812, 790, "pipewire")
    shutil.rmtree(machine.root / "proc/812")
    with pytest.raises(DeviceError, match="busy: process 812 holds it") as refused:
        machine.binding("plughw:CARD=Device").open()
    assert "sudo callpoint devices" in refused.value.advice


def test_alsa_forgets_when_cards_came_or_went(desk: Callable[..., Desk]) -> None:
    machine = desk(HEADPHONES)
    binding = machine.binding("headphones")
    binding.open()
    binding.open()
    assert machine.forgotten == 0
    machine.plug(HEADPHONES, STICK)
    binding.open()
    assert machine.forgotten == 1


def test_a_number_is_warned_of_once(
    desk: Callable[..., Desk], caplog: pytest.LogCaptureFixture
) -> None:
    binding = desk(STICK).binding("hw:0,0")
    with caplog.at_level(logging.WARNING):
        binding.open()
        binding.open()
    assert caplog.messages == [binding.warning]
    assert binding.warning is not None
    assert 'write "hw:CARD=Device,DEV=0"' in binding.warning
