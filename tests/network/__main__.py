"""Every scene some times, and what was noticed of it: see `scripts/test-network`."""

import statistics
import sys
import tempfile
from pathlib import Path

from tests.network import blocked, scenes
from tests.network_namespaces import joined


def main(runs: int, *words: str) -> None:
    """Print the table; how often each scene is played, and a word of those wanted."""
    print(
        f"{'seconds, median (most)':34}{'answered':>16}{'up':>16}{'down':>16}  logins"
    )
    for name, (play, fault) in (scenes.SCENES | blocked.SCENES).items():
        if not all(word in name for word in words):
            continue
        seen = []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder, joined() as hosts:
                seen.append(play(Path(folder), hosts, fault))
        columns = [
            [each.answered_s for each in seen],
            [each.up_s for each in seen],
            [each.down_s for each in seen],
        ]
        cells = [f"{statistics.median(c):.2f} ({max(c):.2f})" for c in columns]
        logins = max(each.logins for each in seen)
        print(
            f"{name:34}" + "".join(f"{cell:>16}" for cell in cells) + f"{logins:>8}",
            flush=True,
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else 3, *sys.argv[2:])
