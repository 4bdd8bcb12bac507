"""Tells systemd how the service is; does nothing where systemd did not start us.

The protocol is sd_notify(3). Not here: what the texts say.
"""

import logging
import os

log = logging.getLogger(__name__)


def ready() -> None:
    """A press is answered from now on, be it by "no connection"."""
    _notify("READY=1")


def status(text: str) -> None:
    """Show one line in `systemctl status`."""
    # A line break would begin another assignment, such as READY=1.
    _notify("STATUS=" + " ".join(text.splitlines()))


def reloading(now_s: float) -> None:
    """SIGHUP is being obeyed; `ready` tells that it was. `now_s` is CLOCK_MONOTONIC.

    systemd 253 and newer may wait for it, and knows by the time that it is this one.
    """
    _notify(f"RELOADING=1\nMONOTONIC_USEC={now_s * 1_000_000:.0f}")


def feed() -> None:
    """Keep systemd's watchdog from ending the daemon for a while."""
    _notify("WATCHDOG=1")


def watchdog_s() -> float | None:
    """How often the watchdog wants to be fed, at least; None where there is none."""
    if os.environ.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 1_000_000 if limit_us.isdecimal() else None


def stopping() -> None:
    """The end has begun; systemd waits TimeoutStopSec from here."""
    _notify("STOPPING=1")


def _notify(assignment: str) -> None:
    if "NOTIFY_SOCKET" not in os.environ:
        return
    # systemd-python takes 10 ms to import: only a service of systemd pays that.
    from systemd.daemon import notify

    try:
        notify(assignment)
    except OSError as error:
        log.warning("systemd was not told %s: %s", assignment, error)
