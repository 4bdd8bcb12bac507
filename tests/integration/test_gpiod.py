"""The button and the lamp on the kernel's lines: a simulated chip, and gpio-sim's.

What is common to both runs twice. The second time it needs a chip of the kernel's
module gpio-sim, the only one that is labelled as a Raspberry Pi's, and the right to
write to its files in sysfs: docs/gpio.md says how to make one.
"""

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any, Protocol

import gpiod
import gpiozero
import pytest

from callpoint.controls.button import Button, open_button
from callpoint.controls.chips import PI_LABELS
from callpoint.controls.kernel_pins import KernelFactory
from callpoint.controls.led import Led, open_led
from callpoint.controls.lines import Lines
from callpoint.controls.pins import PinFactoryName
from callpoint.controls.pins import open_factory as open_real_factory
from callpoint.errors import DeviceError
from callpoint.station.events import Indication
from tests.gpio_chips import SimulatedChip

Edge = tuple[bool, float]
BUTTON, LAMP, OTHER = 17, 27, 22


class Chip(Protocol):
    """A chip whose lines are moved and seen from outside."""

    def pull(self, offset: int, high: bool) -> None: ...

    def level(self, offset: int) -> bool: ...


class Gpio:
    """Buttons and lamps on one chip. `chip` is the side of the finger and the eye."""

    def __init__(self, chip: Chip) -> None:
        self.chip = chip
        self.owners: dict[int, str] = {}

    def factory(self, device: str) -> Any:
        if isinstance(self.chip, SimulatedChip):
            paths = [self.chip.path]
            lines = Lines(device, lambda: self.owners, lambda: paths, self.chip.open)
            return KernelFactory(lines)
        return open_real_factory(device, "gpiod")

    def button(
        self, on_edge: Callable[[bool, float], None], pin: int = BUTTON
    ) -> Button:
        return open_button(pin, True, "gpiod", on_edge, self._open_factory)

    def led(self, pin: int = LAMP, active_high: bool = True) -> Led:
        return open_led(pin, active_high, "gpiod", self._open_factory)

    def _open_factory(self, device: str, _name: PinFactoryName) -> Any:
        return self.factory(device)


