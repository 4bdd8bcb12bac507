"""The button and the lamp on gpiozero's mock pins, and what is said without any."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from time import monotonic, sleep

import pytest

from callpoint.controls.button import MockButton, open_button
from callpoint.controls.debounce import Debounce
from callpoint.controls.led import MockLed, NoLed, open_led
from callpoint.errors import DeviceError
from callpoint.station.events import Indication, Pressed, Released

Edge = tuple[bool, float]


@pytest.fixture(params=[True, False], ids=["pull_up", "pull_down"])
def pull_up(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def edges() -> list[Edge]:
    return []


@pytest.fixture
def button(pull_up: bool, edges: list[Edge]) -> Iterator[MockButton]:
    opened = open_button(23, pull_up, "mock", lambda *edge: edges.append(edge))
    assert isinstance(opened, MockButton)
    with closing(opened):
        yield opened


@pytest.fixture(params=[True, False], ids=["active_high", "active_low"])
def active_high(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def led(active_high: bool) -> Iterator[MockLed]:
    opened = open_led(24, active_high, "mock")
    assert isinstance(opened, MockLed)
    with closing(opened):
        yield opened


def wait_until(condition: Callable[[], bool]) -> None:
    give_up_s = monotonic() + 5
    while not condition():
        assert monotonic() < give_up_s, "it never came"
        sleep(0.001)


class TestButton:
    def test_it_begins_up_and_silent(
        self, button: MockButton, edges: list[Edge]
    ) -> None:
        assert not button.is_down()
        assert edges == []

    def test_every_edge_is_reported_with_its_level_and_its_time(
        self, button: MockButton, edges: list[Edge]
    ) -> None:
        before_s = monotonic()
        for down in (True, False, True):
            button.drive(down)
            assert button.is_down() is down
        assert [down for down, _ in edges] == [True, False, True]
        times = [before_s, *(at_s for _, at_s in edges), monotonic()]
        assert times == sorted(times)

    def test_a_level_that_stays_is_no_edge(
        self, button: MockButton, edges: list[Edge]
    ) -> None:
        button.drive(False)
        button.drive(True)
        button.drive(True)
        assert len(edges) == 1

    def test_a_bouncing_press_is_one_press(
        self, button: MockButton, edges: list[Edge]
    ) -> None:
        for down in (True, False, True, False, True):
            button.drive(down)
        debounce = Debounce(25)
        heard = [event for edge in edges for event in debounce.edge(*edge)]
        assert heard == [Pressed(edges[0][1])]
        due_s = debounce.deadline()
        assert due_s is not None
        assert debounce.settle(due_s, button.is_down()) == []
        button.drive(False)
        assert debounce.settle(due_s + 1, button.is_down()) == []
        debounce.edge(*edges[-1])
        assert debounce.settle(due_s + 2, button.is_down()) == [Released(edges[-1][1])]

    def test_a_closed_button_is_silent(
        self, button: MockButton, edges: list[Edge]
    ) -> None:
        button.close()
        button.drive(True)
        button.close()
        assert edges == []

    def test_two_buttons_do_not_share_a_pin(self, button: MockButton) -> None:
        with closing(open_button(23, True, "mock", print)) as other:
            button.drive(True)
            assert not other.is_down()

    @pytest.mark.parametrize(
        ("pin", "advice"), [(99, "BCM numbers, 0 to 27"), (2, "pull_up = true")]
    )
    def test_a_pin_that_cannot_be_a_button_is_told(self, pin: int, advice: str) -> None:
        with pytest.raises(DeviceError, match=rf"^button on pin {pin}: ") as raised:
            open_button(pin, False, "mock", print)
        assert advice in raised.value.advice

    def test_the_factory_is_the_one_that_is_named(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "nonsense")
        monkeypatch.setenv("GPIOZERO_MOCK_REVISION", "nonsense")
        monkeypatch.setenv("GPIOZERO_MOCK_PIN_CLASS", "nonsense")
        with closing(open_button(23, True, "mock", print)) as button:
            assert isinstance(button, MockButton)


class TestLed:
    def test_it_begins_dark(self, led: MockLed, active_high: bool) -> None:
        assert led.seen()[-1] is not active_high

    def test_an_open_microphone_is_steady_light(
        self, led: MockLed, active_high: bool
    ) -> None:
        led.show(Indication.MICROPHONE_OPEN)
        wait_until(lambda: led.seen()[-1] is active_high)
        led.show(Indication.OFF)
        wait_until(lambda: led.seen()[-1] is not active_high)

    def test_a_fault_flashes(self, led: MockLed, active_high: bool) -> None:
        led.show(Indication.MICROPHONE_OPEN)
        wait_until(lambda: led.seen()[-1] is active_high)
        changes = len(led.seen())
        began_s = monotonic()
        led.show(Indication.FAULT)
        wait_until(lambda: len(led.seen()) >= changes + 5)
        # Lit already when the fault came: off, on, off, on, off within 600 ms.
        flashes = [lit is active_high for lit in (False, True, False, True, False)]
        assert led.seen()[-5:] == flashes
        assert monotonic() - began_s > 0.5

    def test_what_is_shown_begins_at_once_and_from_its_start(
        self, led: MockLed, active_high: bool
    ) -> None:
        led.show(Indication.READY)
        wait_until(lambda: len(led.seen()) >= 3)
        began_s = monotonic()
        # Dark for three seconds now, unless it begins anew.
        led.show(Indication.READY)
        wait_until(lambda: led.seen()[-1] is active_high)
        assert monotonic() - began_s < 1

    def test_ready_with_a_fault_blips_twice(
        self, led: MockLed, active_high: bool
    ) -> None:
        led.show(Indication.READY)
        led.degrade(True)
        changes = len(led.seen())
        wait_until(lambda: len(led.seen()) >= changes + 3)
        led.degrade(False)

    def test_closing_puts_it_out_and_ends_its_thread(
        self, led: MockLed, active_high: bool
    ) -> None:
        led.show(Indication.MICROPHONE_OPEN)
        wait_until(lambda: led.seen()[-1] is active_high)
        led.close()
        led.close()
        assert led.seen()[-1] is not active_high
        assert "led" not in {thread.name for thread in threading.enumerate()}

    def test_what_was_seen_does_not_grow_for_ever(
        self, led: MockLed, active_high: bool
    ) -> None:
        for _ in range(40):
            led.show(Indication.MICROPHONE_OPEN)
            wait_until(lambda: led.seen()[-1] is active_high)
            led.show(Indication.OFF)
            wait_until(lambda: led.seen()[-1] is not active_high)
        assert len(led.seen()) < 80

    def test_no_pin_is_no_lamp(self) -> None:
        led = open_led(None, True, "gpiod")
        assert isinstance(led, NoLed)
        led.show(Indication.FAULT)
        led.close()

    def test_a_pin_that_is_not_there_is_told(self) -> None:
        with pytest.raises(DeviceError, match=r"^LED on pin 99: there is no"):
            open_led(99, True, "mock")


OPEN = """
import sys
from callpoint.errors import DeviceError
{first}
from callpoint.controls.button import open_button
try:
    open_button(23, True, "{pin_factory}", print).close()
    print("opened")
