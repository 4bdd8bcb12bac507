"""The configuration that the daemon keeps for a day when none is good."""

import json
import tempfile
from pathlib import Path

from callpoint.config.last_good import keep, recall

TEMPORARY = tempfile.TemporaryDirectory(prefix="fuzz-last-good-")
FOLDER = Path(TEMPORARY.name)
TABLE = {"assistant": {"target_id": "assistant-1"}, "button": {"pin": 17}}

keep(FOLDER, TABLE)
(FILE,) = FOLDER.iterdir()

SEEDS = [
    FILE.read_bytes(),
    b"[]",
    json.dumps({**TABLE, "led": {"pin": 27}, "audio": {"capture": "x"}}).encode(),
]


def survives(received: bytes) -> None:
    """A configuration, or none."""
    FILE.write_bytes(received)
    recall(FOLDER)