class GpioSim:
    """The chip of the kernel's module gpio-sim, by its folder in sysfs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def pull(self, offset: int, high: bool) -> None:
        way = "pull-up" if high else "pull-down"
        (self.folder / f"sim_gpio{offset}" / "pull").write_text(way)

    def level(self, offset: int) -> bool:
        value = self.folder / f"sim_gpio{offset}" / "value"
        return value.read_text().strip() == "1"


def gpio_sims() -> Iterator[GpioSim]:
    for folder in Path("/sys/devices/platform").glob("gpio-sim.*/gpiochip*"):
        with gpiod.Chip(f"/dev/{folder.name}") as chip:
            if chip.get_info().label in PI_LABELS:
                yield GpioSim(folder)


@pytest.fixture(params=["simulated", "gpio-sim"])
def gpio(request: pytest.FixtureRequest) -> Gpio:
    if request.param == "simulated":
        return Gpio(SimulatedChip())
    found = next(gpio_sims(), None)
    if found is None:
        pytest.skip("no chip of gpio-sim labelled as a Raspberry Pi's")
    return Gpio(found)


@pytest.fixture
def simulated() -> tuple[Gpio, SimulatedChip]:
    chip = SimulatedChip()
    return Gpio(chip), chip


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


@pytest.fixture
def edges() -> list[Edge]:
    return []


@pytest.fixture
def button(gpio: Gpio, edges: list[Edge], opened: ExitStack) -> Button:
    def on_edge(down: bool, at_s: float) -> None:
        edges.append((down, at_s))

    return opened.enter_context(closing(gpio.button(on_edge)))


def wait_until(condition: Callable[[], object]) -> None:
    give_up_s = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < give_up_s, "it never came"
        time.sleep(0.001)


def wait_for(read: Callable[[], object], expected: object) -> None:
    wait_until(lambda: read() == expected)


def finger(gpio: Gpio, down: bool, pin: int = BUTTON) -> None:
    gpio.chip.pull(pin, not down)


def thread_named(name: str) -> threading.Thread | None:
    return next((t for t in threading.enumerate() if t.name == name), None)


def wake_ups(thread: threading.Thread) -> int:
    status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
    fields = dict(line.split(":", 1) for line in status.splitlines())
    return int(fields["voluntary_ctxt_switches"])


class TestButton:
    def test_it_begins_up_and_silent(self, button: Button, edges: list[Edge]) -> None:
        assert not button.is_down()
        assert edges == []

    def test_every_edge_comes_with_its_level_and_the_kernels_time(
        self, gpio: Gpio, button: Button, edges: list[Edge]
    ) -> None:
        times = []
        for number, down in enumerate((True, False, True), 1):
            times.append(time.monotonic())
            finger(gpio, down)
            times.append(time.monotonic())
            wait_for(lambda: len(edges), number)
            assert button.is_down() is down
        assert [down for down, _ in edges] == [True, False, True]
        for number, (_, at_s) in enumerate(edges):
            assert times[2 * number] <= at_s <= times[2 * number + 1] + 0.05

    def test_a_contact_that_bounces_is_told_edge_by_edge(
        self, gpio: Gpio, edges: list[Edge], button: Button
    ) -> None:
        for _ in range(20):
            finger(gpio, True)
            finger(gpio, False)
        finger(gpio, True)
        wait_until(lambda: edges and edges[-1][0] and button.is_down())
        assert [at_s for _, at_s in edges] == sorted(at_s for _, at_s in edges)

    def test_nothing_wakes_up_while_nothing_happens(
        self, gpio: Gpio, button: Button, edges: list[Edge]
    ) -> None:
        thread = thread_named("button on pin 17")
        assert thread is not None
        finger(gpio, True)
        wait_until(lambda: edges)
        wait_until(lambda: sleeps(thread))
        before = wake_ups(thread)
        time.sleep(0.5)
        assert wake_ups(thread) == before

    def test_a_closed_button_is_silent_and_its_pin_is_free(
        self, gpio: Gpio, button: Button, edges: list[Edge]
    ) -> None:
        button.close()
        button.close()
        assert thread_named("button on pin 17") is None
        finger(gpio, True)
        with closing(gpio.button(lambda *_: None)):
            assert edges == []

    def test_the_buttons_of_gpiozero_work_on_it(
        self, gpio: Gpio, opened: ExitStack
    ) -> None:
        factory = opened.enter_context(gpio.factory("button"))
        button = opened.enter_context(gpiozero.Button(BUTTON, pin_factory=factory))
        pressed, released = threading.Event(), threading.Event()
        button.when_pressed = pressed.set
        button.when_released = released.set
        finger(gpio, True)
        assert pressed.wait(5)
        finger(gpio, False)
        assert released.wait(5)


def sleeps(thread: threading.Thread) -> bool:
    status = Path(f"/proc/self/task/{thread.native_id}/status").read_text()
    return "State:\tS" in status


class TestLamp:
    @pytest.mark.parametrize("active_high", [True, False])
    def test_it_begins_dark_and_is_lit_and_put_out(
        self, gpio: Gpio, active_high: bool
    ) -> None:
        with closing(gpio.led(active_high=active_high)) as led:
            assert gpio.chip.level(LAMP) is not active_high
            led.show(Indication.MICROPHONE_OPEN)
            wait_until(lambda: gpio.chip.level(LAMP) is active_high)
            led.show(Indication.OFF)
            wait_until(lambda: gpio.chip.level(LAMP) is not active_high)

    def test_a_pattern_blinks(self, gpio: Gpio) -> None:
        with closing(gpio.led()) as led:
            led.show(Indication.CALLING)
            for lit in (True, False, True):
                wait_for(lambda: gpio.chip.level(LAMP), lit)

    def test_gpiozeros_own_blinking_works_on_it(
        self, gpio: Gpio, opened: ExitStack
    ) -> None:
        factory = opened.enter_context(gpio.factory("LED"))
        led = opened.enter_context(gpiozero.LED(LAMP, pin_factory=factory))
        led.blink(on_time=0.01, off_time=0.01)
        for lit in (True, False, True):
            wait_for(lambda: gpio.chip.level(LAMP), lit)
        led.toggle()

    def test_there_is_no_pwm(self, gpio: Gpio, opened: ExitStack) -> None:
        factory = opened.enter_context(gpio.factory("LED"))
        with pytest.raises(gpiozero.PinPWMUnsupported):
            gpiozero.PWMLED(LAMP, pin_factory=factory)


class TestRefused:
    def test_a_pin_in_use_names_its_holder_and_the_free_ones(self, gpio: Gpio) -> None:
        with closing(gpio.led(OTHER)), pytest.raises(DeviceError) as raised:
            gpio.button(lambda *_: None, OTHER)
        assert '"callpoint LED on pin 22" uses this pin' in str(raised.value)
        assert "free are 2, 3, 4" in raised.value.advice
        assert " 22," not in raised.value.advice

    def test_a_pin_of_a_sound_board_is_refused(
        self, simulated: tuple[Gpio, SimulatedChip]
    ) -> None:
        gpio, chip = simulated
        gpio.owners = dict.fromkeys((18, 19, 20, 21), "i2s")
        chip.take(4, "w1")
        with pytest.raises(DeviceError) as raised:
            gpio.button(lambda *_: None, 18)
        assert "this pin belongs to i2s" in str(raised.value)
        assert "free are 2, 3, 5, " in raised.value.advice
        assert "17, 22, " in raised.value.advice
        assert not chip.lines[18].used

    def test_without_permission_the_group_is_named(self) -> None:
        def refuse(path: str) -> Any:
            raise PermissionError(13, "Permission denied", path)

        lines = Lines("button on pin 17", dict, lambda: ["/dev/gpiochip0"], refuse)
        with pytest.raises(DeviceError, match="no permission to open /dev/gpiochip0"):
            lines.line(17)

    def test_without_a_chip_the_mock_is_named(self) -> None:
        with pytest.raises(DeviceError, match="no /dev/gpiochip") as raised:
            Lines("button on pin 17", dict, list).line(17)
        assert 'pin_factory = "mock"' in raised.value.advice

    def test_an_old_number_that_links_to_the_new_one_is_no_second_chip(
        self, tmp_path: Path
    ) -> None:
        link = tmp_path / "gpiochip4"
        link.symlink_to("gpiochip0")
        chip = SimulatedChip()
        lines = Lines("LED", dict, lambda: [chip.path, str(link)], chip.open)
        with closing(lines.line(17)):
            assert chip.lines[17].used

    def test_no_chip_stays_open(self, simulated: tuple[Gpio, SimulatedChip]) -> None:
        gpio, chip = simulated
        with closing(gpio.button(lambda *_: None)):
            assert chip.opened == 0

    def test_a_chip_that_is_pulled_out_is_told_and_its_thread_ends(
        self,
        simulated: tuple[Gpio, SimulatedChip],
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        gpio, chip = simulated
        with closing(gpio.button(lambda *_: None)), caplog.at_level(logging.ERROR):
            chip.vanish()
            wait_until(lambda: thread_named("button on pin 17") is None)
        assert "button on pin 17: its GPIO chip is gone" in caplog.text


def test_libgpiod_is_loaded_by_the_first_pin_and_not_before() -> None:
    code = (
        "import sys, callpoint.controls.button, callpoint.controls.led;"
        "sys.exit('gpiod' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
