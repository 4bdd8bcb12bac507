"""Writes the bench's table and picture into the documentation."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.picture import draw
from tests.bench.results import (
    OTHERS,
    PEERS,
    Figure,
    Found,
    Line,
    difference,
    is_disturbed,
    line_of,
    loads,
)

PAGE = Path("docs/performance.md")
PICTURE = Path("docs/images/bench.svg")
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
BETTER = "the better of both"
FIGURES = (
    Figure("CPU-seconds per minute of call", "cost", "cpu_s_per_minute",
           "0.70 / 1.1 / 0.50", "0.55 / 0.9 / 0.40", digits=2),
    Figure("proportional set, MB", "cost", "pss_mb", "- / - / 0.20", "- / - / 0.15"),
    Figure("resident set, MB", "cost", "rss_mb", "85 MB", "72 MB"),
    Figure("microphone to far end, ms", "delay", "microphone_ms",
           "- / - / 0.85", "- / - / 0.70"),
    Figure("far end to speaker, ms", "delay", "speaker_ms", "", ""),
    Figure("far end to speaker, callpoint's worst call, ms", "delay", "speaker_ms",
           "- / - / 1.0", "- / - / 0.75", worst=True),
    Figure("press to invite, ms", "delay", "invite_ms", "", ""),
    Figure("press to first RTP, ms", "delay", "first_rtp_ms", "", ""),
    Figure("PESQ, no loss, no jitter", "quality", "pesq", "3.9", "3.98",
           cell="clean", digits=2),
    Figure("PESQ, 0 to 40 ms jitter", "quality", "pesq", "3.9", "3.98",
           cell="jitter", digits=2),
    Figure("PESQ, the same and 1 % loss", "quality", "pesq", BETTER, "3.3",
           cell="loss1", digits=2),
    Figure("PESQ, the same and 5 % loss", "quality", "pesq", BETTER, "2.2",
           cell="loss5", digits=2),
    Figure("PESQ, the same and 10 % loss", "quality", "pesq", BETTER, "1.6",
           cell="loss10", digits=2),
    Figure("PESQ, 5 % loss in bursts of 3", "quality", "pesq", "", "",
           cell="burst5", digits=2),
    Figure("PESQ, 5 % loss, sender with FEC", "quality", "pesq", BETTER, "3.3",
           cell="loss5-fec", digits=2),
    Figure("PESQ, 10 % loss, sender with FEC", "quality", "pesq", BETTER, "2.8",
           cell="loss10-fec", digits=2),
    Figure("delay of speech, 0 to 40 ms jitter, ms", "quality", "delay_ms",
           "- / - / 1.2", "- / - / 1.0", cell="jitter"),
    Figure("delay of speech, the same and 5 % loss, ms", "quality", "delay_ms",
           "", "", cell="loss5"),
    Figure("delay 60 s after one lost packet, minus before, ms", "faults", "drift_ms",
           "under 5 ms", "0", cell="after-loss"),
    Figure("delay 30 s after a 500 ms stall, minus before, ms", "faults", "drift_ms",
           "under 20 ms", "0", cell="after-stall"),
    Figure("delay after 1 min with a clock 200 ppm off, minus before, ms", "faults",
           "drift_ms", "under 20 ms", "", cell="clock"),
)  # fmt: skip
HEAD = (
    "| figure | ÷ stock | ÷ webrtcbin | ÷ Chromium | callpoint | stock aiortc"
    " | webrtcbin | Chromium | callpoint, libopus 1.5.2 | at least | aim | part |"
)
OWN_HEAD = "| callpoint alone | | at least | aim | part |\n|---|---|---|---|---|"
# At least, and the aim, by the beginning of the name.
OWN_WISHES = {
    "words lost": "0 | 0",
    "press to invite": "20 ms | 10 ms",
    "CPU per idle": "0.3 s | 0.1 s",
    "memory growth": "under 2 MB | 0",
    "clicks": "0 | 0",
    "level in": "20 ms | ",
    "bytes on the wire": "reported | ",
    "packets on the wire": "reported | ",
}


def write_page(folder: Path) -> None:
    """From the last results of each part."""
    parts = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    found: dict[str, Found] = {name: part["rows"] for name, part in parts.items()}
    commands = {name: part["commands"] for name, part in parts.items()}
    draw(found.get("quality", ()), PICTURE)
    before, _, rest = PAGE.read_text().partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{section(found, commands)}\n{END}{after}")


def section(found: Mapping[str, Found], commands: Mapping[str, Sequence[str]]) -> str:
    """All between the markers."""
    lines = [line_of(figure, found) for figure in FIGURES]
    known = [line for line in lines if any(v is not None for v in line.values)]
    parts = [HEAD + "\n" + "|---" * 12 + "|\n" + "\n".join(map(_row, known))]
    if differences := _differences(found.get("quality", ())):
        parts.append(differences)
    if own := found.get("own"):
        parts.append(OWN_HEAD + "\n" + "\n".join(_own(row) for row in own))
    parts.append("Which command shows a part, and the load average meanwhile:")
    parts.append(
        "\n".join(
            f"* {part}: {_told(commands[part])}; load {loads(rows)}{_disturbed(rows)}"
            for part, rows in sorted(found.items())
        )
    )
    return "\n\n".join(parts)


def _told(commands: Sequence[str]) -> str:
    """Each command once, and how often it was given."""
    counted = Counter(commands).items()
    return ", ".join(f"`{c}`" + (f" {n} times" if n > 1 else "") for c, n in counted)


def _differences(rows: Found) -> str:
    """Whether the better of two is better, or luck."""
    lines = []
    for figure in FIGURES:
        if figure.at_least != BETTER:
            continue
        known = [(peer, difference(rows, figure.cell, peer)) for peer in PEERS[OTHERS]]
        cells = [f"{d[0]:+.2f} ± {d[1]:.2f}" if d else "" for _, d in known]
        if any(cells):
            lines.append(f"| {figure.name} | {' | '.join(cells)} |")
    if not lines:
        return ""
    head = (
        "| callpoint's score minus | stock | webrtcbin | Chromium |\n|---|---|---|---|"
    )
    return head + "\n" + "\n".join(lines)


def _disturbed(rows: Found) -> str:
    """How many calls do not count, because the far end itself was late."""
    late = sum(map(is_disturbed, rows))
    return (
        f"; left out: {late} of {len(rows)} calls, the far end was late" if late else ""
    )


def _row(line: Line) -> str:
    figure = line.figure
    # A difference of delays has no ratio.
    compares = figure.part != "faults"
    ratios = [_number(r, 2) if compares else "" for r in line.ratios]
    values = [_number(value, figure.digits) for value in line.values]
    wanted = (figure.at_least, figure.aim, figure.part)
    return f"| {' | '.join((figure.name, *ratios, *values, *wanted))} |"


def _own(row: Mapping[str, object]) -> str:
    name = str(row["name"])
    wishes = [wish for begin, wish in OWN_WISHES.items() if name.startswith(begin)]
    digits = 0 if row["value"] == round(float(str(row["value"]))) else 2
    value = f"{row['value']:,.{digits}f} {row['unit']}".rstrip()
    wanted = wishes[0] if wishes else "| "
    return f"| {name} | {value} | {wanted} | own, load {row['load']:.1f} |"


def _number(value: float | None, digits: int) -> str:
    # Not -0.
    return "" if value is None else f"{round(value, digits) + 0.0:.{digits}f}"
