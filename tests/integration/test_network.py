"""Changes of the network, told by a real kernel."""

import asyncio
import fcntl
import shutil
import socket
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from callpoint.system.network import NetworkWatch, look

# Runs in a network of its own, with nothing in it but `lo`, and moves that.
ELSEWHERE = """
import asyncio, socket
from callpoint.system.network import NetworkWatch, look
from tests.integration.test_network import move

async def main():
    told = asyncio.Queue()
    watch = NetworkWatch(told.put_nowait)
    watch.start()
    assert told.empty() and not look().addresses
    for address in ("192.0.2.7", "192.0.2.8"):
        move(b"lo", address)
        async with asyncio.timeout(5):
            await told.get()
        assert look().addresses == {address}
    # The kernel tells of this one before the call returns, and nobody else reaches it.
    move(b"lo:1", "127.0.0.2")
    for _ in range(5):
        await asyncio.sleep(0)
    assert told.empty()
    # Too much at once: the kernel drops some of it, and says so.
    watch._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 0)
    for number in range(100):
        move(b"lo", f"192.0.2.{number + 1}")
    async with asyncio.timeout(5):
        await told.get()
    move(b"lo", "192.0.2.7")
    async with asyncio.timeout(5):
        await told.get()
    watch.close()

asyncio.run(main())
"""


def move(link: bytes, address: str) -> None:
    """Give a link this address instead of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        name = struct.pack("16s", link)
        where = struct.pack("=HH4s8x", socket.AF_INET, 0, socket.inet_aton(address))
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sH14x", b"lo", 0x1))  # up
        fcntl.ioctl(any_socket, 0x8916, name + where)  # SIOCSIFADDR


def in_its_own_network(program: str, project: Path) -> None:
    """Run Python code where nothing but a `lo` is, and that is down."""
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    ran = subprocess.run(
        [
            *("unshare", "--user", "--map-root-user", "--net"),
            *(sys.executable, "-c", program),
        ],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        cwd=project,
    )
    if "unshare failed" in ran.stderr:
        pytest.skip(f"no network of its own is allowed here: {ran.stderr}")
    assert ran.returncode == 0, ran.stderr


def test_the_address_that_leads_out_is_seen() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        try:
            out.connect(("192.0.2.254", 9))
        except OSError:
            pytest.skip("this machine has no network")
        address = out.getsockname()[0]
    found = look()
    assert address in found.addresses
    assert "127.0.0.1" not in found.addresses


async def test_what_holds_at_the_start_is_told_once() -> None:
    told: list[frozenset[str]] = []
    watch = NetworkWatch(told.append)
    watch.start()
    await asyncio.sleep(0)
    watch.close()
    here = look()
    assert told == ([here.gateways] if here.addresses or here.gateways else [])


def test_an_address_that_comes_or_goes_is_told(project: Path) -> None:
    in_its_own_network(ELSEWHERE, project)


async def test_a_watch_that_is_closed_twice_is_closed() -> None:
    watch = NetworkWatch(lambda gateways: None)
    watch.start()
    watch.close()
    watch.close()
