"""`callpoint status`: how a running daemon is, for people and for programs."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from callpoint.cli.options import socket_option
from callpoint.control.client import NotRunningError, request
from callpoint.errors import EXIT_FAILURE

EXIT_NOT_RUNNING = 3
"""What the Linux Standard Base says of a service that is not running."""

_UNTIL = {
    "next_call": "when the call is over",
    "restart": "after a restart",
}
_LED = "LED"
_DEVICES = {
    "capture": "Microphone",
    "playout": "Speaker",
    "button": "Button",
    "led": _LED,
}


@click.command(
    epilog="""\b
Examples:
  callpoint status
  callpoint status --json | jq .link
  callpoint status > /dev/null || echo "call for help"

\b
Exit codes: 0 ready; 1 the link is not ready, a device is at fault, or the last good
configuration is in force; 3 the daemon is not running.
"""
)
@click.option("--json", "as_json", is_flag=True, help="For programs: a JSON object.")
@socket_option
def status(as_json: bool, socket: Path) -> int:
    """Tell how the daemon is: its link, its call, its devices."""
    try:
        found = request(socket, {"command": "status"})
    except NotRunningError as error:
        click.echo(f"callpoint: {error}\ncallpoint: {error.advice}", err=True)
        return EXIT_NOT_RUNNING
    if as_json:
        click.echo(json.dumps(found, indent=2, ensure_ascii=False).encode())
    else:
        click.echo(status_text(found))
    return EXIT_FAILURE if any(faults(found)) else 0


def faults(status: Mapping[str, object]) -> Iterator[str]:
    """Why a press would not be answered as it should, in plain words."""
    if status.get("link") != "ready":
        yield f"the link is {_link(status)}"
    for word, device in _devices(status):
        if fault := device.get("fault"):
            yield _named(word if word == _LED else word.lower(), fault)
    if fault := _table(status.get("config")).get("fault"):
        yield f"the configuration is wrong, and the last good one in force: {fault}"


def status_text(status: Mapping[str, object]) -> str:
    """What a person wants to know, a line each."""
    wrong = "; ".join(faults(status))
    rows = [
        ("Link", _link(status)),
        ("Call", _call(status)),
        ("Assistant", _table(status.get("assistant")).get("target_id", "unknown")),
        *((word, _device_text(device)) for word, device in _devices(status)),
        ("LED shows", status.get("led", "unknown")),
        ("Config", _configuration(_table(status.get("config")))),
    ]
    headline = f"callpoint {status.get('version', '')}: {wrong or 'ready'}"
    return "\n".join([headline, "", *(f"  {name:12}{text}" for name, text in rows)])


def _link(status: Mapping[str, object]) -> str:
    reason = status.get("link_reason")
    return f"{status.get('link', 'unknown')}{f' ({reason})' if reason else ''}"


def _call(status: Mapping[str, object]) -> str:
    call = _table(status.get("call"))
    if not call:
        return "none"
    seconds = call.get("seconds")
    lasting = f" for {seconds:.0f} s" if isinstance(seconds, int | float) else ""
    microphone = "open" if status.get("microphone_open") else "closed"
    muted = ", muted" if call.get("muted") else ""
    return f"{call.get('state')}{lasting}, microphone {microphone}{muted}"


def _devices(
    status: Mapping[str, object],
) -> Iterator[tuple[str, Mapping[str, object]]]:
    for kind, device in _table(status.get("devices")).items():
        yield _DEVICES.get(kind, kind), _table(device)


def _device_text(device: Mapping[str, object]) -> str:
    name, fault = device.get("name", "unknown"), device.get("fault")
    if fault:
        advice = device.get("advice")
        return _named(name, fault) + (f"\n{'':14}{advice}" if advice else "")
    in_use, warning = device.get("in_use"), device.get("warning")
    told = f"{name}, in use: {in_use}" if in_use and in_use != name else str(name)
    return f"{told}\n{'':14}warning: {warning}" if warning else told


def _named(name: object, fault: object) -> str:
    """Most faults name what they are of."""
    return str(fault) if str(name) in str(fault) else f"{name}: {fault}"


def _configuration(config: Mapping[str, object]) -> str:
    if config.get("fault"):
        return "the last good one"
    waiting = [
        f"{', '.join(map(str, keys))} {until}"
        for name, until in _UNTIL.items()
        if isinstance(keys := config.get(name), list) and keys
    ]
    return "; ".join(waiting) or "in force"


def _table(value: object) -> Mapping[str, object]:
    return value if isinstance(value, dict) else {}
