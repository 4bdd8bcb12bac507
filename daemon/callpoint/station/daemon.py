"""The daemon as a process: its log, its signals, and what it ends with."""

import asyncio
import faulthandler
import signal
from collections.abc import Callable
from typing import Any

from callpoint.config.schema import Config
from callpoint.errors import CallpointError, ConfigError
from callpoint.station.supervisor import Supervisor
from callpoint.system import log


def run(config: Config, load: Callable[[], Config], fault: ConfigError | None) -> int:
    """Run the daemon until SIGTERM or SIGINT; returns the exit code.

    `load` reads the configuration again. `config` is the last good one where there is a
    `fault` in what it would read. Raises CallpointError for what no retry can cure.
    """
    log.start(config.log.level)
    # A library that crashes, or systemd's watchdog, leaves the stacks of all threads.
    faulthandler.enable()
    try:
        asyncio.run(_supervise(config, load, fault))
    except* CallpointError as group:
        raise _first(group) from None
    return 0


async def _supervise(
    config: Config, load: Callable[[], Config], fault: ConfigError | None
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    supervisor = Supervisor(config, load, fault)
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    loop.add_signal_handler(signal.SIGHUP, supervisor.hung_up)
    await supervisor.run(stop)


def _first(group: BaseExceptionGroup[Any]) -> CallpointError:
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    assert isinstance(error, CallpointError)
    return error
