"""PURE: the state of the device in the one line that `systemctl status` shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Standing:
    """What the line is made of."""

    link: str
    """"offline", "connecting" or "ready"."""
    link_reason: str | None = None
    call: str | None = None
    """The state of the call that is up, such as "active"."""
    microphone_open: bool = False
    devices: Mapping[str, str] = field(default_factory=dict)
    """The name of each device that works, by what it is."""
    troubles: Sequence[str] = ()
    """All that is wrong, and does not keep a press from being answered."""


def status_line(standing: Standing) -> str:
    """Such as "ready, no call; microphone plughw:CARD=Lite; speaker plughw:CARD=Lite".

    Whatever is wrong comes first, for systemctl cuts a long line off.
    """
    parts = [f"degraded: {trouble}" for trouble in standing.troubles]
    parts.append(f"{_link(standing)}, {_call(standing)}")
    parts += [f"{what} {name}" for what, name in standing.devices.items()]
    return "; ".join(parts)


def _link(standing: Standing) -> str:
    reason = f" ({standing.link_reason})" if standing.link_reason else ""
    return f"{standing.link}{reason}"


def _call(standing: Standing) -> str:
    if standing.call is None:
        return "no call"
    ear = "open" if standing.microphone_open else "closed"
    return f"call {standing.call}, microphone {ear}"
