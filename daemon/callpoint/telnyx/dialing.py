"""From a name to a TCP connection, step by step, each with its own limit and words.

Every try asks the name servers anew: a server that moved is found where it is.
"""

import asyncio
import errno
import os
import socket
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, zip_longest
from typing import Any, Final

from callpoint.errors import NetworkError
from callpoint.telnyx import obstacles

STAGGER_S: Final = 0.25
"""RFC 8305: so long an address has a head start on the next one."""


@dataclass(frozen=True)
class Address:
    """One that a name leads to: arguments for `socket`, and for its `connect`."""

    family: int
    kind: int
    protocol: int
    where: tuple[Any, ...]

    @property
    def host(self) -> str:
        return str(self.where[0])


LookUp = Callable[[str, int], Awaitable[list[Address]]]


async def look_up(host: str, port: int) -> list[Address]:
    """All addresses of a name; OSError when there are none.

    The resolver may keep its thread for half a minute. The event loop would wait for
    one of its own at the end of the program; for this one nobody does.
    """
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Address]] = loop.create_future()

    def ask() -> None:
        found: list[Address] | OSError
        try:
            told = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found = [
                Address(family, kind, protocol, where)
                for family, kind, protocol, _, where in told
            ]
        except OSError as error:
            found = error
        except UnicodeError:
            found = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        # A loop that is closed no longer wants to know.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, answer, found)

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    return await answer


def _settle(
    answer: "asyncio.Future[list[Address]]", found: list[Address] | OSError
) -> None:
    if answer.done():
        return
    if isinstance(found, OSError):
        answer.set_exception(found)
    else:
        answer.set_result(found)


async def dial(
    host: str, port: int, limit_s: float, look_up: LookUp = look_up
) -> socket.socket:
    """A connected socket: the first address to accept, of IPv6 and IPv4.

    Looking up and connecting may take `limit_s` each. Raises NetworkError, which tells
    the step that failed.
    """
    addresses = await _found(host, port, limit_s, look_up)
    try:
        async with asyncio.timeout(limit_s):
            return await _first_to_accept(addresses)
    except TimeoutError as error:
        raise obstacles.no_connection(
            host,
            f"{host} accepts no connection within {limit_s:g} s",
            f"check that a firewall lets TCP port {port} out",
            (each.host for each in addresses),
        ) from error
    except OSError as error:
        raise obstacles.no_connection(
            host,
            f"{host}:{port} cannot be reached: {reason(error)}",
            "check the network and [server] signaling_server",
            (each.host for each in addresses),
        ) from error


async def _found(
    host: str, port: int, limit_s: float, look_up: LookUp
) -> list[Address]:
    try:
        async with asyncio.timeout(limit_s):
            return await look_up(host, port)
    except TimeoutError as error:
        raise NetworkError(
            f"the name {host} is not resolved within {limit_s:g} s",
            "check the network and its name server (resolvectl status)",
        ) from error
    except socket.gaierror as error:
        is_offline = error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL)
        raise NetworkError(
            f"the name {host} cannot be resolved: no name server answers"
            if is_offline
            else f"the name {host} is not known: {error.strerror}",
            "check the network and its name server (resolvectl status)"
            if is_offline
            else "check [server] signaling_server and region",
        ) from error
    except OSError as error:
        raise NetworkError(
            f"the name {host} cannot be resolved: {reason(error)}", "check the network"
        ) from error


def is_ours(address: str) -> bool:
    """Whether this machine has this address (yet, or still)."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as any_socket:
        try:
            any_socket.bind((address, 0))
        except OSError as error:
            return error.errno != errno.EADDRNOTAVAIL
    return True


def way_out(host: str, port: int) -> str | None:
    """The address from which this machine would reach an address; None without a route.

    Nothing is sent.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as any_socket:
        try:
            any_socket.connect((host, port))
        except OSError:
            return None
        return str(any_socket.getsockname()[0])


def reason(error: OSError) -> str:
    """asyncio's own words for a refused connection repeat the address, as a tuple."""
    number = error.errno
    return os.strerror(number) if number and number > 0 else str(error)


async def _first_to_accept(addresses: Sequence[Address]) -> socket.socket:
    """The next address is tried when one fails, or has had its head start."""
    waiting = deque(_mixed(addresses))
    trying: set[asyncio.Task[socket.socket]] = set()
    failures: list[BaseException] = []
    try:
        while waiting or trying:
            if waiting:
                trying.add(asyncio.create_task(_connect(waiting.popleft())))
            done, trying = await asyncio.wait(
                trying,
                timeout=STAGGER_S if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            # Of two that came at once, one is let go as if it came later.
            for task in done:
                if (failure := task.exception()) is not None:
                    failures.append(failure)
            if accepted := [task for task in done if task.exception() is None]:
                trying |= set(accepted[1:])
                return accepted[0].result()
    finally:
        await _let_go(trying)
    raise failures[0]


async def _connect(address: Address) -> socket.socket:
    connection = socket.socket(address.family, address.kind, address.protocol)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, address.where)
    except BaseException:
        connection.close()
        raise
    return connection


async def _let_go(tasks: set["asyncio.Task[socket.socket]"]) -> None:
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, socket.socket):
            outcome.close()


def _mixed(addresses: Sequence[Address]) -> list[Address]:
    """In their order, but the families in turn: one that is dead costs a head start."""
    first = [each for each in addresses if each.family == addresses[0].family]
    others = [each for each in addresses if each.family != addresses[0].family]
    pairs = chain.from_iterable(zip_longest(first, others))
    return [each for each in pairs if each is not None]
