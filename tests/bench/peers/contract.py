"""What every peer of the bench speaks: commands on stdin, events on stdout.

`press` places a call with the microphone open, `hangup` ends it, `quit` or the end of
stdin ends the program. Events are JSON objects, one a line: `ready` (its `pid` is the
root of the tree whose cost counts), `invite`, `connected`, `ended`, `failed`. Their
`monotonic_s` is CLOCK_MONOTONIC at the cause.
"""

import argparse
import asyncio
import json
import os
import signal
import sys
import time
from typing import Protocol


class Peer(Protocol):
    """A client that can hold one call at a time."""

    async def press(self) -> None: ...

    async def hang_up(self) -> None: ...

    async def close(self) -> None:
        """End a call that goes on, and give everything back."""


def arguments(name: str) -> argparse.ArgumentParser:
    """The options that every peer has."""
    parser = argparse.ArgumentParser(f"python -m tests.bench.peers.{name}")
    parser.add_argument("--url", required=True, help="the simulator's, ws://...")
    parser.add_argument("--microphone", required=True, help="a PCM of ALSA's")
    parser.add_argument("--speaker", required=True, help="a PCM of ALSA's")
    return parser


def tell(event: str, at_s: float | None = None, **fields: object) -> None:
    """Something happened, now unless told."""
    monotonic_s = time.monotonic() if at_s is None else at_s
    print(json.dumps({"event": event, "monotonic_s": monotonic_s, **fields}))
    sys.stdout.flush()


async def obey(peer: Peer, pid: int | None = None) -> None:
    """Do what stdin says until it ends, or a signal comes; no call is left behind."""
    commands = await _commands()
    tell("ready", pid=pid or os.getpid())
    while (command := await commands.get()) != "quit":
        if command == "press":
            await peer.press()
        elif command == "hangup":
            await peer.hang_up()
        elif command:
            tell("failed", why=f"{command} is no command: press, hangup or quit")
    await peer.close()


async def _commands() -> "asyncio.Queue[str]":
    loop = asyncio.get_running_loop()
    commands: asyncio.Queue[str] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, commands.put_nowait, "quit")
    pending = b""

    def read() -> None:
        nonlocal pending
        piece = os.read(sys.stdin.fileno(), 4096)
        *lines, pending = (pending + piece).split(b"\n")
        for line in lines:
            commands.put_nowait(line.decode().strip())
        if not piece:
            loop.remove_reader(sys.stdin.fileno())
            commands.put_nowait("quit")

    loop.add_reader(sys.stdin.fileno(), read)
    return commands
