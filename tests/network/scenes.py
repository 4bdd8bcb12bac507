"""What happens to the network of a call, and how long it is noticed.

Both ends say a steady tone and both are recorded as they are heard: what is missing is
the longest gap. `scripts/test-network` prints the table; the tests hold bounds.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.daemon.gaps import TONE, longest_gap_ms, samples, write_tone
from tests.daemon.programs import Daemon, FarEnd, configuration, ended
from tests.network_namespaces import FAR, Hosts

Fault = Callable[[Hosts], float]
"""Happens to the hosts; returns when it was over, on CLOCK_MONOTONIC."""

LONG_S: Final = 60.0
_AFTER_S: Final = 2.0
_PRESS_S: Final = 0.5
_LIFTED_S: Final = 0.2
_SURVIVES_S: Final = 8.0
"""Whatever the fault makes the daemon do, it has done by then."""
_ROUTE_FLAPS: Final = 6


@dataclass(frozen=True)
class Seen:
    """One scene, in seconds. Gaps count from the first second of the call on."""

    answered_s: float = 0.0
    """From the moment that the network was well again until a press was answered.

    In `blocked`, from the press until both had heard the other.
    """
    up_s: float = 0.0
    """The longest that the far end heard nothing."""
    down_s: float = 0.0
    """The longest that the loudspeaker had nothing."""
    calls: int = 0
    logins: int = 0


@dataclass
class Stage:
    """A daemon and a far end, each on its host."""

    hosts: Hosts
    far: FarEnd
    ours: Daemon

    def count(self, event: str) -> int:
        """How often the far end saw this."""
        return sum(each["event"] == event for each in self.far.events)


@contextmanager
def staged(
    folder: Path,
    hosts: Hosts,
    *scenario: str,
    ice_servers: str = "[]",
    address: str = FAR,
    environment: Mapping[str, str] | None = None,
) -> Iterator[tuple[Stage, Path]]:
    """Registered; the loudspeaker's recording is the second."""
    tone, speaker = folder / "tone.wav", folder / "speaker.wav"
    write_tone(tone)
    names = (f"say:{tone}", *scenario)
    words = [word for name in names for word in ("--scenario", name)]
    far = FarEnd(folder, "--host", address, *words, under=hosts.far)
    with ended(far):
        toml = configuration(
            far.url,
            ice_servers,
            server="allow_insecure = true",
            audio=f'capture = "{TONE}"\nplayout = "record:{speaker}"',
        )
        with ended(Daemon(folder, toml, environment, under=hosts.near)) as ours:
            ours.ready()
            yield Stage(hosts, far, ours), speaker


def idle(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """A fault while nobody talks.

    Then somebody presses, and again after each "no connection".
    """
    with staged(folder, hosts) as (stage, _):
        over_s = fault(hosts)
        ours = stage.ours
        while ours.none(event="media", kind="first_sound_played"):
            ours.press()
            time.sleep(_PRESS_S)
            if not ours.status()["call"]:
                ours.release()
                # Less would be taken for a contact that bounces.
                time.sleep(_LIFTED_S)
            assert time.monotonic() < over_s + LONG_S, ours.log
        heard = ours.wait(event="media", kind="first_sound_played")
        return Seen(
            heard["monotonic_s"] - over_s,
            calls=stage.count("invite"),
            logins=stage.count("login"),
        )


def in_call(folder: Path, hosts: Hosts, fault: Fault, ice_servers: str = "[]") -> Seen:
    """A fault in a call, which is to go on."""
    with staged(folder, hosts, ice_servers=ice_servers) as (stage, speaker):
        far, ours = stage.far, stage.ours
        ours.press()
        far.wait(event="speech_started")
        time.sleep(_AFTER_S)
        fault(hosts)
        time.sleep(_SURVIVES_S)
        assert ours.none(event="call", state="ended"), ours.log
        assert ours.status()["link"] == "ready", ours.log
        ours.stop()
        recorded = Path(str(far.wait(event="recorded")["path"]))
        told = json.loads(recorded.read_text())
        return Seen(
            0.0,
            longest_gap_ms(samples(recorded.parent / told["heard"])) / 1000,
            longest_gap_ms(samples(speaker)) / 1000,
            stage.count("invite"),
            stage.count("login"),
        )


def cable_pulled(hosts: Hosts) -> float:
    """For three seconds."""
    hosts.unplug("cable")
    time.sleep(3)
    hosts.plug("cable")
    return time.monotonic()


def another_address(hosts: Hosts) -> float:
    """The old one is gone at once, as after another lease."""
    hosts.readdress()
    return time.monotonic()


def another_cable(hosts: Hosts) -> float:
    """The other one is plugged in first, as when Wi-Fi comes before Ethernet goes."""
    hosts.plug("other")
    hosts.unplug("cable")
    return time.monotonic()


def route_flaps(hosts: Hosts) -> float:
    """Six times in three seconds."""
    for _ in range(_ROUTE_FLAPS):
        hosts.lose_route()
        time.sleep(0.25)
        hosts.plug("cable")
        time.sleep(0.25)
    return time.monotonic()


def tcp_swallowed(hosts: Hosts) -> float:
    """For 40 s, in which the daemon notices it."""
    hosts.swallow("tcp")
    time.sleep(40)
    hosts.let_pass()
    return time.monotonic()


SCENES: Final = {
    "idle, cable out for 3 s": (idle, cable_pulled),
    "idle, another address": (idle, another_address),
    "idle, another cable": (idle, another_cable),
    "idle, route flaps for 3 s": (idle, route_flaps),
    "idle, TCP swallowed for 40 s": (idle, tcp_swallowed),
    "in a call, cable out for 3 s": (in_call, cable_pulled),
    "in a call, another address": (in_call, another_address),
    "in a call, another cable": (in_call, another_cable),
    "in a call, route flaps for 3 s": (in_call, route_flaps),
    "in a call, TCP swallowed for 40 s": (in_call, tcp_swallowed),
}
