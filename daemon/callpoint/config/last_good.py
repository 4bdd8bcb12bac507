"""The last configuration that passed its checks, kept for a day when none does.

It is written when it differs from what is there already, and then as a whole: a power
cut leaves the old one or the new one. Nobody but its owner reads it, for it may hold
secrets. Its templates are filled in, so that it needs nothing to be good again.
"""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from callpoint.config.schema import Config

_NAME: Final = "last-good.json"

log = logging.getLogger(__name__)


def keep(folder: Path, table: Mapping[str, Any]) -> None:
    """Keep a table that is good. A folder that refuses it is only told of."""
    path = folder / _NAME
    content = json.dumps(table, ensure_ascii=False, indent=1).encode()
    try:
        if _read(path) != content:
            _replace(path, content)
    except OSError as error:
        log.warning(
            "%s cannot be kept (%s): a wrong configuration would end the next start",
            path,
            error.strerror,
        )


def recall(folder: Path) -> Config | None:
    """What was kept; None where there is none that this version takes."""
    path = folder / _NAME
    try:
        content = _read(path)
        return None if content is None else Config.model_validate(json.loads(content))
    except ValidationError:
        log.warning("%s is of another version of callpoint", path)
    except (OSError, ValueError, RecursionError) as error:
        log.warning("%s cannot be read: %s", path, error)
    return None


def _read(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _replace(path: Path, content: bytes) -> None:
    """Write a file aside, have it on the disk, and give it its name."""
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    aside.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
