"""A daemon whose network moves; to be run in a network of its own, by `unshare`."""

import fcntl
import socket
import struct
import sys
from pathlib import Path

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until

SIOCSIFFLAGS, SIOCSIFADDR = 0x8914, 0x8916
IFF_UP = 0x1


def bring_up() -> None:
    _ask(SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", IFF_UP))


def move(link: str, address: str) -> None:
    """Give a link an address in place of the one it had."""
    packed = socket.inet_aton(address)
    name = struct.pack("16s", link.encode())
    _ask(SIOCSIFADDR, name + struct.pack("=HH4s8x", socket.AF_INET, 0, packed))


def _ask(number: int, request: bytes) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, number, request)


def main(folder: Path) -> None:
    bring_up()
    with (
        ended(FarEnd(folder)) as far,
        ended(Daemon(folder, configuration(far.url))) as daemon,
    ):
        daemon.ready()
        wait_until(lambda: _hosts(daemon) == 1)
        move("lo:1", "192.0.2.7")
        wait_until(lambda: _hosts(daemon) == 2)
        daemon.press()
        daemon.wait(event="call", state="active")


def _hosts(daemon: Daemon) -> int:
    warm = daemon.status()["warm"]
    return int(warm["candidates"]["host"]) if warm else 0


if __name__ == "__main__":
    main(Path(sys.argv[1]))
