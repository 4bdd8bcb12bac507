"""PURE: how a call sounds, in one number, and the figures behind it.

The arithmetic is that of the vendor's JavaScript SDK 2.27 (its call report), after the
E-model of ITU-T G.107: what support sees of its calls and of ours can be compared.
"""

from collections.abc import Mapping
from typing import Any, Final

_BEST: Final = 93.2
_A_JITTER_MS: Final = 0.11
_A_LOSS_PERCENT: Final = 2.5
_A_ROUND_TRIP_MS: Final = 0.01


def figures(seen: Mapping[str, Any], lasted_s: float) -> dict[str, Any]:
    """A call in figures, rounded to what they are worth.

    `seen` is what RTP and RTCP tell, by the names of `peer.PeerStatistics`.
    """
    lost = loss_percent(seen["packets_lost"], seen["packets_received"])
    score = mos(seen["jitter_s"], lost, seen["round_trip_s"])
    told = {
        name: round(value, 4) if isinstance(value, float) else value
        for name, value in seen.items()
    }
    return {"seconds": round(lasted_s, 2), "mos": round(score, 2), **told}


def mos(jitter_s: float, loss_percent: float, round_trip_s: float | None) -> float:
    """The mean opinion score, from 1 (bad) to 4.5; below 3.5 people complain.

    A round trip that nobody has measured counts for nothing. A rating below 0 is 0:
    there the formula would rise again.
    """
    rating = max(
        0.0,
        _BEST
        - _A_JITTER_MS * 1000 * jitter_s
        - _A_LOSS_PERCENT * loss_percent
        - _A_ROUND_TRIP_MS * 1000 * (round_trip_s or 0.0),
    )
    score = 1 + 0.035 * rating + 7e-6 * rating * (rating - 60) * (100 - rating)
    return max(1.0, min(4.5, score))


def loss_percent(lost: int, received: int) -> float:
    """Share of packets that never came, 0 to 100."""
    expected = lost + received
    return 100 * max(lost, 0) / expected if expected > 0 else 0.0
