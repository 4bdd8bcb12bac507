"""Datagrams of rtnetlink."""

from ipaddress import ip_address
from itertools import islice
from struct import pack

from callpoint.system.netlink import GET_ADDRESSES, dump, messages, network

_ADDRESS = pack("=BBBBI", 2, 24, 0x80, 0, 2) + pack("=HH4s", 8, 2, b"\xc0\0\2\1")
_ROUTE = pack("=BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0) + pack(
    "=HH4sHHI", 8, 5, b"\xc0\0\2\xfe", 8, 4, 2
)

SEEDS = [
    dump(GET_ADDRESSES),
    pack("=IHHII", 16 + len(_ADDRESS), 20, 2, 1, 0) + _ADDRESS,
    pack("=IHHII", 16 + len(_ROUTE), 24, 2, 1, 0) + _ROUTE,
    pack("=IHHIIi", 20, 3, 2, 1, 0, 0),
]


def survives(received: bytes) -> None:
    """Nothing raises, and every address is one."""
    told = list(islice(messages(received), 10_000))
    assert len(told) < 10_000
    for address in network(told).addresses:
        ip_address(address)
