"""Bytes from outside, and what must hold whatever they are.

Each module but those with an underscore is a target: `SEEDS` are valid samples, and
`survives(bytes)` raises for a finding. `scripts/fuzz` drives it by coverage, and
tests/unit/fuzz by small changes of the samples.
"""

from importlib import import_module
from pathlib import Path
from typing import Protocol


class Target(Protocol):
    """A module of this folder, as a type."""

    SEEDS: list[bytes]

    def survives(self, received: bytes) -> None: ...


NAMES = sorted(
    path.stem for path in Path(__file__).parent.glob("*.py") if path.stem[0] != "_"
)


def target(name: str) -> Target:
    module: Target = import_module(f"tests.fuzz.{name}")
    return module
