"""Calls go before whatever else this machine does, as far as that is allowed.

A nice value counts among the processes of one session only, because Linux groups them
(sched(7), autogroup). So the bench has a session of its own, whose group goes first and
ends with it.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_OURS = "BENCH_SESSION"
_GROUP_NICENESS = "-20"
_CALLS_NICENESS = -10
_JUDGES_NICENESS = 19


def in_own_session() -> bool:
    """Whether this is the session of the bench; it then goes first."""
    if _OURS not in os.environ:
        return False
    # So that every program is ended at a signal, as at the end.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(_GROUP_NICENESS)
        os.setpriority(os.PRIO_PROCESS, 0, _CALLS_NICENESS)
    return True


def run_in_own_session() -> int:
    """Start this program anew in a session, and pass signals on to it."""
    command = [sys.executable, "-m", "tests.bench", *sys.argv[1:]]
    environment = {**os.environ, _OURS: "1"}
    bench = subprocess.Popen(command, env=environment, start_new_session=True)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: bench.terminate())
    return bench.wait()


def give_way() -> None:
    """This process works when there is nothing better to do."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.setpriority(os.PRIO_PROCESS, 0, _JUDGES_NICENESS)
