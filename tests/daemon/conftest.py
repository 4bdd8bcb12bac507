"""What every test of the daemon needs."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest


@pytest.fixture
def programs() -> Iterator[ExitStack]:
    """Programs that are entered here are ended with the test."""
    with ExitStack() as programs:
        yield programs
