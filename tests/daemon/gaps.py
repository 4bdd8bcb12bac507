"""What is heard of a call that moves to another socket: the gap in each direction.

Both ends say a steady tone, and both are recorded as they are heard: the far end by
the simulator, ours at the loudspeaker. `scripts/measure-gaps` prints it; a test holds
bounds.
"""

import json
import statistics
import sys
import tempfile
import time
import wave
from array import array
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ, level
from callpoint.audio.synthetic import open_capture
from tests.daemon.programs import Daemon, FarEnd, configuration, ended

TONE = "tone:500"
"""Ten periods a frame: the end of each fits the beginning of any other."""
WINDOW_S = 0.005
_SETTLED_S = 1.0
"""Before that a call begins, and its time line is not steady yet."""
_AFTER_S = 1.0
VARIANTS = {
    "the server keeps the media": ("never-attaches",),
    "it attaches, and the old media play on": (),
    "it attaches, and the old media stop": ("attach-stops-media",),
}


@dataclass(frozen=True)
class Gap:
    """What one call lost by one socket, in milliseconds."""

    up_ms: float
    """At the far end's ear."""
    down_ms: float
    """At our loudspeaker."""
    unsent_ms: float
    """The longest wait of the far end for a packet of ours, beyond the usual 20."""
    registered_ms: float
    """From the cut to the new registration."""


def measure(folder: Path, *scenario: str) -> Gap:
    """One call whose socket is cut in the middle of it."""
    tone, speaker = folder / "tone.wav", folder / "speaker.wav"
    write_tone(tone)
    names = (f"say:{tone}", "drop-after:1.5", *scenario)
    far = FarEnd(folder, *(word for name in names for word in ("--scenario", name)))
    with ended(far):
        toml = configuration(
            far.url, audio=f'capture = "{TONE}"\nplayout = "record:{speaker}"'
        )
        with ended(Daemon(folder, toml)) as ours:
            ours.ready()
            ours.press()
            dropped = far.wait(event="drop")
            ready = far.wait(after=far.events.index(dropped), event="ready")
            if "never-attaches" not in scenario:
                far.wait(event="attached")
            time.sleep(_AFTER_S)
            assert ours.none(event="call", state="ended"), ours.log
            ours.stop()
        recorded = Path(str(far.wait(event="recorded")["path"]))
    told = json.loads(recorded.read_text())
    return Gap(
        longest_gap_ms(samples(recorded.parent / told["heard"])),
        longest_gap_ms(samples(speaker)),
        _longest_wait_ms(recorded.parent / told["packets"]),
        1000 * (ready["monotonic_s"] - dropped["monotonic_s"]),
    )


def measure_crash(folder: Path) -> float:
    """Seconds from a kill -9 in a call until both ends hear each other again.

    The next process starts at once; systemd waits for RestartSec before.
    """
    runtime = folder / "run"
    runtime.mkdir()
    tone = folder / "tone.wav"
    write_tone(tone)
    with ended(FarEnd(folder, "--scenario", f"say:{tone}")) as far:
        toml = configuration(
            far.url,
            button='mode = "toggle"',
            audio=f'capture = "{TONE}"\nplayout = "silence"',
        )
        variables = {"RUNTIME_DIRECTORY": str(runtime)}
        with ended(Daemon(folder, toml, variables)) as ours:
            ours.ready()
            ours.press()
            far.wait(event="speech_started")
            ours.wait(event="figures")
            ours.process.kill()
            ours.process.wait()
        before = len(far.events)
        with ended(Daemon(folder, toml, variables)) as again:
            again.follow()
            heard = again.wait(event="media", kind="first_sound_played")
            # The simulator's listener takes a steady tone for noise after a while.
            far_heard = far.wait(after=before, event="media_connected")
            heard_s = max(heard["monotonic_s"], far_heard["monotonic_s"])
            return float(heard_s - again.started_s)


def longest_gap_ms(sound: "array[int]") -> float:
    """The longest time below half the usual level, from the first second of it on."""
    window = round(SAMPLE_RATE_HZ * WINDOW_S)
    levels = [
        level(sound[start : start + window].tobytes())
        for start in range(0, len(sound) - window, window)
    ]
    usual = statistics.median(sorted(levels)[len(levels) // 2 :])
    loud = [number for number, each in enumerate(levels) if each > usual / 2]
    first = loud[0] + round(_SETTLED_S / WINDOW_S)
    heard = [number for number in loud if number >= first]
    gaps = [b - a - 1 for a, b in pairwise(heard)]
    return 1000 * WINDOW_S * max(gaps)


def _longest_wait_ms(packets: Path) -> float:
    lines = map(json.loads, packets.read_text().splitlines())
    arrived = [each["monotonic_s"] for each in lines if each["way"] == "received"]
    arrived = [at_s for at_s in arrived if at_s > arrived[0] + _SETTLED_S]
    waits = [b - a for a, b in pairwise(arrived)]
    return max(0.0, 1000 * float(max(waits)) - 20)


def samples(path: Path) -> "array[int]":
    with wave.open(str(path)) as file:
        return array("h", file.readframes(file.getnframes()))


def write_tone(path: Path) -> None:
    tone = open_capture(TONE)
    assert tone is not None
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(tone._frame(0) * 3000)  # type: ignore[attr-defined]


def main(runs: int = 10) -> None:
    """Print a table; the argument is how many calls of each kind."""
    print(f"{'ms, most (median)':42}{'up':>16}{'down':>16}{'unsent':>16}{'back':>16}")
    for name, scenario in VARIANTS.items():
        gaps = []
        for _ in range(runs):
            with tempfile.TemporaryDirectory() as folder:
                gaps.append(measure(Path(folder), *scenario))
        columns = [
            [each.up_ms for each in gaps],
            [each.down_ms for each in gaps],
            [each.unsent_ms for each in gaps],
            [each.registered_ms for each in gaps],
        ]
        cells = [f"{max(c):.0f} ({statistics.median(c):.0f})" for c in columns]
        print(f"{name:42}" + "".join(f"{cell:>16}" for cell in cells))
    back_s = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            back_s.append(measure_crash(Path(folder)))
    print(
        "kill -9 in a call, from the new start until both hear each other: "
        f"{max(back_s):.2f} s ({statistics.median(back_s):.2f})"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
