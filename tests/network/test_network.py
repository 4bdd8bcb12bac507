"""Whatever becomes of the cable, the line comes back and the call goes on."""

from pathlib import Path

import pytest

from tests.network import scenes
from tests.network.scenes import in_call
from tests.network_namespaces import joined

CABLE_OUT_S = 3.0


def test_a_call_outlives_a_cable_that_is_pulled_for_a_moment(tmp_path: Path) -> None:
    with joined() as hosts:
        seen = in_call(tmp_path, hosts, scenes.cable_pulled)
    assert max(seen.up_s, seen.down_s) < CABLE_OUT_S + 1
    assert (seen.calls, seen.logins) == (1, 1)


@pytest.mark.parametrize("fault", [scenes.another_address, scenes.another_cable])
def test_a_call_follows_the_device_to_another_address(
    tmp_path: Path, fault: scenes.Fault
) -> None:
    with joined() as hosts:
        seen = in_call(tmp_path, hosts, fault)
    assert max(seen.up_s, seen.down_s) < 4
    assert seen.calls == 1


def test_a_press_does_not_wait_for_the_socket_of_a_pulled_cable(tmp_path: Path) -> None:
    with joined() as hosts:
        seen = scenes.idle(tmp_path, hosts, scenes.another_cable)
    assert seen.answered_s < 4.5


def test_a_route_that_flaps_makes_no_storm(tmp_path: Path) -> None:
    with joined() as hosts:
        seen = scenes.idle(tmp_path, hosts, scenes.route_flaps)
    assert seen.answered_s < 3
    assert seen.logins <= 3
