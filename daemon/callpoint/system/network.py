"""Watches links, addresses and routes through a netlink socket, at no cost at rest.

What the kernel tells of a change is taken as a sign only: what holds is read anew, and
compared. Router advertisements renew the same addresses every few minutes.
"""

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Iterator
from typing import Final

from callpoint.system import netlink

# RTMGRP_LINK, then RTMGRP_IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR and _IPV6_ROUTE.
_GROUPS: Final = 0x01 | 0x10 | 0x40 | 0x100 | 0x400
_DATAGRAM_BYTES: Final = 65_536
_ANSWER_S: Final = 1.0

log = logging.getLogger(__name__)


def look() -> netlink.Network:
    """The addresses and default routes of this moment; OSError when they are hidden."""
    kinds = (netlink.GET_LINKS, netlink.GET_ADDRESSES, netlink.GET_ROUTES)
    return netlink.network(message for kind in kinds for message in _dump(kind))


def _dump(kind: int) -> Iterator[netlink.Message]:
    """The kernel answers within the call: this does not wait."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as kernel:
        kernel.settimeout(_ANSWER_S)
        kernel.send(netlink.dump(kind))
        while True:
            for message in netlink.messages(kernel.recv(_DATAGRAM_BYTES)):
                if message.is_last:
                    return
                yield message


class NetworkWatch:
    """Tells `changed` the gateways, now and at every change of them or of an address.

    A socket that cannot be had is logged: changes are noticed by what they break then.
    """

    def __init__(self, changed: Callable[[frozenset[str]], None]) -> None:
        self._changed = changed
        self._known = netlink.Network()
        self._socket: socket.socket | None = None

    def start(self) -> None:
        """Watch from now on, on the running event loop."""
        try:
            self._socket = socket.socket(
                socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_NONBLOCK, 0
            )
            self._socket.bind((0, _GROUPS))
            self._compare()
        except OSError as error:
            log.warning("changes of the network are not watched: %s", error)
            self.close()
        else:
            asyncio.get_running_loop().add_reader(self._socket, self._read)

    def close(self) -> None:
        if self._socket is not None:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._socket = None

    def _read(self) -> None:
        try:
            self._drain()
            self._compare()
        except OSError as error:
            log.warning("changes of the network are no longer watched: %s", error)
            self.close()

    def _drain(self) -> None:
        """What was said is of no interest, nor that some of it was lost (ENOBUFS)."""
        while self._socket is not None:
            try:
                self._socket.recv(_DATAGRAM_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise

    def _compare(self) -> None:
        known, self._known = self._known, look()
        if known != self._known:
            log.debug("the network is %s", self._known)
            self._changed(self._known.gateways)
