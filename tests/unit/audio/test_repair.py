"""A device between calls, and after it failed."""

from itertools import pairwise

from callpoint.audio.events import AudioEvent
from callpoint.audio.repair import Repair, Sole
from callpoint.audio.synthetic import SilentPlayout
from callpoint.errors import DeviceError
from callpoint.station.events import DeviceFailed, DeviceRecovered


class Card(SilentPlayout):
    """A speaker that can be pulled."""

    plugged = True
    closed = False

    def is_there(self) -> bool:
        return self.plugged

    def close(self) -> None:
        self.closed = True


class Socket:
    """Where cards are plugged into; counts the tries to open one."""

    def __init__(self) -> None:
        self.card: Card | None = Card()
        self.tries = 0

    def open(self) -> Card:
        self.tries += 1
        if self.card is None:
            raise DeviceError("card", "no such card is there", "plug it in")
        return self.card


def rested(repair: Repair[Card]) -> bool:
    """Whether there is a device after a rest."""
    repair.rest()
    return repair.ready


def broken(card: Card) -> None:
    raise DeviceError(card.name, "stopped working (error 5)")


def rig() -> tuple[Socket, Repair[Card], list[AudioEvent]]:
    socket = Socket()
    events: list[AudioEvent] = []
    return socket, Repair(Sole("card", socket.open), events.append), events


def test_a_card_that_is_pulled_between_calls_is_a_fault_at_once() -> None:
    socket, repair, events = rig()
    repair.rest()
    card, socket.card = socket.card, None
    assert card is not None
    card.plugged = False
    repair.rest()
    assert card.closed
    assert not repair.ready
    [_opened, failed] = events
    assert isinstance(failed, DeviceFailed)
    assert failed.cause == "was unplugged"


def test_once_plugged_in_again_it_is_taken_without_a_wait() -> None:
    socket, repair, events = rig()
    socket.card = None
    assert not rested(repair)
    socket.card = Card()
    assert not rested(repair)
    repair.hurry()
    assert rested(repair)
    assert isinstance(events[-1], DeviceRecovered)


def test_a_card_that_fails_as_soon_as_it_is_open_is_tried_once_a_second() -> None:
    socket, repair, _ = rig()
    for _ in range(50):
        repair.use(broken)
    assert socket.tries == 1
    assert str(repair.fault) == "silence: stopped working (error 5)"


def test_a_try_that_takes_long_is_followed_by_a_pause_all_the_same() -> None:
    now_s = 100.0

    def slowly() -> Card:
        nonlocal now_s
        now_s += 1.5
        tried_s.append(now_s)
        raise DeviceError("card", "no such card is there", "plug it in")

    tried_s: list[float] = []
    repair = Repair(Sole("card", slowly), lambda _: None, clock=lambda: now_s)
    for _ in range(250):
        now_s += 0.02
        repair.use(broken)
    pauses_s = [after - before - 1.5 for before, after in pairwise(tried_s)]
    assert len(pauses_s) == 4
    assert all(0.99 < pause_s < 1.03 for pause_s in pauses_s)
