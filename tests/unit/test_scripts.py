"""Scripts that change the machine, asked for help: they tell, and touch nothing.

They are run as somebody who may touch nothing.
"""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOBODY = 65534


def run(script: str, argument: str) -> "subprocess.CompletedProcess[str]":
    try:
        return subprocess.run(
            [f"scripts/{script}", argument],
            cwd=ROOT,
            user=NOBODY if os.geteuid() == 0 else None,
            extra_groups=[] if os.geteuid() == 0 else None,
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
        )
    except PermissionError:
        pytest.skip("nobody may not read this tree")


@pytest.mark.parametrize("script", ["install", "uninstall"])
@pytest.mark.parametrize("option", ["-h", "--help"])
def test_help_is_the_head_of_the_script(script: str, option: str) -> None:
    told = run(script, option)
    assert told.returncode == 0
    lines = told.stdout.splitlines()
    assert f"sudo scripts/{script}" in lines[0]
    assert len(lines) > 3
    assert not any(line.startswith(("#", "set ")) for line in lines)


@pytest.mark.parametrize("script", ["install", "uninstall"])
def test_a_word_that_is_not_known_does_nothing(script: str) -> None:
    told = run(script, "--prune")
    assert told.returncode == 1
    assert f"scripts/{script} --help" in told.stderr
