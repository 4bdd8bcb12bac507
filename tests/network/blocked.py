"""Where UDP is blocked a call goes through a relay over TCP: how long a person waits.

The relay is coturn, on the far end's host; the firewall is between the two hosts.
"""

import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.certificates import certificate
from tests.daemon.programs import wait_until
from tests.network.scenes import Fault, Seen, Stage, in_call, staged
from tests.network_namespaces import FAR, FAR_IPV6, Hosts

PORT: Final = 3478
_USER, _SECRET = "callpoint", "not-a-secret"
_TCP, _TLS = f"turn:{FAR}:{PORT}?transport=tcp", f"turns:{FAR}:{PORT}?transport=tcp"
_ICE_SERVERS: Final = f"""[
  {{{{ urls = ["stun:{FAR}:{PORT}"] }}}},
  {{{{ urls = ["{{turn}}"], username = "{_USER}", credential = "{_SECRET}" }}}},
]"""
_MOVES_S: Final = 6.0
"""Dead media are told after 8 s: the move takes longer than a cable's."""
_STUN_IS_SILENT_S: Final = 4.0
_STEADY_S: Final = 2.0
_DIRECT_HZ: Final = 25
"""A direct path carries 50 packets a second, and one over TCP none but checks."""


@contextmanager
def relay(hosts: Hosts, tls: Path | None = None) -> Iterator[str]:
    """A TURN server on the far host; its value for `webrtc_ice_servers`, in TOML.

    With the folder of a certificate, TLS is wanted of it. Skips the test where there is
    no server.
    """
    if shutil.which("turnserver") is None:
        pytest.skip("turnserver (Debian: coturn) is not installed")
    words = (
        *("-n", "--no-cli", "--no-dtls", "--log-file", "stdout"),
        *("--listening-ip", FAR, "--listening-port", str(PORT), "--relay-ip", FAR),
        *_encryption(tls),
        *("--lt-cred-mech", "--user", f"{_USER}:{_SECRET}", "--realm", "callpoint"),
        *("--pidfile", "/dev/null", "--userdb", "/dev/null"),
    )
    server = subprocess.Popen(
        [*hosts.far, "turnserver", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _listens(server.pid))
        yield _ICE_SERVERS.format(turn=_TLS if tls else _TCP)
    finally:
        server.terminate()
        server.wait()


def _encryption(tls: Path | None) -> tuple[str, ...]:
    if tls is None:
        return ("--no-tls",)
    port = ("--tls-listening-port", str(PORT))
    return (*port, "--cert", str(tls / "ca.pem"), "--pkey", str(tls / "key.pem"))


def _listens(pid: int) -> bool:
    sockets = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    return any(
        line.split()[1].endswith(f":{PORT:04X}") and line.split()[3] == "0A"
        for line in sockets
    )


def first_call(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """Somebody presses as soon as the device is registered."""
    with relay(hosts) as servers:
        fault(hosts)
        with staged(folder, hosts, ice_servers=servers) as (stage, _):
            return called(stage)


def prepared_call(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """Somebody presses some seconds later, when STUN is known to be silent."""
    with relay(hosts) as servers:
        fault(hosts)
        with staged(folder, hosts, ice_servers=servers) as (stage, _):
            time.sleep(_STUN_IS_SILENT_S)
            return called(stage)


def call_by_tls(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """The relay is behind TLS, with a certificate that the device's system trusts."""
    _, authority = certificate(folder, FAR)
    trust = {"SSL_CERT_FILE": str(authority)}
    with relay(hosts, folder) as servers:
        fault(hosts)
        with staged(folder, hosts, ice_servers=servers, environment=trust) as (it, _):
            return called(it)


def second_call(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """Somebody presses again, after a call that had to find the relay."""
    with relay(hosts) as servers:
        fault(hosts)
        with staged(folder, hosts, ice_servers=servers) as (stage, _):
            called(stage)
            hang_up(stage)
            return called(stage)


def ipv6_call(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """A network without IPv4."""
    fault(hosts)
    with staged(folder, hosts, address=FAR_IPV6) as (stage, _):
        return called(stage)


def moved_call(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """UDP comes to be blocked in the middle of a call."""
    with relay(hosts) as servers:
        return in_call(folder, hosts, fault, servers)


def ended_call(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """Nothing comes any more in the middle of a call, and there is no relay."""
    with staged(folder, hosts) as (stage, _):
        stage.ours.press()
        stage.far.wait(event="speech_started")
        time.sleep(_STEADY_S)
        began_s = fault(hosts)
        ended = stage.ours.wait(timeout_s=60, event="call", state="ended")
        return Seen(ended["monotonic_s"] - began_s, logins=stage.count("login"))


def call_elsewhere(folder: Path, hosts: Hosts, fault: Fault) -> Seen:
    """After a call through the relay, the device comes to a network without a block."""
    with relay(hosts) as servers:
        fault(hosts)
        with staged(folder, hosts, ice_servers=servers) as (stage, _):
            called(stage)
            assert not goes_directly(hosts)
            hang_up(stage)
            hosts.let_pass()
            hosts.plug("other")
            hosts.unplug("cable")
            wait_until(lambda: stage.count("ready") > 1)
            time.sleep(_STEADY_S)
            seen = called(stage)
            assert goes_directly(hosts)
            return seen


def goes_directly(hosts: Hosts) -> bool:
    """Whether the call that is up sends its media over UDP."""
    before = hosts.datagrams_sent()
    time.sleep(1.0)
    return hosts.datagrams_sent() - before > _DIRECT_HZ


def called(stage: Stage) -> Seen:
    """One press, until both have heard the other."""
    far, ours = stage.far, stage.ours
    after_far, after_ours = len(far.events), len(ours.events)
    pressed_s = time.monotonic()
    ours.press()
    played = ours.wait(
        after_ours, timeout_s=30, event="media", kind="first_sound_played"
    )
    heard = far.wait(after_far, timeout_s=30, event="speech_started")
    both_s = max(played["monotonic_s"], heard["monotonic_s"])
    return Seen(
        both_s - pressed_s,
        calls=stage.count("invite"),
        logins=stage.count("login"),
    )


def hang_up(stage: Stage) -> None:
    stage.ours.command("hangup")
    stage.ours.release()
    wait_until(lambda: not stage.ours.status()["call"])
    time.sleep(1.0)


def udp_swallowed(hosts: Hosts) -> float:
    """From here on, both ways."""
    hosts.swallow("udp")
    return time.monotonic()


def udp_swallowed_on_its_way_out(hosts: Hosts) -> float:
    """What the device sends; it hears all the same."""
    hosts.swallow("udp", hosts.far)
    return time.monotonic()


def udp_swallowed_in_call(hosts: Hosts) -> float:
    """The same; the call has time to move."""
    began_s = udp_swallowed(hosts)
    time.sleep(_MOVES_S)
    return began_s


def beside_nothing(hosts: Hosts) -> float:
    """An interface without Internet is up beside the good one."""
    hosts.plug_into_nothing()
    return time.monotonic()


def ipv6_alone(hosts: Hosts) -> float:
    hosts.turn_to_ipv6()
    return time.monotonic()


def nothing(_: Hosts) -> float:
    """What a press costs in a network that is well."""
    return time.monotonic()


SCENES: Final = {
    "all is well, a press at once": (first_call, nothing),
    "an idle interface beside it": (first_call, beside_nothing),
    "IPv6 alone": (ipv6_call, ipv6_alone),
    "UDP blocked, a press at once": (first_call, udp_swallowed),
    "UDP blocked, the relay by TLS": (call_by_tls, udp_swallowed),
    "UDP blocked, a press after 4 s": (prepared_call, udp_swallowed),
    "UDP blocked, the second call": (second_call, udp_swallowed),
    "UDP blocked, then another network": (call_elsewhere, udp_swallowed),
    "in a call, UDP blocked": (moved_call, udp_swallowed_in_call),
    "in a call, UDP blocked, no relay": (ended_call, udp_swallowed),
    "in a call, UDP blocked outwards": (ended_call, udp_swallowed_on_its_way_out),
}
