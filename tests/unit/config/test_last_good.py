import logging
import stat
from pathlib import Path
from typing import Any

import pytest

from callpoint.config import last_good
from callpoint.config.schema import Config

TABLE: dict[str, Any] = {
    "assistant": {"target_id": "a"},
    "call": {"caller_name": "Tür {1}"},
}


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    last_good.keep(tmp_path, TABLE)
    # Its braces were filled in before, and are no templates now.
    assert last_good.recall(tmp_path) == Config.model_validate(TABLE)


def test_nobody_else_reads_it_whatever_was_there(tmp_path: Path) -> None:
    (tmp_path / "last-good.new").write_text("left by a power cut")
    (tmp_path / "last-good.new").chmod(0o644)
    last_good.keep(tmp_path, TABLE)
    (kept,) = tmp_path.iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_same_is_not_written_again(tmp_path: Path) -> None:
    last_good.keep(tmp_path, TABLE)
    (kept,) = tmp_path.iterdir()
    before = kept.stat()
    last_good.keep(tmp_path, TABLE)
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )


def test_there_may_be_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert last_good.recall(tmp_path) is None
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "cannot be read"),
        (b'{"assistant": ', "cannot be read"),
        (b"\xff\xfe", "cannot be read"),
        (100_000 * b"[", "cannot be read"),
        (b'{"assistant": {"target_idd": "a"}}', "another version"),
        (b"[]", "another version"),
    ],
)
def test_one_that_is_damaged_or_of_another_version_is_told_and_none(
    tmp_path: Path, content: bytes, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    last_good.keep(tmp_path, TABLE)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(content)
    assert last_good.recall(tmp_path) is None
    assert words in caplog.text


def test_a_folder_that_is_not_there_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        last_good.keep(tmp_path / "missing", TABLE)
    assert "cannot be kept (No such file or directory)" in caplog.text
