"""Secrets in systemd's folder of credentials, and words where there are none."""

from pathlib import Path

import pytest

from callpoint.errors import CallpointError
from callpoint.system import credentials


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return tmp_path


def test_the_last_line_break_is_no_part_of_a_secret(folder: Path) -> None:
    (folder / "callpoint.turn").write_text(" hush \n")
    assert credentials.read("callpoint.turn") == " hush "


def test_a_missing_one_says_where_to_put_it(folder: Path) -> None:
    with pytest.raises(CallpointError, match="systemd found none of that name") as told:
        credentials.read("callpoint.turn")
    assert "/etc/credstore/callpoint.turn" in told.value.advice


def test_one_that_is_no_text_is_told_as_well(folder: Path) -> None:
    (folder / "callpoint.turn").write_bytes(b"\xff\xfe")
    with pytest.raises(CallpointError, match="it is no text"):
        credentials.read("callpoint.turn")


def test_without_systemd_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    with pytest.raises(CallpointError, match="systemd gave none") as told:
        credentials.read("callpoint.turn")
    assert "credential instead of credential_name" in told.value.advice
