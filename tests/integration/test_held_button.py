"""A button that is down before anybody can have pressed it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing

import pytest

from callpoint.config.schema import Config
from callpoint.station.controls import Controls
from callpoint.station.events import DeviceFailed, DeviceRecovered, Pressed, Released
from tests.gpio_chips import SimulatedChip

PIN = 17
Event = Pressed | Released | DeviceFailed | DeviceRecovered


@pytest.fixture
def chip() -> SimulatedChip:
    return SimulatedChip()


@pytest.fixture
def events() -> "asyncio.Queue[Event]":
    return asyncio.Queue()


@pytest.fixture
async def controls(
    chip: SimulatedChip, events: "asyncio.Queue[Event]"
) -> AsyncIterator[Controls]:
    chip.held[PIN] = False
    config = Config.model_validate(
        {"assistant": {"target_id": "a"}, "button": {"pin": PIN, "debounce_ms": 5}}
    )
    told = events.put_nowait
    with closing(Controls(config, told, told, chip.factory)) as controls:
        yield controls


async def test_it_is_a_fault_and_no_press(
    controls: Controls, events: "asyncio.Queue[Event]"
) -> None:
    (failure,) = controls.failures
    assert failure.device == "button on pin 17"
    assert "it was down when callpoint started" in failure.cause
    assert str(controls.button_fault) == (
        "button on pin 17: it was down when callpoint started, and counts as released "
        "until it comes up"
    )
    assert events.empty()


async def test_once_it_comes_up_it_is_a_button_like_any_other(
    controls: Controls, chip: SimulatedChip, events: "asyncio.Queue[Event]"
) -> None:
    chip.pull(PIN, high=True)
    recovered = await asyncio.wait_for(events.get(), 5)
    assert isinstance(recovered, DeviceRecovered)
    assert recovered.device == controls.failures[0].device
    assert isinstance(await asyncio.wait_for(events.get(), 5), Released)
    assert controls.button_fault is None
    chip.pull(PIN, high=False)
    assert isinstance(await asyncio.wait_for(events.get(), 5), Pressed)
