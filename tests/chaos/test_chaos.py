"""One short run of chaos; `scripts/test-chaos` has the long ones."""

from pathlib import Path

import pytest

from tests.chaos.world import run

SEED = 20261125
FAULTS_S = 10.0


@pytest.mark.alone
async def test_what_a_call_point_promises_holds_in_chaos(tmp_path: Path) -> None:
    report = await run(SEED, FAULTS_S, tmp_path)
    assert report.phases > 0
    assert not report.broken, report.line()
