"""PURE: figures out of what the bench found: medians, and ratios between peers."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PEERS = ("callpoint", "stock", "webrtcbin", "chromium", "neural")
OTHERS = slice(1, 4)
"""Those that callpoint is compared with; the last is callpoint itself."""
Found = Sequence[Mapping[str, Any]]


# When the far end itself was that late, what the peer did says nothing.
DISTURBED_MS = 10.0


@dataclass(frozen=True)
class Figure:
    """A line of the table: where its value stands in a part's rows."""

    name: str
    part: str
    field: str
    at_least: str
    aim: str
    cell: str = ""
    digits: int = 0
    worst: bool = False
    """Of callpoint, every call counts."""


@dataclass(frozen=True)
class Line:
    """What became of a figure."""

    figure: Figure
    values: tuple[float | None, ...]
    """One a peer."""

    @property
    def ratios(self) -> tuple[float | None, ...]:
        """Of callpoint's, to each of the others'."""
        ours = self.values[0]
        return tuple(
            ours / other if ours is not None and other else None
            for other in self.values[OTHERS]
        )


def is_disturbed(row: Mapping[str, Any]) -> bool:
    """Whether the machine was too busy in that call for a verdict about anybody."""
    return bool(row.get("late_ms", 0.0) >= DISTURBED_MS)


def line_of(figure: Figure, found: Mapping[str, Found]) -> Line:
    """A figure for all peers."""
    rows = [
        row
        for row in found.get(figure.part, ())
        if not is_disturbed(row) and (not figure.cell or row["cell"] == figure.cell)
    ]
    return Line(figure, tuple(_value(figure, rows, peer) for peer in PEERS))


def _value(figure: Figure, rows: Found, peer: str) -> float | None:
    values = [row[figure.field] for row in rows if row["peer"] == peer]
    known = [value for value in values if value is not None]
    if not known:
        return None
    if figure.worst and peer == PEERS[0]:
        # A call in which nothing was recognised is the worst of all.
        return max(known) if len(known) == len(values) else None
    if isinstance(known[0], list):
        # Of scores all count alike, whichever call they are of: seeds differ much.
        return float(statistics.mean(score for call in known for score in call))
    return float(statistics.median(known))


def difference(rows: Found, cell: str, peer: str) -> tuple[float, float] | None:
    """Callpoint's PESQ minus a peer's, and the standard error of that.

    Score by score: of the same sentence and seed, and thus with the same losses.
    """
    scores: dict[str, dict[tuple[int, int], float]] = {PEERS[0]: {}, peer: {}}
    for row in rows:
        counts = row["cell"] == cell and not is_disturbed(row)
        if counts and row["peer"] in scores:
            for number, score in enumerate(row["pesq"]):
                scores[row["peer"]][row["seed"], number] = score
    ours, theirs = scores[PEERS[0]], scores[peer]
    both = ours.keys() & theirs.keys()
    differences = [ours[place] - theirs[place] for place in both]
    if len(differences) < 2:
        return None
    error = statistics.stdev(differences) / len(differences) ** 0.5
    return statistics.mean(differences), error


def loads(rows: Found) -> str:
    """What else the machine did."""
    known = [row["load"] for row in rows if "load" in row]
    return f"{min(known):.1f} to {max(known):.1f}" if known else "not taken"
