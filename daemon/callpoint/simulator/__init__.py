"""A stand-in for the vendor's gateway, with an assistant behind it that talks.

For a developer of a client, and for tests: `callpoint simulator` runs it alone,
`running_simulator` within a program. docs/simulator.md tells what it can be told to do.
"""

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from callpoint.simulator.running import Simulator
    from callpoint.simulator.scenario import Scenario

__all__ = ["running_simulator"]


def running_simulator(
    scenario: "Scenario | Iterable[str] | str" = (),
    *,
    record: Path | None = None,
    **options: Any,
) -> "AbstractAsyncContextManager[Simulator]":
    """A simulator in this event loop, on a free port of 127.0.0.1, while a block lasts.

    `scenario` is one, or the names of presets (`"ok"`, `["ringing-first"]`). Recordings
    of every call go to the folder `record`. The options are those of the command:
    `host`, `port`, `known_speech` (a folder of WAVs, or None), `goodbye` (words), and
    `sink`, which gets every event. The simulator has `url`, `events` and `wait_for`.

    Raises CallpointError when numpy is missing, a scenario is not known, or the port
    cannot be had.
    """
    from callpoint.errors import CallpointError

    try:
        from callpoint.simulator.running import run
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        raise CallpointError(
            "the simulator needs numpy", "pip install callpoint[simulator]"
        ) from error
    names = [scenario] if isinstance(scenario, str) else scenario
    return run(names, record=record, **options)
