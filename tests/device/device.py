"""A device on its wall: the guest, the far end, and what every step begins with."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.daemon.programs import FarEnd
from tests.device.guest import Guest
from tests.device.hearing import Ear

HOST_ADDRESS = "10.99.0.1"
FAR_END_PORT = 8443
SLOW_PORT = 8444
CONFIG = "/etc/callpoint/callpoint.toml"
LOOPBACK = "plughw:CARD=Loopback,DEV=0"


def configuration(
    playout: str = LOOPBACK,
    port: int = FAR_END_PORT,
    more: str = "",
    capture: str = LOOPBACK,
) -> str:
    """With patience: in an emulated machine a minute is soon over."""
    return f"""\
[assistant]
target_id = "assistant-device"
[server]
signaling_server = "ws://{HOST_ADDRESS}:{port}"
allow_insecure = true
webrtc_ice_servers = []
[button]
pin = 17
[led]
pin = 27
[call]
quiet_s = 120
longest_press_s = 300
[audio]
capture = "{capture}"
playout = "{playout}"
{more}"""


def start_far_end(folder: Path, port: int = FAR_END_PORT, *options: str) -> FarEnd:
    """The simulator, on this side of the cable."""
    return FarEnd(folder, "--host", HOST_ADDRESS, "--port", str(port), *options)


@dataclass
class Device:
    """What the steps of a story share."""

    guest: Guest
    folder: Path
    """Of this run: recordings, logs."""
    package: Path
    unit_file: Path
    far: FarEnd | None = None
    config: str = field(default_factory=configuration)
    """What is in force when a step begins."""

    def __post_init__(self) -> None:
        self._ear = Ear()
        self._recordings = 0

    def far_end(self) -> FarEnd:
        """The simulator, started when it is first asked for."""
        if self.far is None:
            self.far = start_far_end(self.folder)
        return self.far

    @contextmanager
    def slow_far_end(self, answer_delay_s: float) -> Iterator[FarEnd]:
        """Another one beside it, who takes its time to answer; the device is at it."""
        folder = self.folder / "slow"
        folder.mkdir()
        delay = f"slow-answer:{answer_delay_s}"
        far = start_far_end(folder, SLOW_PORT, "--scenario", delay)
        try:
            self.guest.write(CONFIG, configuration(port=SLOW_PORT))
            self.guest.run("systemctl reload callpoint")
            far.wait(timeout_s=30.0, event="ready")
            yield far
        finally:
            far.end()

    def mark(self) -> int:
        """A place among the far end's events, for its `wait(after=...)`."""
        return len(self.far_end().events)

    def listen(self) -> str:
        """Record the speaker; the name is for `words`."""
        self._recordings += 1
        name = f"speaker-{self._recordings}"
        self.guest.listen(name)
        return name

    def words(self, name: str) -> list[str]:
        """What was heard from the speaker, in order, ending the recording."""
        return self.words_of(self.guest.heard(name))

    def words_of(self, path: Path) -> list[str]:
        """What a recording on this side has, in order."""
        return [heard.words for heard in self._ear.words(path)]

    def voice_in(self, path: Path) -> str:
        """Which voice a recording on this side is most like."""
        return self._ear.most_like(path)

    def at_rest(self) -> None:
        """Ready, with no call and the button up, whatever the step before left."""
        self.guest.let_go()
        if self.guest.read(CONFIG) != self.config.strip():
            self.guest.write(CONFIG, self.config)
            self.guest.tried("systemctl restart callpoint")
        if self.guest.status().get("call"):
            self.guest.tried("callpoint hangup")
        self.guest.tried("systemctl start callpoint")
        self.guest.ready()
        self.guest.no_call()

    def call(self) -> str:
        """Press, and hold until the call is up; its id."""
        after = self.mark()
        self.guest.push()
        answered = self.far_end().wait(after, 60.0, event="answered")
        self.far_end().wait(after, 60.0, event="first_packet")
        return str(answered["call_id"])

    def give(self, path: Path) -> str:
        """A file into the folder that the guest shares; its path there."""
        shutil.copy(path, self.guest.shared / path.name)
        return f"/share/{path.name}"
