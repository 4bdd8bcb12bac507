"""PURE: what each indication looks like on one lamp without colours or dimming.

The brighter and the steadier, the more the caller is in a conversation: dark with a
blip when it is only alive, restless while it works, steady while it hears.
"""

from itertools import cycle
from math import inf
from typing import Final

from callpoint.station.events import Indication

PATTERNS_MS: Final[dict[Indication, tuple[float, ...]]] = {
    # Milliseconds lit, dark, lit, dark and so on; then again from the first.
    Indication.OFF: (0, inf),
    Indication.CONNECTING: (1000, 1000),
    # Alive and ready to be pressed. Steady light would promise an open microphone.
    Indication.READY: (100, 2900),
    Indication.CALLING: (125, 125),
    Indication.MICROPHONE_OPEN: (inf, 0),
    # Not dark for long: the call is live, only the microphone is closed.
    Indication.LISTENING: (500, 500),
    Indication.FAULT: (100, 150, 100, 150, 100, 1000),
}
# Two blips: a press is answered, and whoever looks after the device should look.
READY_WITH_A_FAULT_MS: Final = (100, 150, 100, 2650)


def lit(
    indication: Indication, shown_for_ms: float, degraded: bool = False
) -> tuple[bool, float]:
    """Whether the lamp is lit, and for how many more milliseconds (`inf`: for ever).

    A pattern begins lit, so that a press is seen at once whatever it leads to. What is
    wrong with a `degraded` device concerns no caller, and shows only while it is ready.
    """
    durations_ms = PATTERNS_MS[indication]
    if degraded and indication is Indication.READY:
        durations_ms = READY_WITH_A_FAULT_MS
    left_ms = shown_for_ms if inf in durations_ms else shown_for_ms % sum(durations_ms)
    is_lit = False
    for duration_ms in cycle(durations_ms):
        is_lit = not is_lit
        if left_ms < duration_ms:
            break
        left_ms -= duration_ms
    return is_lit, duration_ms - left_ms
