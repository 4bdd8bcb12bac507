"""PURE: figures out of what the bench found: medians, and ratios between peers."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

PEERS = ("callpoint", "stock", "webrtcbin", "chromium")
Found = Sequence[Mapping[str, Any]]


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
        ours, *others = self.values
        return tuple(
            ours / other if ours is not None and other else None for other in others
        )


def line_of(figure: Figure, found: Mapping[str, Found]) -> Line:
    """A figure for all peers."""
    rows = [
        row
        for row in found.get(figure.part, ())
        if not figure.cell or row["cell"] == figure.cell
    ]
    return Line(figure, tuple(_value(figure, rows, peer) for peer in PEERS))


def _value(figure: Figure, rows: Found, peer: str) -> float | None:
    values = [_number(row[figure.field]) for row in rows if row["peer"] == peer]
    known = [value for value in values if value is not None]
    if not known:
        return None
    if figure.worst and peer == PEERS[0]:
        # A call in which nothing was recognised is the worst of all.
        return max(known) if len(known) == len(values) else None
    return statistics.median(known)


def _number(value: Any) -> float | None:
    """The scores of a call's sentences count as their mean."""
    if isinstance(value, list):
        return float(statistics.mean(value))
    return None if value is None else float(value)


def loads(rows: Found) -> str:
    """What else the machine did."""
    known = [row["load"] for row in rows if "load" in row]
    return f"{min(known):.1f} to {max(known):.1f}" if known else "not taken"
