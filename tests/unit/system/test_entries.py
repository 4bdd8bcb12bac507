"""The kinds of entries, and the catalog that explains each of them."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from callpoint.system.entries import Entry, fields_of

PARAGRAPH = re.compile(
    r"^-- (?P<id>[0-9a-f]{32})\nSubject: (?P<subject>.+)\n"
    r"Defined-By: callpoint\n\n(?P<text>(?:(?!-- ).*\n)+)",
    re.MULTILINE,
)


@pytest.fixture
def catalog(project: Path) -> Path:
    return project / "systemd" / "catalog" / "callpoint.catalog"


def test_fields_are_named_by_us_or_as_the_vendor_names_them() -> None:
    fields = Entry.CALL_ENDED.fields(call_id="6ff2", telnyx_leg_id="l", by=None)
    assert fields == {
        "MESSAGE_ID": Entry.CALL_ENDED.value,
        "CALLPOINT_EVENT": "call_ended",
        "CALLPOINT_CALL_ID": "6ff2",
        "TELNYX_LEG_ID": "l",
    }


def test_of_all_that_a_line_of_the_log_has_only_the_fields_are_taken() -> None:
    line = {"name": "x", "PATH": "/", "CALLPOINT_MOS": 4.2, "MESSAGE_ID": "1"}
    assert fields_of(line) == {"CALLPOINT_MOS": "4.2", "MESSAGE_ID": "1"}


def test_no_number_means_two_things() -> None:
    assert len({entry.value for entry in Entry}) == len(list(Entry))


def test_the_catalog_explains_every_kind_and_no_other(catalog: Path) -> None:
    explained = [found["id"] for found in PARAGRAPH.finditer(catalog.read_text())]
    assert explained == [entry.value for entry in Entry]


def test_journalctl_takes_the_catalog(catalog: Path, tmp_path: Path) -> None:
    if shutil.which("journalctl") is None:
        pytest.skip("no journalctl")
    folder = tmp_path / "usr/lib/systemd/catalog"
    folder.mkdir(parents=True)
    (tmp_path / "var/lib/systemd/catalog").mkdir(parents=True)
    shutil.copy(catalog, folder)
    root = f"--root={tmp_path}"
    for command in (["--update-catalog"], ["--dump-catalog", Entry.HANGING.value]):
        told = subprocess.run(
            ["journalctl", root, *command], capture_output=True, text=True, check=True
        )
        assert told.stderr == ""
    assert "Subject: A part of callpoint hangs" in told.stdout
