"""How long a person waits: from the start, and from the press, in many calls.

The finger is on the control socket, the ear at the sound server's loudspeaker, and the
far end's clock is this machine's. `scripts/measure` prints it; a test holds bounds.
"""

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until
from tests.sound_server import Recording, SoundServer

_GREETING_LEVEL = 0.01
"""-40 dB: the first sound of the greeting, and not the noise of a codec."""


@dataclass(frozen=True)
class Waits:
    """Milliseconds from the edge of the press, call by call."""

    start_to_registered_ms: list[float]
    invite_ms: list[float]
    first_rtp_ms: list[float]
    greeting_ms: list[float]

    def table(self) -> str:
        rows = {
            "process start to registered": self.start_to_registered_ms,
            "press to invite on the wire": self.invite_ms,
            "press to first RTP at the far end": self.first_rtp_ms,
            "press to greeting at the speaker": self.greeting_ms,
        }
        lines = [f"{'ms':36}{'least':>8}{'median':>8}{'most':>8}{'number':>8}"]
        lines += [
            f"{name:36}{min(ms):8.1f}{statistics.median(ms):8.1f}{max(ms):8.1f}"
            f"{len(ms):8d}"
            for name, ms in rows.items()
        ]
        return "\n".join(lines)


def measure(sound: SoundServer, folder: Path, calls: int, starts: int) -> Waits:
    """Start the daemon `starts` times, and place `calls` calls with the last one."""
    waits = Waits([], [], [], [])
    with ExitStack() as programs:
        far = programs.enter_context(ended(FarEnd(folder)))
        toml = configuration(
            far.url,
            audio=f'capture = "{sound.microphone}"\nplayout = "{sound.speaker}"',
        )
        for _ in range(starts):
            far.events.clear()
            daemon = Daemon(folder, toml, sound.variables)
            with ended(daemon):
                ready = far.wait(event="ready")
                waits.start_to_registered_ms.append(
                    1000 * (ready["monotonic_s"] - daemon.started_s)
                )
        daemon = programs.enter_context(ended(Daemon(folder, toml, sound.variables)))
        daemon.ready()
        # The imports of the first call go on in the background for 0.2 s.
        time.sleep(1)
        recording = programs.enter_context(sound.record_speaker())
        for _ in range(calls):
            far.events.clear()
            daemon.events.clear()
            _call(daemon, far)
            pressed_s = daemon.wait(event="button", state="pressed")["monotonic_s"]
            heard_s = _first_sound_s(recording, pressed_s)
            for happened_s, waited_ms in (
                (far.wait(event="invite")["monotonic_s"], waits.invite_ms),
                (far.wait(event="first_packet")["monotonic_s"], waits.first_rtp_ms),
                (heard_s, waits.greeting_ms),
            ):
                waited_ms.append(1000 * (happened_s - pressed_s))
    return waits


def _first_sound_s(recording: Recording, after_s: float) -> float:
    def heard_s() -> float | None:
        return recording.first_sound_s(after_s, _GREETING_LEVEL)

    wait_until(lambda: heard_s() is not None)
    return heard_s() or 0.0


def _call(daemon: Daemon, far: FarEnd) -> None:
    """One call, until the greeting was heard and all is quiet again."""
    daemon.press()
    daemon.wait(event="media", kind="first_sound_played")
    far.wait(event="first_packet")
    daemon.release()
    daemon.wait(event="button", state="released")
    daemon.command("hangup")
    daemon.wait(event="call", state="ended")
    far.wait(event="hangup")
    # What is on its way through the sound server must not be taken for the next one.
    time.sleep(0.3)


def main(calls: int = 20, starts: int = 10) -> None:
    """Print the table; arguments: calls, starts."""
    with tempfile.TemporaryDirectory() as folder:
        sound_folder = Path(folder) / "sound"
        sound_folder.mkdir()
        with SoundServer(sound_folder).running() as sound:
            print(measure(sound, Path(folder), calls, starts).table())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
