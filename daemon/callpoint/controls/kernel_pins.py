"""gpiozero's pins over the kernel's lines: what its buttons and lamps ask of a pin.

gpiozero's own factories poll (lgpio's, 2000 times a second) or want to know the board.
"""

from time import monotonic
from typing import Any, Literal, Protocol

from gpiozero import (
    PinFixedPull,
    PinInvalidBounce,
    PinInvalidEdges,
    PinInvalidFunction,
    PinInvalidPull,
    PinPWMUnsupported,
    PinSetInput,
)
from gpiozero.pins.pi import PiFactory, PiPin

from callpoint.controls.lines import Edges, Line, Pull

# The header of 40 pins, which has been the same since the Pi 1 B+.
_REVISION = 0xC03114


class Lines(Protocol):
    """Where the lines come from; see `lines.Lines`."""

    def line(self, pin: int) -> Line: ...


class KernelFactory(PiFactory):  # type: ignore[misc]
    """Pins by number, each with a line of the kernel's."""

    def __init__(self, lines: Lines) -> None:
        super().__init__()
        self.lines = lines
        self.pin_class = KernelPin

    def ticks(self) -> float:
        """The clock of the edges, CLOCK_MONOTONIC, in seconds."""
        return monotonic()

    def ticks_diff(self, later: float, earlier: float) -> float:
        return later - earlier

    def _get_revision(self) -> int:
        return _REVISION


class KernelPin(PiPin):  # type: ignore[misc]
    """One pin. It is an input until it is told otherwise."""

    def __init__(self, factory: KernelFactory, info: Any) -> None:
        super().__init__(factory, info)
        self._line = factory.lines.line(self._number)
        self._direction: Literal["input", "output"] = "input"
        self._resistor: Pull = "floating"
        self._edges: Edges = "both"
        self._watched = False

    def close(self) -> None:
        self._line.close()

    def output_with_state(self, state: bool) -> None:
        """Without the moment in between, in which a lamp would blink."""
        self._become_output(bool(state))

    def _get_function(self) -> str:
        return self._direction

    def _set_function(self, value: str) -> None:
        if value == "output":
            self._become_output(self._line.read())
        elif value == "input":
            self._direction = "input"
            self._listen()
        else:
            raise PinInvalidFunction(f'invalid function "{value}" for pin {self!r}')

    def _get_state(self) -> bool:
        return self._line.read()

    def _set_state(self, value: float) -> None:
        if self._direction == "input":
            raise PinSetInput(f"cannot set state of pin {self!r}")
        self._line.write(bool(value))

    def _get_pull(self) -> str:
        return self._resistor

    def _set_pull(self, value: Pull) -> None:
        if value not in ("up", "down", "floating"):
            raise PinInvalidPull(f'invalid pull "{value}" for pin {self!r}')
        if self._direction != "input" or self.info.pull not in (value, ""):
            raise PinFixedPull(f"{self!r} cannot be pulled {value}")
        self._resistor = value
        self._listen()

    def _get_frequency(self) -> None:
        return None

    def _set_frequency(self, value: float | None) -> None:
        if value is not None:
            raise PinPWMUnsupported(f"pin {self!r} has no PWM")

    def _get_bounce(self) -> None:
        return None

    def _set_bounce(self, value: float | None) -> None:
        if value is not None:
            raise PinInvalidBounce(f"pin {self!r} tells every edge; see debounce")

    def _get_edges(self) -> str:
        return self._edges

    def _set_edges(self, value: Edges) -> None:
        if value not in ("both", "rising", "falling", "none"):
            raise PinInvalidEdges(f'invalid edges "{value}" for pin {self!r}')
        self._edges = value
        if self._watched:
            self._listen()

    def _call_when_changed(self, ticks: float, state: bool) -> None:
        # gpiozero would stop the line's thread from within it when nobody listens.
        if (told := self._get_when_changed()) is not None:
            told(ticks, state)

    def _enable_event_detect(self) -> None:
        self._watched = True
        self._listen()
        self._line.watch(self._call_when_changed)

    def _disable_event_detect(self) -> None:
        self._line.unwatch()
        self._watched = False
        self._listen()

    def _become_output(self, high: bool) -> None:
        self._line.drive(high)
        self._direction = "output"

    def _listen(self) -> None:
        self._line.listen(self._resistor, self._edges if self._watched else "none")
