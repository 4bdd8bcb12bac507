"""Two hosts on this machine, joined by cables that can be pulled: network namespaces.

The near one has the device: `NEAR` on one cable, `NEAR_AGAIN` on another, both to the
far one, which is `FAR` whichever way one comes. Nothing else is reached from there.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import pytest

FAR: Final = "192.0.2.1"
FAR_IPV6: Final = "2001:db8::1"
NEAR: Final = "198.51.100.2"
NEAR_LATER: Final = "198.51.100.3"
NEAR_AGAIN: Final = "203.0.113.2"
_GATEWAYS: Final = {"cable": "198.51.100.1", "other": "203.0.113.1"}
_IPV6: Final = "2001:db8:1:"
_TABLE: Final = "callpoint_test"


class Hosts:
    """Both hosts; `near` and `far` are commands that run another one there."""

    def __init__(self, name: str) -> None:
        self._names = {"near": f"{name}-near", "far": f"{name}-far"}
        self.near = ("ip", "netns", "exec", self._names["near"])
        self.far = ("ip", "netns", "exec", self._names["far"])

    def build(self) -> None:
        for name in self._names.values():
            _run("ip", "netns", "add", name)
            _run("ip", "-n", name, "link", "set", "lo", "up")
        self.on_far("address", "add", f"{FAR}/32", "dev", "lo")
        for cable, gateway in _GATEWAYS.items():
            near = {"cable": NEAR, "other": NEAR_AGAIN}[cable]
            self.on_near("link", "add", cable, "type", "veth", "peer", f"{cable}-far")
            _run(
                "ip",
                "-n",
                self._names["near"],
                "link",
                "set",
                f"{cable}-far",
                "netns",
                self._names["far"],
            )
            self.on_near("address", "add", f"{near}/24", "dev", cable)
            self.on_far("address", "add", f"{gateway}/24", "dev", f"{cable}-far")
            self.on_far("link", "set", f"{cable}-far", "up")
        self.plug("cable")

    def remove(self) -> None:
        for name in self._names.values():
            with suppress(subprocess.CalledProcessError):
                _run("ip", "netns", "del", name)

    def plug(self, cable: str) -> None:
        """Plug a cable in, and go out by it."""
        self.on_near("link", "set", cable, "up")
        self.on_near("route", "replace", "default", "via", _GATEWAYS[cable])

    def unplug(self, cable: str) -> None:
        """The near end keeps its address, and loses its routes."""
        self.on_near("link", "set", cable, "down")

    def plug_into_nothing(self) -> None:
        """The other cable is plugged in as well, and nobody answers there."""
        self.on_far("address", "flush", "dev", "other-far")
        self.on_near("link", "set", "other", "up")

    def turn_to_ipv6(self) -> None:
        """From here on the far host is `FAR_IPV6`, and the device has no IPv4."""
        self.on_far("address", "add", f"{FAR_IPV6}/128", "dev", "lo")
        self.on_far("address", "add", f"{_IPV6}:1/64", "dev", "cable-far", "nodad")
        self.on_near("address", "add", f"{_IPV6}:2/64", "dev", "cable", "nodad")
        self.on_near("route", "add", "default", "via", f"{_IPV6}:1")
        self.on_near("address", "del", f"{NEAR}/24", "dev", "cable")

    def lose_route(self) -> None:
        self.on_near("route", "del", "default")

    def readdress(self) -> None:
        """The cable has `NEAR_LATER` in place of `NEAR`, as after another lease."""
        self.on_near("address", "del", f"{NEAR}/24", "dev", "cable")
        self.on_near("address", "add", f"{NEAR_LATER}/24", "dev", "cable")
        self.plug("cable")

    def swallow(self, protocol: str, *ends: tuple[str, ...]) -> None:
        """A firewall between the two drops `tcp` or `udp` without a word.

        Both ways, or what is on its way to these `ends` (`near`, `far`). What stays on
        one host passes: a relay there reaches its neighbours.
        """
        chain = "type filter hook input priority 0;"
        rule = f'iifname != "lo" meta l4proto {protocol} drop;'
        table = f"table inet {_TABLE} {{\nchain input {{ {chain} {rule} }}\n}}\n"
        for host in ends or (self.near, self.far):
            _run(*host, "nft", "-f", "-", given=table)

    def let_pass(self) -> None:
        for host in (self.near, self.far):
            _run(*host, "nft", "delete", "table", "inet", _TABLE)

    def datagrams_sent(self) -> int:
        """How many have left the device's host over UDP so far."""
        command = (*self.near, "cat", "/proc/net/snmp")
        told = subprocess.run(command, check=True, capture_output=True, text=True)
        names, counts = (
            line.split() for line in told.stdout.splitlines() if line[:4] == "Udp:"
        )
        return int(counts[names.index("OutDatagrams")])

    def on_near(self, *words: str) -> None:
        """`ip WORDS` on the device's host."""
        _run("ip", "-n", self._names["near"], *words)

    def on_far(self, *words: str) -> None:
        _run("ip", "-n", self._names["far"], *words)


@contextmanager
def joined() -> Iterator[Hosts]:
    """Two hosts until the end of the block; skips the test where none can be made."""
    for program in ("ip", "nft"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    hosts = Hosts(f"callpoint-{os.getpid()}")
    try:
        hosts.build()
    except subprocess.CalledProcessError as error:
        hosts.remove()
        pytest.skip(f"no network of its own is allowed here: {error.stderr.strip()}")
    try:
        yield hosts
    finally:
        hosts.remove()


def _run(*command: str, given: str | None = None) -> None:
    subprocess.run(command, input=given, check=True, capture_output=True, text=True)
