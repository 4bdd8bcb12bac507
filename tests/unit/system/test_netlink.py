"""What rtnetlink says, in bytes as the kernel writes them."""

from ipaddress import ip_address
from struct import pack, unpack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callpoint.system.netlink import (
    GET_ADDRESSES,
    GET_LINKS,
    GET_ROUTES,
    Network,
    dump,
    messages,
    network,
)

LINK_STATE, ADDRESS, ROUTE, DONE, ERROR = 16, 20, 24, 3, 2
UP, RUNNING, MULTICAST = 0x01, 0x40, 0x1000
GLOBAL, LINK, HOST = 0, 253, 254
TENTATIVE, PERMANENT = 0x40, 0x80
MAIN, LOCAL = 254, 255
LOCAL_ADDRESS, PEER_ADDRESS, FLAGS, GATEWAY, OIF = 2, 1, 8, 5, 4


def message(kind: int, body: bytes) -> bytes:
    padding = bytes(-len(body) % 4)
    return pack("=IHHII", 16 + len(body), kind, 2, 1, 4711) + body + padding


def attribute(kind: int, value: bytes) -> bytes:
    return pack("=HH", 4 + len(value), kind) + value + bytes(-len(value) % 4)


def packed(address: str) -> bytes:
    return ip_address(address).packed


def address(text: str, scope: int = GLOBAL, flags: int = PERMANENT) -> bytes:
    family = 2 if "." in text else 10
    # The eight bits of the header have no room for all flags.
    body = pack("=BBBBI", family, 24, flags & 0xFF, scope, 2)
    body += attribute(PEER_ADDRESS, packed(text)) + attribute(FLAGS, pack("=I", flags))
    return message(ADDRESS, body)


def route(
    gateway: str | None, bits: int = 0, table: int = MAIN, kind: int = 1
) -> bytes:
    body = pack("=BBBBBBBBI", 2, bits, 0, 0, table, 3, 0, kind, 0)
    if gateway is not None:
        body += attribute(GATEWAY, packed(gateway))
    return message(ROUTE, body + attribute(OIF, pack("=I", 2)))


def link(flags: int) -> bytes:
    return message(LINK_STATE, pack("=BxHiII", 0, 1, 2, flags, 0))


def told(*datagrams: bytes) -> Network:
    return network(m for datagram in datagrams for m in messages(datagram))


def test_addresses_and_default_routes_are_read() -> None:
    found = told(
        address("192.0.2.7") + address("2001:db8::7"), route("192.0.2.1") + route(None)
    )
    assert found.addresses == {"192.0.2.7", "2001:db8::7"}
    assert found.gateways == {"192.0.2.1 on 2", "none on 2"}


def test_addresses_that_nobody_else_reaches_do_not_count() -> None:
    assert told(address("127.0.0.1", HOST) + address("fe80::7", LINK)) == Network()


def test_an_address_counts_once_it_can_be_used() -> None:
    assert told(address("2001:db8::7", flags=TENTATIVE)) == Network()
    temporary = 0x100 | PERMANENT
    assert told(address("2001:db8::7", flags=temporary)).addresses


def test_of_a_link_from_point_to_point_our_end_counts() -> None:
    body = pack("=BBBBI", 2, 32, PERMANENT, GLOBAL, 5)
    body += attribute(PEER_ADDRESS, packed("192.0.2.1"))
    body += attribute(LOCAL_ADDRESS, packed("192.0.2.7"))
    assert told(message(ADDRESS, body)).addresses == {"192.0.2.7"}


def test_what_a_link_without_its_cable_has_does_not_count() -> None:
    has = address("192.0.2.7") + route("192.0.2.1")
    well = told(link(UP | RUNNING | MULTICAST), has)
    assert well == told(has) != Network()
    assert told(link(UP | MULTICAST), has) == Network()
    assert told(link(MULTICAST), has) == Network()


@pytest.mark.parametrize(
    "other",
    [
        route("192.0.2.1", bits=24),
        route("192.0.2.1", table=LOCAL),
        route(None, kind=7),
    ],
    ids=["to a network", "of another table", "unreachable"],
)
def test_other_routes_do_not_count(other: bytes) -> None:
    assert told(other) == Network()


def test_the_end_of_a_dump_is_known() -> None:
    ends = [m.is_last for m in messages(address("192.0.2.7") + message(DONE, bytes(4)))]
    assert ends == [False, True]
    assert next(messages(message(ERROR, bytes(4)))).is_last


@pytest.mark.parametrize(
    ("wanted", "size"),
    [(GET_LINKS, 16), (GET_ADDRESSES, 8), (GET_ROUTES, 12)],
    ids=["struct ifinfomsg", "struct ifaddrmsg", "struct rtmsg"],
)
def test_a_request_is_what_rtnetlink_asks_for(wanted: int, size: int) -> None:
    asked = dump(wanted)
    length, kind, flags, _, _ = unpack("=IHHII", asked[:16])
    assert (length, kind, flags) == (len(asked), wanted, 0x301)
    assert asked[16:] == bytes(size)


@given(st.binary(max_size=200))
def test_nonsense_is_no_network(datagram: bytes) -> None:
    told(datagram)


@given(st.sampled_from([LINK_STATE, ADDRESS, ROUTE]), st.binary(max_size=100))
def test_nonsense_in_a_message_is_no_network(kind: int, body: bytes) -> None:
    told(message(kind, body))


@given(st.binary(max_size=100))
def test_nonsense_in_an_address_is_none(attributes: bytes) -> None:
    told(message(ADDRESS, pack("=BBBBI", 2, 24, 0, GLOBAL, 2) + attributes))
