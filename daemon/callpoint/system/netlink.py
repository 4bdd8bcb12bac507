"""PURE: what the kernel tells of links, addresses and routes, read from rtnetlink(7).

A link that is down keeps its addresses, and may keep its routes: they lead nowhere.
"""

import struct
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

GET_LINKS: Final = 18
GET_ADDRESSES: Final = 22
GET_ROUTES: Final = 26
_ERROR: Final = 2
_DONE: Final = 3
_LINK: Final = 16
_ADDRESS: Final = 20
_ROUTE: Final = 24

# A request for everything of a kind (NLM_F_REQUEST | NLM_F_DUMP).
_REQUEST_DUMP: Final = 0x301

_HEADER: Final = struct.Struct("=IHHII")  # length, type, flags, sequence, port
_LINK_HEADER: Final = struct.Struct("=BxHiII")  # family, type, link, flags, change
_ADDRESS_HEADER: Final = struct.Struct("=BBBBI")  # family, prefix, flags, scope, link
_ROUTE_HEADER: Final = struct.Struct("=BBBBBBBBI")
_HEADER_OF: Final = {
    GET_LINKS: _LINK_HEADER,
    GET_ADDRESSES: _ADDRESS_HEADER,
    GET_ROUTES: _ROUTE_HEADER,
}
"""Of a shorter one than its own, the kernel's log complains."""
_ATTRIBUTE: Final = struct.Struct("=HH")  # length, type
_NUMBER: Final = struct.Struct("=I")

_IFA_ADDRESS, _IFA_LOCAL, _IFA_FLAGS = 1, 2, 8
_RTA_OIF, _RTA_GATEWAY = 4, 5
_UNUSABLE: Final = 0x08 | 0x40
"""IFA_F_DADFAILED, IFA_F_TENTATIVE: no socket can be bound to such an address yet."""
_SCOPE_LINK: Final = 253
"""From here on an address is good for one link, or for this machine, alone."""
_UP_AND_RUNNING: Final = 0x01 | 0x40
"""IFF_UP, IFF_RUNNING: switched on, and the other end is there."""
_TABLE_MAIN: Final = 254
_UNICAST: Final = 1


@dataclass(frozen=True)
class Network:
    """Where this machine is in the world."""

    addresses: frozenset[str] = frozenset()
    """Those that others may reach."""
    gateways: frozenset[str] = frozenset()
    """Of the default routes, each with the number of its link."""


@dataclass(frozen=True)
class Message:
    """One message of a datagram."""

    kind: int
    body: bytes

    @property
    def is_last(self) -> bool:
        """Whether it ends a dump."""
        return self.kind in (_ERROR, _DONE)


def dump(kind: int) -> bytes:
    """The request for all links, addresses or routes, of IPv4 and IPv6."""
    # The family, 0 for all, is its first byte.
    body = bytes(_HEADER_OF[kind].size)
    length = _HEADER.size + len(body)
    return _HEADER.pack(length, kind, _REQUEST_DUMP, 1, 0) + body


def messages(datagram: bytes) -> Iterator[Message]:
    """The messages of a datagram; what is no message ends it."""
    while len(datagram) >= _HEADER.size:
        length, kind, _, _, _ = _HEADER.unpack_from(datagram)
        if not _HEADER.size <= length <= len(datagram):
            return
        yield Message(kind, datagram[_HEADER.size : length])
        datagram = datagram[_aligned(length) :]


def network(told: Iterable[Message]) -> Network:
    """What the messages of all dumps say together, that of the links first."""
    down, addresses, gateways = set(), set(), set()
    for message in told:
        if message.kind == _LINK:
            down.add(_link_that_is_down(message.body))
        elif message.kind == _ADDRESS and (address := _address(message.body, down)):
            addresses.add(address)
        elif message.kind == _ROUTE and (gateway := _gateway(message.body, down)):
            gateways.add(gateway)
    return Network(frozenset(addresses), frozenset(gateways))


def _link_that_is_down(body: bytes) -> int | None:
    if len(body) < _LINK_HEADER.size:
        return None
    _, _, link, flags, _ = _LINK_HEADER.unpack_from(body)
    return None if flags & _UP_AND_RUNNING == _UP_AND_RUNNING else link


def _address(body: bytes, down: Container[int | None]) -> str | None:
    if len(body) < _ADDRESS_HEADER.size:
        return None
    _, _, flags, scope, link = _ADDRESS_HEADER.unpack_from(body)
    attributes = _attributes(body[_ADDRESS_HEADER.size :])
    if (all_flags := attributes.get(_IFA_FLAGS)) is not None:
        flags = _number(all_flags)
    if scope >= _SCOPE_LINK or flags & _UNUSABLE or link in down:
        return None
    # On a link from point to point, the address is the other end's.
    return _written(attributes.get(_IFA_LOCAL) or attributes.get(_IFA_ADDRESS))


def _gateway(body: bytes, down: Container[int | None]) -> str | None:
    """Of a default route; a link from point to point needs none."""
    if len(body) < _ROUTE_HEADER.size:
        return None
    _, bits, _, _, table, _, _, kind, _ = _ROUTE_HEADER.unpack_from(body)
    if bits != 0 or table != _TABLE_MAIN or kind != _UNICAST:
        return None
    attributes = _attributes(body[_ROUTE_HEADER.size :])
    link = _number(attributes.get(_RTA_OIF, b""))
    if link in down:
        return None
    return f"{_written(attributes.get(_RTA_GATEWAY)) or 'none'} on {link}"


def _attributes(body: bytes) -> dict[int, bytes]:
    found = {}
    while len(body) >= _ATTRIBUTE.size:
        length, kind = _ATTRIBUTE.unpack_from(body)
        if not _ATTRIBUTE.size <= length <= len(body):
            break
        found[kind] = body[_ATTRIBUTE.size : length]
        body = body[_aligned(length) :]
    return found


def _written(packed: bytes | None) -> str | None:
    return str(ip_address(packed)) if packed and len(packed) in (4, 16) else None


def _number(packed: bytes) -> int:
    return int(_NUMBER.unpack(packed)[0]) if len(packed) == _NUMBER.size else 0


def _aligned(length: int) -> int:
    return (length + 3) & ~3
