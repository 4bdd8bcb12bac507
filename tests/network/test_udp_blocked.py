"""Where UDP is blocked, calls go through TURN over TCP, and the second one at once."""

from pathlib import Path

from tests.network import blocked
from tests.network.blocked import called, hang_up
from tests.network.scenes import staged
from tests.network_namespaces import joined


def test_a_call_without_a_path_is_set_up_again_and_the_next_one_at_once(
    tmp_path: Path,
) -> None:
    with joined() as hosts, blocked.relay(hosts) as servers:
        hosts.swallow("udp")
        with staged(tmp_path, hosts, ice_servers=servers) as (stage, _):
            first = called(stage)
            hang_up(stage)
            second = called(stage)
    assert 3 < first.answered_s < 6
    assert first.calls == 2
    assert second.answered_s < 1.5
    assert second.calls == 3


def test_an_interface_without_internet_costs_no_time(tmp_path: Path) -> None:
    with joined() as hosts:
        seen = blocked.first_call(tmp_path, hosts, blocked.beside_nothing)
    assert seen.answered_s < 2
    assert seen.calls == 1


def test_a_network_of_ipv6_alone_is_as_good_as_any(tmp_path: Path) -> None:
    with joined() as hosts:
        seen = blocked.ipv6_call(tmp_path, hosts, blocked.ipv6_alone)
    assert seen.answered_s < 2
    assert seen.calls == 1
