"""A call that moves to another socket is heard without a break; see `gaps`."""

from pathlib import Path

import pytest

from tests.daemon.gaps import VARIANTS, measure


@pytest.mark.alone
@pytest.mark.parametrize("variant", VARIANTS)
def test_a_socket_that_is_lost_in_a_call_is_hardly_heard(
    tmp_path: Path, variant: str
) -> None:
    gap = measure(tmp_path, *VARIANTS[variant])
    most_ms = 100 if "attaches" in variant else 50
    assert gap.up_ms <= most_ms, gap
    assert gap.down_ms <= most_ms, gap
