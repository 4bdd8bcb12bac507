"""Draws what loss does to quality, and what a link does to delay, for each peer."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Sheet

from tests.bench.results import PEERS, Figure, Found, line_of

LOSSES = {"jitter": 0, "loss1": 1, "loss5": 5, "loss10": 10}
WITH_FEC = {"jitter": 0, "loss5-fec": 5, "loss10-fec": 10}
CELLS = ("clean", "jitter", "loss5", "loss10", "loss5-fec", "loss10-fec")
COLOURS = dict(
    zip(PEERS, ("#c2185b", "#9e9e9e", "#1976d2", "#f9a825", "#7b1fa2"), strict=True)
)
Values = Sequence[float | None]


def draw(quality: Found, path: Path) -> None:
    """Two pictures side by side, in one SVG file."""
    # Text stays text, and the same figures give the same file.
    mpl.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "bench"})
    sheet = Sheet(figsize=(10, 4), layout="constrained")
    left, right = sheet.subplots(1, 2)
    _draw_quality(left, quality)
    _draw_delay(right, quality)
    sheet.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=5)
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.savefig(path, metadata={"Date": None})


def _draw_quality(axes: Axes, quality: Found) -> None:
    for peer in PEERS:
        for cells, style in ((LOSSES, "-"), (WITH_FEC, "--")):
            points = [
                (loss, score)
                for cell, loss in cells.items()
                if (score := _value(quality, cell, "pesq", peer)) is not None
            ]
            label = peer if style == "-" else None
            x, y = zip(*points, strict=True) if points else ((), ())
            axes.plot(x, y, style, marker="o", color=COLOURS[peer], label=label)
    axes.set(xlabel="loss, %", ylabel="PESQ", ylim=(1, 4.5))
    axes.set_title("0 to 40 ms jitter; dashed: the sender has FEC", fontsize=10)
    axes.grid(alpha=0.3)


def _draw_delay(axes: Axes, quality: Found) -> None:
    width = 0.8 / len(PEERS)
    known = [c for c in CELLS if any(row["cell"] == c for row in quality)]
    for number, peer in enumerate(PEERS):
        delays = [_value(quality, cell, "delay_ms", peer) or 0.0 for cell in known]
        places = [place + number * width for place in range(len(known))]
        axes.bar(places, delays, width, color=COLOURS[peer])
    middles = [place + 2 * width for place in range(len(known))]
    axes.set_xticks(middles, known, rotation=20)
    axes.set_ylabel("ms")
    axes.set_title("delay of speech, far end to speaker", fontsize=10)


def _value(quality: Found, cell: str, field: str, peer: str) -> float | None:
    figure = Figure("", "quality", field, "", "", cell=cell)
    return line_of(figure, {"quality": quality}).values[PEERS.index(peer)]
