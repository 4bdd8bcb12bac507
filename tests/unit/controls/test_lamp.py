"""A lamp shows what it was told, also before it can be had."""

from callpoint.controls.led import Lamp
from callpoint.station.events import Indication


class SeenLed:
    """What it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def show(self, indication: Indication) -> None:
        self.told.append(indication)

    def degrade(self, degraded: bool) -> None:
        self.told.append(degraded)

    def close(self) -> None:
        self.told.append("closed")


def test_one_that_comes_later_shows_what_was_told_last() -> None:
    lamp, led = Lamp(), SeenLed()
    lamp.show(Indication.CONNECTING)
    lamp.degrade(True)
    lamp.show(Indication.READY)
    lamp.become(led)
    assert led.told == [True, Indication.READY]
    lamp.show(Indication.CALLING)
    lamp.close()
    assert led.told[2:] == [Indication.CALLING, "closed"]


def test_one_that_never_comes_is_no_reason_to_stop() -> None:
    lamp = Lamp()
    lamp.show(Indication.READY)
    lamp.degrade(True)
    lamp.close()
