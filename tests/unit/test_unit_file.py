"""The systemd unit: what it promises, and what systemd makes of it."""

import shutil
import subprocess
import sys
from configparser import RawConfigParser
from pathlib import Path

import pytest

from callpoint.errors import EXIT_CONFIG

PROGRAM = "/opt/callpoint/bin/callpoint"


@pytest.fixture
def unit_file(project: Path) -> Path:
    return project / "systemd" / "callpoint.service"


@pytest.fixture
def service(unit_file: Path) -> dict[str, str]:
    unit = RawConfigParser()
    unit.read(unit_file)
    return {**unit["Unit"], **unit["Service"]}


def test_a_wrong_configuration_is_the_only_failure_that_is_final(
    service: dict[str, str],
) -> None:
    assert service["restart"] == "always"
    assert service["startlimitintervalsec"] == "0"
    assert service["restartpreventexitstatus"] == str(EXIT_CONFIG)


def test_systemd_waits_for_ready_and_not_for_the_network(
    service: dict[str, str],
) -> None:
    assert service["type"] == "notify"
    assert "after" not in service


def test_lgpio_may_write_where_it_works(service: dict[str, str]) -> None:
    assert service["workingdirectory"] == f"%t/{service['runtimedirectory']}"


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze")
def test_systemd_understands_every_line(unit_file: Path, tmp_path: Path) -> None:
    # systemd wants to see the program, which is installed elsewhere here.
    copy = tmp_path / unit_file.name
    copy.write_text(unit_file.read_text().replace(PROGRAM, sys.executable))
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", copy],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
