"""What is asked of callpoint alone: its own daemon, without another beside it."""

import json
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from callpoint.demo.recording import Samples, read_wav, write_wav
from tests.bench import tree, words
from tests.bench.clocks import PPM, endured
from tests.bench.listen import RATE_HZ
from tests.bench.packets import decoded, read_tape
from tests.bench.wire import idle_traffic
from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until
from tests.integration.ice_servers import silence
from tests.sound_server import SoundServer

SILENT = """webrtc_ice_servers = [
    {{ urls = ["stun:127.0.0.1:{stun}"] }},
    {{ urls = ["turn:127.0.0.1:{turn}"], username = "me", credential = "secret" }},
]"""
LIMITS = "quiet_s = 3600"
PRESSES = 10
IDLE_S = 60.0
WARM_CALLS, MORE_CALLS = 50, 200
SET_UP_S = 2.0
VOICES = Path("/usr/share/sounds/alsa")
SPEAKERS = ("Front_Left", "Rear_Right", "Side_Left", "Front_Right")


@dataclass(frozen=True)
class Own:
    """One figure."""

    name: str
    value: float
    unit: str
    load: float


class Bench:
    """A far end, and a daemon that calls it."""

    def __init__(
        self,
        stack: ExitStack,
        server: SoundServer,
        folder: Path,
        *scenario: str,
        ice: str = "webrtc_ice_servers = []",
    ) -> None:
        folder.mkdir()
        names = [word for name in scenario for word in ("--scenario", name)]
        self.far = stack.enter_context(ended(FarEnd(folder, *names)))
        audio = f'capture = "{server.microphone}"\nplayout = "{server.speaker}"'
        toml = configuration(self.far.url, audio=audio, call=LIMITS).replace(
            "webrtc_ice_servers = []", ice
        )
        daemon = Daemon(folder, toml, server.variables)
        self.daemon = stack.enter_context(ended(daemon)).ready()

    def press(self) -> None:
        wait_until(lambda: self.daemon.status()["warm"])
        self.far.events.clear()
        self.daemon.events.clear()
        self.daemon.press()

    def hang_up(self) -> None:
        self.daemon.release()
        self.daemon.wait(event="button", state="released")
        self.daemon.command("hangup")
        self.daemon.wait(event="summary")
        self.far.wait(event="hangup")

    def call(self) -> float:
        """From the press to the bye; the milliseconds until its invite."""
        self.press()
        invited_s = self.far.wait(event="invite")["monotonic_s"]
        pressed_s = self.daemon.wait(event="button", state="pressed")["monotonic_s"]
        self.daemon.wait(event="call", state="active")
        self.hang_up()
        return float(1000 * (invited_s - pressed_s))

    def rss_mb(self) -> float:
        return tree.memory(self.daemon.process.pid).rss_mb


def figures(folder: Path) -> Iterator[Own]:
    """All of them, the quick ones first."""
    yield from _clocks()
    sound = folder / "own"
    sound.mkdir()
    with SoundServer(sound).running() as server:
        yield _told("words lost when set-up takes 2 s", words_lost(server, folder))
        waited_ms = silent_servers_ms(server, folder)
        name = "press to invite, silent STUN and TURN"
        yield _told(f"{name}, median", statistics.median(waited_ms), "ms")
        yield _told(f"{name}, most", max(waited_ms), "ms")
        with ExitStack() as stack:
            bench = Bench(stack, server, folder / "own-calls", "silent-assistant")
            idle_s = idle_cpu_s(bench.daemon.process.pid)
            yield _told("CPU per idle minute, button on mock pins", idle_s, "s")
            yield _told("memory growth over 200 calls", growth_mb(bench), "MB")
    traffic = idle_traffic()
    yield _told("bytes on the wire per idle hour, both ways", traffic.ip_bytes)
    yield _told("packets on the wire per idle hour, both ways", traffic.packets)


def _clocks() -> Iterator[Own]:
    each = [endured(ppm) for ppm in (PPM, -PPM)]
    name = f"30 min with a clock {PPM:.0f} ppm off, in virtual time"
    yield _told(f"clicks in {name}", sum(one.clicks for one in each))
    yield _told(f"level in {name}, most", max(one.level_ms for one in each), "ms")


def silent_servers_ms(server: SoundServer, folder: Path) -> list[float]:
    """From the press to the invite, call by call."""
    with ExitStack() as stack:
        stun, turn = (stack.enter_context(silence()) for _ in range(2))
        place, ice = folder / "own-silent", SILENT.format(stun=stun, turn=turn)
        bench = Bench(stack, server, place, "silent-assistant", ice=ice)
        return [bench.call() for _ in range(PRESSES)]


def _told(name: str, value: float, unit: str = "") -> Own:
    return Own(name, value, unit, os.getloadavg()[0])


def idle_cpu_s(pid: int) -> float:
    """Registered, with nothing to do, for a minute."""
    time.sleep(3)
    before_s = tree.cpu_s(pid)
    time.sleep(IDLE_S)
    return tree.cpu_s(pid) - before_s


def growth_mb(bench: Bench) -> float:
    """What the last 200 calls added to the resident set."""
    for _ in range(WARM_CALLS):
        bench.call()
    before_mb = bench.rss_mb()
    for _ in range(MORE_CALLS):
        bench.call()
    return bench.rss_mb() - before_mb


def words_lost(server: SoundServer, folder: Path) -> int:
    """Of words that were said from the press on, while the answer is on its way."""
    said = [read_wav(VOICES / f"{name}.wav") for name in SPEAKERS]
    path = folder / "words.wav"
    write_wav(path, np.concatenate([_silence(), *said]))
    scenario = (f"slow-answer:{SET_UP_S}", "silent-assistant")
    with ExitStack() as stack:
        bench = Bench(stack, server, folder / "own-words", *scenario)
        bench.press()
        bench.daemon.wait(event="button", state="pressed")
        with server.play_to_microphone(path) as player:
            player.wait(SET_UP_S + 30)
            bench.far.wait(event="media_connected")
            # What was kept is sent a little faster than it was said.
            time.sleep(2 * SET_UP_S)
        bench.hang_up()
        story = Path(bench.far.wait(event="recorded")["path"])
    tape = read_tape(story.parent / json.loads(story.read_text())["packets"])
    return words.lost(said, decoded(tape, "received").samples)


def _silence() -> Samples:
    """paplay takes a moment; a recording begins with speech at once."""
    return np.zeros(RATE_HZ // 20, np.int16)