except DeviceError as error:
    print(error)
    print(error.advice)
"""


def opened(pin_factory: str, folder: Path, first: str = "") -> tuple[str, str]:
    """In a process of its own: lgpio starts a thread and makes a pipe where it runs."""
    code = OPEN.format(first=first, pin_factory=pin_factory)
    ran = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout, ran.stderr


needs_lgpio = pytest.mark.skipif(not find_spec("lgpio"), reason="lgpio is optional")


class TestWithoutGpio:
    @pytest.mark.skipif(bool(list(Path("/dev").glob("gpiochip*"))), reason="has GPIO")
    @pytest.mark.parametrize(
        "pin_factory", ["gpiod", pytest.param("lgpio", marks=needs_lgpio)]
    )
    def test_a_machine_without_gpio_is_told_what_to_do(
        self, pin_factory: str, tmp_path: Path
    ) -> None:
        told, grumbled = opened(pin_factory, tmp_path)
        assert told.startswith("button on pin 23: this machine ")
        assert 'pin_factory = "mock"' in told
        assert grumbled == ""

    @pytest.mark.parametrize("name", ["gpiod", "lgpio"])
    def test_a_missing_library_is_named(self, name: str, tmp_path: Path) -> None:
        told, _ = opened(name, tmp_path, f"sys.modules['{name}'] = None")
        assert f"the Python library {name} cannot be loaded" in told
        assert f"pip install {name}" in told

    @needs_lgpio
    def test_a_directory_that_cannot_be_written_to_is_named(self) -> None:
        # Nobody can make a pipe in /proc, not even root.
        told, _ = opened("lgpio", Path("/proc"))
        assert "lgpio cannot make its pipe in the working directory /proc" in told

    def test_our_own_factory_needs_no_directory(self) -> None:
        told, _ = opened("gpiod", Path("/proc"))
        assert "directory" not in told


def test_gpiozero_is_loaded_by_the_first_pin_and_not_before() -> None:
    code = (
        "import sys, callpoint.controls.button, callpoint.controls.led;"
        "sys.exit('gpiozero' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
