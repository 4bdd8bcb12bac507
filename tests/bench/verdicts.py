"""PURE: what a call says of the peer that listened: its quality and its delay."""

import statistics
from dataclasses import dataclass, field

import numpy as np

from tests.bench.cells import BEFORE_S, Cell
from tests.bench.listen import Moment, Samples, Timed, in_band, lag_of, moments, quality
from tests.bench.packets import LOOKAHEAD_SAMPLES, Packet, decoded, late_ms
from tests.bench.speech import RATE_HZ, Speech

# As long as this around a moment counts for it.
AROUND_S = 8.0


@dataclass
class Verdict:
    """Of one call on one link."""

    peer: str
    cell: str
    seed: int
    pesq: list[float]
    """One a sentence."""
    codec_pesq: list[float]
    """The same, had the link been perfect and the decoder alone."""
    delay_ms: float | None
    """The median; from the packet that leaves to the speaker."""
    delay_spread_ms: float | None
    """Between the 5th and the 95th of a hundred moments."""
    drift_ms: float | None = None
    """Delay long after the fault, minus before it."""
    lost: int = 0
    late_ms: float = 0.0
    """By how much the far end sent a packet too late: more than some ms is no fault of
    the peer's, but of a machine that was busy."""
    sent: int = 0
    summary: dict[str, object] = field(default_factory=dict)
    load: float = 0.0
    """The machine's load average at the end."""


def judge(
    peer: str,
    cell: Cell,
    seed: int,
    speech: Speech,
    tape: list[Packet],
    speaker: Timed,
    summary: dict[str, object],
    load: float,
) -> Verdict:
    """Everything about one call."""
    spoken, codec = placed(speech, decoded(tape, "sent"))
    codec_shift = LOOKAHEAD_SAMPLES
    all_moments: list[Moment] = []
    scores, codec_scores = [], []
    for first, last in speech.sentences:
        found = moments(spoken, speaker, first, last)
        all_moments += found
        shift = round((spoken.began_s - speaker.began_s) * RATE_HZ)
        if found:
            delay_s = statistics.median(moment.delay_s for moment in found)
            shift += round(delay_s * RATE_HZ)
        scores.append(quality(speech.samples, speaker.samples, first, last, shift))
        codec_scores.append(quality(speech.samples, codec, first, last, codec_shift))
    delays_ms = [1000 * moment.delay_s for moment in all_moments]
    sent = [packet for packet in tape if packet.way == "sent"]
    return Verdict(
        peer,
        cell.name,
        seed,
        scores,
        codec_scores,
        statistics.median(delays_ms) if delays_ms else None,
        float(np.subtract(*np.percentile(delays_ms, [95, 5]))) if delays_ms else None,
        _drift_ms(cell, all_moments),
        sum(packet.held_s is None for packet in sent),
        late_ms(tape, cell.clock_ppm),
        len(sent),
        summary,
        load,
    )


def placed(
    speech: Speech, sent: Timed, ahead: int = LOOKAHEAD_SAMPLES
) -> tuple[Timed, Samples]:
    """When it was said, and the copy in `sent`, from the first sample of it on.

    `ahead`: by how many samples that copy is later than what went into the encoder.
    """
    first, last = speech.sentences[0]
    wanted, around = in_band(speech.samples[first:last]), in_band(sent.samples)
    at, _ = lag_of(wanted, around[: last + 10 * RATE_HZ])
    begin = at - first - ahead
    said = Timed(speech.samples, sent.began_s + begin / RATE_HZ)
    copy = sent.samples[begin:] if begin >= 0 else np.pad(sent.samples, (-begin, 0))
    return said, copy


def _drift_ms(cell: Cell, found: list[Moment]) -> float | None:
    if not cell.is_fault:
        return None
    after_s = BEFORE_S + cell.stall_ms / 1000 + cell.after_s
    before = [m.delay_s for m in found if m.at_s < BEFORE_S - 0.5]
    after = [m.delay_s for m in found if abs(m.at_s - after_s) < AROUND_S]
    if not before or not after:
        return None
    # On a quicker clock it was said earlier than its place in the speech tells.
    quicker_ms = 1e-3 * cell.clock_ppm * (after_s - BEFORE_S / 2)
    drift_ms = 1000 * (statistics.median(after) - statistics.median(before))
    return drift_ms + quicker_ms
