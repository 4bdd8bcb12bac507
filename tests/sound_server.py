"""A microphone and a speaker for tests: a sound server of our own, and no hardware.

ALSA's own `null` device keeps no time (it takes 500 million samples a second), so tests
that need a clocked card get PulseAudio's null sinks through ALSA's pulse plug-in. What
is played into the sink `mic` comes out of the PCM `callpoint_mic`; what is written to
the PCM `callpoint_speaker` can be recorded.

The server is private: its socket, cookie and settings are in a folder of the test run,
and neither a desktop's sound nor the settings in a home directory are touched.
"""

import os
import shutil
import subprocess
import time
import wave
from array import array
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import IO

SAMPLE_RATE_HZ = 48_000
STARTUP_LIMIT_S = 10.0
TOOLS = ("pulseaudio", "paplay", "parec", "setpriv")

# Without `norewinds` a null sink renders 2 s ahead of its clock: the first sound takes
# 1.6 s to come out, and short buffers are ignored. With it, a sample written to ALSA is
# heard one ALSA buffer and 5 ms later.
SERVER_SCRIPT = """
load-module module-null-sink sink_name=mic rate=48000 channels=1 norewinds=1
load-module module-null-sink sink_name=speaker rate=48000 channels=1 norewinds=1
load-module module-native-protocol-unix socket={socket} auth-anonymous=1
"""

SERVER_OPTIONS = (
    *("-n", "--file=server.pa", "--daemonize=no", "--use-pid-file=no"),
    *("--exit-idle-time=-1", "--log-target=stderr"),
)
RECORDER = (
    *("parec", "--device=speaker.monitor", "--latency-msec=5", "--raw"),
    *("--format=s16le", f"--rate={SAMPLE_RATE_HZ}", "--channels=1"),
)

ALSA_CONFIG = """
</usr/share/alsa/alsa.conf>
pcm.callpoint_mic {{ type pulse server "unix:{socket}" device "mic.monitor" }}
pcm.callpoint_speaker {{ type pulse server "unix:{socket}" device "speaker" }}
"""

CLIENT_CONFIG = """
autospawn = no
cookie-file = {folder}/cookie
"""


@dataclass
class Recording:
    """What the speaker played, with the time at which each piece came out.

    The times are good to 5 ms and never early.
    """

    pieces: list[tuple[float, bytes]] = field(default_factory=list)
    """CLOCK_MONOTONIC in seconds, and 48 kHz mono s16le."""

    def pcm(self) -> bytes:
        """All that was recorded so far, 48 kHz mono s16le."""
        return b"".join(piece for _, piece in self.pieces)

    def first_sound_s(self, after_s: float = 0.0, level: float = 0.02) -> float | None:
        """When a sample first reached `level` (1.0 is full scale), CLOCK_MONOTONIC."""
        threshold = level * 32768
        for at_s, piece in self.pieces:
            if at_s > after_s and max(map(abs, array("h", piece))) >= threshold:
                return at_s
        return None

    def save(self, path: Path) -> None:
        """Write a WAV file of all that was recorded so far."""
        write_wav(path, self.pcm())


class SoundServer:
    """PulseAudio with one microphone and one speaker, for one test run."""

    microphone = "callpoint_mic"
    speaker = "callpoint_speaker"

    def __init__(self, folder: Path) -> None:
        folder.chmod(0o700)
        self._folder = folder
        self._socket = folder / "native"
        self.variables: Mapping[str, str] = {
            "ALSA_CONFIG_PATH": str(folder / "asound.conf"),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_CLIENTCONFIG": str(folder / "client.conf"),
            "PULSE_COOKIE": str(folder / "cookie"),
        }
        """What a process needs in its environment to see this sound server."""

    @property
    def environment(self) -> dict[str, str]:
        """A whole environment for a process: our own, with `variables`."""
        return {**os.environ, **self.variables}

    @contextmanager
    def running(self) -> Iterator["SoundServer"]:
        """The server, from its first answer until the end of the block."""
        self._write_settings()
        log = self._folder / "server.log"
        with log.open("w") as log_file:
            server = subprocess.Popen(
                # PulseAudio dies with us even when nobody is left to stop it.
                ["setpriv", "--pdeathsig", "TERM", "pulseaudio", *SERVER_OPTIONS],
                cwd=self._folder,
                env=self._server_environment(),
                stderr=log_file,
            )
        with _ended(server):
            self._wait_until_up(server, log)
            yield self

    @contextmanager
    def play_to_microphone(self, wav: Path) -> Iterator["subprocess.Popen[bytes]"]:
        """Somebody speaks: the WAV file comes out of the microphone, once.

        Gives the player; its `wait()` returns when all was said. Leaving the block
        cuts the speech short.
        """
        player = subprocess.Popen(
            ["paplay", "--device=mic", str(wav)], env=self.environment
        )
        with _ended(player):
            yield player

    @contextmanager
    def record_speaker(self) -> Iterator[Recording]:
        """Somebody listens at the speaker until the end of the block."""
        recording = Recording()
        recorder = subprocess.Popen(
            RECORDER, env=self.environment, stdout=subprocess.PIPE
        )
        ear = Thread(target=_listen, args=(recorder.stdout, recording), daemon=True)
        ear.start()
        with _ended(recorder):
            try:
                _wait_until(lambda: bool(recording.pieces), "parec hears nothing")
                yield recording
            finally:
                recorder.terminate()
                ear.join()

    def _write_settings(self) -> None:
        places = {"socket": self._socket, "folder": self._folder}
        for name, text in (
            ("server.pa", SERVER_SCRIPT),
            ("asound.conf", ALSA_CONFIG),
            ("client.conf", CLIENT_CONFIG),
        ):
            (self._folder / name).write_text(text.format(**places))

    def _server_environment(self) -> dict[str, str]:
        # A PULSE_SERVER of ours would make the server think that it is a client.
        own = {"HOME": str(self._folder), "XDG_RUNTIME_DIR": str(self._folder)}
        foreign = {name for name in os.environ if name.startswith(("PULSE_", "XDG_"))}
        kept = {k: v for k, v in os.environ.items() if k not in foreign}
        return {**kept, **own}

    def _wait_until_up(self, server: "subprocess.Popen[bytes]", log: Path) -> None:
        def is_up() -> bool:
            if server.poll() is not None:
                raise RuntimeError(f"pulseaudio ended at once:\n{log.read_text()}")
            return self._socket.exists()

        _wait_until(is_up, f"pulseaudio did not come up:\n{log.read_text()}")


def missing_tools() -> list[str]:
    """The programs that the sound server needs and this machine does not have."""
    return [tool for tool in TOOLS if shutil.which(tool) is None]


def write_wav(path: Path, pcm: bytes) -> None:
    """Write 48 kHz mono s16le as a WAV file."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(pcm)


@contextmanager
def _ended(
    process: "subprocess.Popen[bytes]",
) -> Iterator["subprocess.Popen[bytes]"]:
    with process:
        try:
            yield process
        finally:
            process.terminate()


def _listen(source: IO[bytes], recording: Recording) -> None:
    odd = b""
    while piece := os.read(source.fileno(), 65536):
        whole = odd + piece
        even_bytes = len(whole) & ~1
        recording.pieces.append((time.monotonic(), whole[:even_bytes]))
        odd = whole[even_bytes:]


def _wait_until(is_so: Callable[[], bool], otherwise: str) -> None:
    deadline_s = time.monotonic() + STARTUP_LIMIT_S
    while not is_so():
        if time.monotonic() > deadline_s:
            raise TimeoutError(otherwise)
        time.sleep(0.005)
