"""A file in the runtime directory: ours alone, whole, and written when it changes."""

import os
from pathlib import Path

import pytest

from callpoint.system.runtime_file import RuntimeFile, boot_id, runtime_directory

LONGEST = 100


@pytest.fixture
def file(tmp_path: Path) -> RuntimeFile:
    return RuntimeFile(tmp_path, "a.json")


def test_what_was_written_is_read_by_the_next_life(
    tmp_path: Path, file: RuntimeFile
) -> None:
    file.write("one")
    file.write("two")
    assert RuntimeFile(tmp_path, "a.json").read(LONGEST) == "two"
    assert (tmp_path / "a.json").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "a.json"]


def test_nothing_is_written_when_nothing_changed(
    tmp_path: Path, file: RuntimeFile
) -> None:
    file.write("one")
    before = (tmp_path / "a.json").stat()
    file.write("one")
    assert (tmp_path / "a.json").stat() == before


def test_nothing_is_left_of_what_was_erased(tmp_path: Path, file: RuntimeFile) -> None:
    file.write("one")
    file.erase()
    file.erase()
    assert list(tmp_path.iterdir()) == []
    file.write("one")
    assert file.read(LONGEST) == "one"


def test_without_a_folder_nothing_happens() -> None:
    file = RuntimeFile(None, "a.json")
    file.write("one")
    assert file.read(LONGEST) is None
    file.erase()


def test_a_folder_that_is_gone_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = RuntimeFile(tmp_path / "gone", "a.json")
    file.write("one")
    file.write("two")
    assert file.read(LONGEST) is None
    assert len(caplog.records) == 1


def test_what_a_crash_left_half_written_is_in_nobodys_way(
    tmp_path: Path, file: RuntimeFile
) -> None:
    (tmp_path / "a.json.new").write_text("half")
    file.write("one")
    assert file.read(LONGEST) == "one"
    assert list(tmp_path.iterdir()) == [tmp_path / "a.json"]


def test_what_anybody_may_have_put_there_is_not_read(
    tmp_path: Path, file: RuntimeFile, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.json"
    path.write_text("evil")
    path.chmod(0o666)
    assert file.read(LONGEST) is None
    path.chmod(0o600)
    path.write_text("x" * (LONGEST + 1))
    assert file.read(LONGEST) is None
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert file.read(LONGEST) is None
    path.unlink()
    path.mkdir()
    assert file.read(LONGEST) is None
    path.rmdir()
    os.mkfifo(path)
    assert file.read(LONGEST) is None
    assert len(caplog.records) == 5


def test_systemd_names_the_folder() -> None:
    names = {"RUNTIME_DIRECTORY": "/run/callpoint:/run/other"}
    assert runtime_directory(names) == Path("/run/callpoint")
    assert runtime_directory({}) is None
    assert boot_id() == boot_id()
