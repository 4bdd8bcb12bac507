"""Which servers are asked, after what calls have shown."""

import pytest

from callpoint.errors import LocalProtocolError
from callpoint.telnyx.paths import HOPELESS_S, Attempt, PathMemory, Plan
from callpoint.telnyx.servers import (
    DEFAULT_ICE_SERVERS,
    IceServer,
    StunServer,
    TurnServer,
)

STUN = StunServer("stun.example", 3478)
UDP = TurnServer("turn.example", 3478, "udp", False, "me", "secret")
TLS = TurnServer("turn.example", 5349, "tcp", True, "me", "secret")
SERVERS = (
    IceServer(("stun:stun.example",)),
    IceServer(("turn:turn.example", "turns:turn.example"), "me", "secret"),
)
DIRECT = Attempt("direct", 0.1)
RELAYED = Attempt("relayed", 0.3)
HOPELESS = Attempt(None, HOPELESS_S)
HOME = frozenset({"192.0.2.1 on 2", "fe80::1 on 2"})
ELSEWHERE = frozenset({"198.51.100.1 on 2"})


@pytest.fixture
def memory() -> PathMemory:
    return PathMemory(SERVERS)


def test_at_first_a_relay_is_neither_held_nor_waited_for(memory: PathMemory) -> None:
    assert memory.plan() == Plan((STUN,))


@pytest.mark.parametrize(
    "attempt",
    [HOPELESS, Attempt(None, 0.2, failed=True), RELAYED],
    ids=["nobody answered", "ICE gave up", "a relay was the only path"],
)
def test_a_network_that_needs_a_relay_gets_one_and_waits_for_it(
    memory: PathMemory, attempt: Attempt
) -> None:
    memory.learn(attempt)
    plan = memory.plan()
    assert plan.turn == (UDP, TLS)
    assert 1 <= plan.patience_s <= 2
    assert plan.in_haste().turn == (UDP, TLS)
    assert plan.in_haste().stun == ()


@pytest.mark.parametrize(
    "attempt",
    [DIRECT, Attempt(None, HOPELESS_S - 0.1), Attempt(None)],
    ids=["connected", "hung up soon", "never answered"],
)
def test_other_calls_show_no_need_of_a_relay(
    memory: PathMemory, attempt: Attempt
) -> None:
    memory.learn(attempt)
    assert memory.plan().turn == ()


def test_a_path_without_a_relay_ends_the_need_of_one(memory: PathMemory) -> None:
    memory.learn(HOPELESS)
    memory.learn(DIRECT)
    assert memory.plan() == Plan((STUN,))


def test_where_udp_is_blocked_a_relay_over_tcp_is_held_and_not_waited_for(
    memory: PathMemory,
) -> None:
    memory.stun_was_asked(answered=False)
    assert memory.plan() == Plan((STUN,), (TLS,))
    assert memory.plan().in_haste() == Plan()
    memory.stun_was_asked(answered=True)
    assert memory.plan() == Plan((STUN,))


def test_where_udp_seems_blocked_a_call_that_fails_tries_tcp_first(
    memory: PathMemory,
) -> None:
    memory.stun_was_asked(answered=False)
    memory.learn(HOPELESS)
    assert memory.plan().turn == (TLS, UDP)


def test_another_network_is_another_story(memory: PathMemory) -> None:
    memory.gateways_are(HOME)
    memory.learn(HOPELESS)
    memory.stun_was_asked(answered=False)
    memory.gateways_are(ELSEWHERE)
    assert memory.plan() == Plan((STUN,))


@pytest.mark.parametrize(
    "told",
    [
        [frozenset(), HOME],
        [frozenset({"192.0.2.1 on 2"}), HOME],
        [HOME | {"none on 7"}],
    ],
    ids=["gone and back", "IPv6 comes later", "a tunnel beside it"],
)
def test_the_same_network_is_remembered(
    memory: PathMemory, told: list[frozenset[str]]
) -> None:
    memory.gateways_are(HOME)
    memory.learn(HOPELESS)
    for gateways in told:
        memory.gateways_are(gateways)
    assert memory.plan().turn


def test_the_network_that_is_told_first_is_the_one_that_we_were_in(
    memory: PathMemory,
) -> None:
    memory.learn(HOPELESS)
    memory.gateways_are(HOME)
    assert memory.plan().turn


def test_without_servers_nobody_is_asked_or_waited_for() -> None:
    memory = PathMemory()
    memory.learn(HOPELESS)
    memory.stun_was_asked(answered=False)
    assert memory.plan() == Plan()
    assert not memory.plan().asks


def test_the_vendor_s_servers_are_understood() -> None:
    memory = PathMemory(DEFAULT_ICE_SERVERS)
    memory.learn(HOPELESS)
    plan = memory.plan()
    assert [server.host for server in plan.stun] == [
        "stun.telnyx.com",
        "stun.l.google.com",
    ]
    assert [(server.transport, server.tls, server.port) for server in plan.turn] == [
        ("udp", False, 3478),
        ("tcp", False, 3478),
        ("tcp", True, 443),
        ("tcp", True, 443),
    ]


def test_a_wrong_server_is_told_at_once() -> None:
    with pytest.raises(LocalProtocolError, match="no STUN or TURN server"):
        PathMemory([IceServer(("http://stun.example",))])


def test_where_even_a_relay_was_no_path_tcp_comes_first_until_the_network_changes(
    memory: PathMemory,
) -> None:
    memory.gateways_are(HOME)
    memory.learn(HOPELESS)
    assert memory.plan().turn == (UDP, TLS)
    memory.learn(HOPELESS)
    assert memory.plan().turn == (TLS, UDP)
    # A STUN server that answers shows that its own port is open, and no other.
    memory.stun_was_asked(answered=True)
    memory.learn(RELAYED)
    assert memory.plan().turn == (TLS, UDP)
    memory.gateways_are(ELSEWHERE)
    assert memory.plan() == Plan((STUN,))


def test_a_call_that_is_not_heard_any_more_moves_with_a_relay(
    memory: PathMemory,
) -> None:
    memory.path_died()
    assert memory.plan().in_haste().turn == (UDP, TLS)
    # It moved, and had no need of it.
    memory.learn(DIRECT)
    assert memory.plan() == Plan((STUN,))


def test_a_call_that_goes_through_a_relay_moves_through_one(memory: PathMemory) -> None:
    memory.stun_was_asked(answered=False)
    assert memory.plan().in_haste().turn == ()
    assert memory.plan(relay=True).in_haste().turn == (TLS, UDP)
