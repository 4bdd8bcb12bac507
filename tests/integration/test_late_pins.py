"""Pins that cannot be had at the start: somebody else has them, or may still."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from callpoint.config.schema import Config
from callpoint.station.controls import Controls
from callpoint.station.events import (
    DeviceFailed,
    DeviceRecovered,
    Pressed,
    Released,
)
from tests.gpio_chips import SimulatedChip

BUTTON, LAMP = 17, 27
Event = Pressed | Released | DeviceFailed | DeviceRecovered


@pytest.fixture
def chip() -> SimulatedChip:
    chip = SimulatedChip()
    for pin in (BUTTON, LAMP):
        chip.take(pin, "spi0 CS1")
    return chip


@pytest.fixture
def events() -> "asyncio.Queue[Event]":
    return asyncio.Queue()


@pytest.fixture
async def controls(
    chip: SimulatedChip, events: "asyncio.Queue[Event]"
) -> AsyncIterator[Controls]:
    config = Config.model_validate(
        {
            "assistant": {"target_id": "a"},
            "button": {"pin": BUTTON, "debounce_ms": 5},
            "led": {"pin": LAMP},
        }
    )
    told = events.put_nowait
    with closing(Controls(config, told, told, chip.factory)) as controls:
        yield controls


def let_go(chip: SimulatedChip, *pins: int) -> None:
    for pin in pins:
        chip.lines[pin].used = False


async def test_what_stays_taken_stays_a_fault_and_is_told_once(
    controls: Controls, chip: SimulatedChip, events: "asyncio.Queue[Event]"
) -> None:
    controls.retry()
    assert [failure.device for failure in controls.failures] == [
        "LED on pin 27",
        "button on pin 17",
    ]
    assert controls.lack_a_pin
    assert '"spi0 CS1" uses this pin' in str(controls.button_fault)
    assert events.empty()
    assert chip.opened == 0


async def test_what_is_let_go_works_and_is_told(
    controls: Controls, chip: SimulatedChip, events: "asyncio.Queue[Event]"
) -> None:
    let_go(chip, BUTTON, LAMP)
    controls.retry()
    assert not controls.lack_a_pin
    assert (controls.button_fault, controls.lamp_fault) == (None, None)
    recovered = [events.get_nowait() for _ in range(2)]
    assert [type(event) for event in recovered] == [DeviceRecovered] * 2
    chip.pull(BUTTON, high=False)
    assert isinstance(await asyncio.wait_for(events.get(), 5), Pressed)


async def test_one_pin_does_not_wait_for_the_other(
    controls: Controls, chip: SimulatedChip
) -> None:
    let_go(chip, LAMP)
    controls.retry()
    assert controls.lamp_fault is None
    assert controls.button_fault is not None
    assert controls.lack_a_pin


async def test_a_button_that_is_down_by_then_is_no_press(
    controls: Controls, chip: SimulatedChip, events: "asyncio.Queue[Event]"
) -> None:
    chip.held[BUTTON] = False
    let_go(chip, BUTTON)
    controls.retry()
    assert isinstance(events.get_nowait(), DeviceRecovered)
    failed = events.get_nowait()
    assert isinstance(failed, DeviceFailed)
    assert "counts as released until it comes up" in failed.cause
    assert events.empty()
