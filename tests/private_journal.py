"""A systemd-journald of a test's own, and what it wrote."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

_SCRIPT = Path(__file__).with_suffix(".sh")
Entry = dict[str, str]


def private_journal() -> list[str]:
    """The words before a command that is to run under a journal of its own.

    The command's standard output is the journal, as `entries` reads it, when it ended.
    """
    if missing := _missing():
        pytest.skip(missing)
    return [*_namespace(), "sh", str(_SCRIPT)]


def entries(text: str) -> list[Entry]:
    """What a program sent, in order; without what the journal says of itself."""
    lines = [json.loads(line) for line in text.splitlines()]
    return [line for line in lines if line["_TRANSPORT"] != "driver"]


def _namespace() -> list[str]:
    return ["unshare", "--mount"] + ([] if os.geteuid() == 0 else ["--map-root-user"])


@cache
def _missing() -> str:
    for tool in ("unshare", "systemd-cat", "journalctl"):
        if shutil.which(tool) is None:
            return f"no {tool}"
    allowed = subprocess.run(
        [*_namespace(), "mount", "-t", "tmpfs", "tmpfs", "/run"],
        capture_output=True,
        check=False,
    )
    return "" if allowed.returncode == 0 else "no right to a mount namespace"
