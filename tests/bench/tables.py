"""PURE: what the bench prints: a line a call as it ends, and medians at the end."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence

from tests.bench.cost import Cost
from tests.bench.delay import Delay
from tests.bench.own import Own
from tests.bench.results import DISTURBED_MS
from tests.bench.verdicts import Verdict

Row = Verdict | Cost | Delay | Own


def line(row: Row) -> str:
    """One call, for those who wait."""
    match row:
        case Verdict():
            return _verdict(row)
        case Cost():
            return (
                f"{row.peer:10} {row.cpu_s_per_minute:6.2f} CPU-s/min"
                f"  PSS {row.pss_mb:6.1f} MB  RSS {row.rss_mb:6.1f} MB"
                f"  {row.processes} processes  load {row.load:.2f}"
            )
        case Delay():
            return (
                f"{row.peer:10} invite {row.invite_ms:6.1f} ms"
                f"  first RTP {row.first_rtp_ms:6.1f} ms"
                f"  microphone {_ms(row.microphone_ms)}  speaker {_ms(row.speaker_ms)}"
                f"  load {row.load:.2f}"
            )
        case Own():
            return f"{row.name:52} {row.value:8.2f} {row.unit:3} load {row.load:.2f}"


def _verdict(verdict: Verdict) -> str:
    scores = " ".join(f"{score:.2f}" for score in verdict.pesq)
    return (
        f"{verdict.peer:10} {verdict.cell:12} seed {verdict.seed}"
        f"  PESQ {statistics.mean(verdict.pesq):.2f} ({scores})"
        f"  codec {statistics.mean(verdict.codec_pesq):.2f}"
        f"  delay {_ms(verdict.delay_ms)} spread {_ms(verdict.delay_spread_ms)}"
        f"  after-before {_ms(verdict.drift_ms)}"
        f"  lost {verdict.lost}/{verdict.sent}"
        f"{_disturbance(verdict)}"
    )


def _ms(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f} ms"


def _disturbance(verdict: Verdict) -> str:
    if verdict.late_ms < DISTURBED_MS:
        return ""
    return f"  DISTURBED: the far end was {verdict.late_ms:.0f} ms late"


def table(part: str, rows: Sequence[Row]) -> str:
    """Medians over the runs."""
    match part:
        case "quality" | "faults":
            return _quality([row for row in rows if isinstance(row, Verdict)])
        case "cost":
            return _medians(rows, ("cpu_s_per_minute", "pss_mb", "rss_mb"))
        case "delay":
            fields = ("invite_ms", "first_rtp_ms", "microphone_ms", "speaker_ms")
            return _medians(rows, fields)
    return ""


def _quality(found: Sequence[Verdict]) -> str:
    rows = defaultdict(list)
    for verdict in found:
        rows[verdict.cell, verdict.peer].append(verdict)
    lines = [f"{'':24}{'PESQ':>6}{'codec':>7}{'delay':>8}{'after-before':>14}"]
    for (cell, peer), each in rows.items():
        pesq = statistics.median(statistics.mean(v.pesq) for v in each)
        codec = statistics.median(statistics.mean(v.codec_pesq) for v in each)
        delay = _ms(median(v.delay_ms for v in each))
        drift = _ms(median(v.drift_ms for v in each))
        lines.append(f"{cell:13}{peer:11}{pesq:6.2f}{codec:7.2f}{delay:>8}{drift:>14}")
    return "\n".join(lines)


def _medians(rows: Sequence[Row], fields: Sequence[str]) -> str:
    """A line a peer; in brackets, callpoint's ÷ this one's."""
    peers = list(dict.fromkeys(row.peer for row in rows if not isinstance(row, Own)))
    medians = {
        peer: [
            median(getattr(r, field) for r in rows if getattr(r, "peer", "") == peer)
            for field in fields
        ]
        for peer in peers
    }
    ours = medians.get("callpoint", [None] * len(fields))
    lines = [" " * 11 + "".join(f"{field:>22}" for field in fields)]
    for peer, values in medians.items():
        cells = [_cell(v, our) for v, our in zip(values, ours, strict=True)]
        lines.append(f"{peer:11}{''.join(f'{cell:>22}' for cell in cells)}")
    return "\n".join(lines)


def _cell(value: float | None, ours: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.2f}" + (f" ({ours / value:.2f})" if ours and value else "")


def median(values: Iterable[float | None]) -> float | None:
    """Of those that are known."""
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None
