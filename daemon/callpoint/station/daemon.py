"""The daemon as a process: its log, its threads, its signals, and what it ends with."""

import asyncio
import faulthandler
import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

from callpoint.config.schema import Config
from callpoint.errors import CallpointError, ConfigError
from callpoint.station.supervisor import Supervisor
from callpoint.system import log as system_log
from callpoint.system.entries import Entry

log = logging.getLogger(__name__)


def run(config: Config, load: Callable[[], Config], fault: ConfigError | None) -> int:
    """Run the daemon until SIGTERM or SIGINT; returns the exit code.

    `load` reads the configuration again. `config` is the last good one where there is a
    `fault` in what it would read. Raises CallpointError for what no retry can cure.
    """
    system_log.start(config.log.level)
    threading.excepthook = thread_broke
    # A library that crashes, or systemd's watchdog, leaves the stacks of all threads.
    faulthandler.enable()
    try:
        asyncio.run(_supervise(config, load, fault))
    except* CallpointError as group:
        raise _first(group) from None
    return 0


def thread_broke(fault: threading.ExceptHookArgs) -> None:
    """A thread ended by a fault of ours: the watchdog misses it, the log says why."""
    name = fault.thread.name if fault.thread is not None else "unknown"
    error = fault.exc_value
    log.error(
        "the thread %s broke off, by a fault of callpoint itself",
        name,
        exc_info=error,
        extra=Entry.BROKEN.fields(cause=repr(error)),
    )


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
