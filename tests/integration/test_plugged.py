"""Real ALSA devices that go away and come back, idle and in a call.

A sound server that ends is a card that is unplugged: its devices fail in the middle of
a read and a write, and cannot be opened until it is there again.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from callpoint.audio.alsa import AlsaCapture, AlsaPlayout, forget_cards
from callpoint.audio.binding import Binding
from callpoint.audio.engine import VoiceEngine
from callpoint.audio.events import AudioEvent
from callpoint.audio.inventory import Inventory
from callpoint.audio.rtp import Codec
from callpoint.errors import DeviceError
from callpoint.station.events import DeviceFailed, DeviceRecovered
from tests.sound_server import SoundServer

OPUS = Codec("opus", 96, 48_000)
SOON_S = 5.0
QUIET = bytes(960)

BESIDE = """
<{other}>
pcm.plugged_mic {{ type pulse server "unix:{socket}" device "mic.monitor" }}
pcm.plugged_speaker {{ type pulse server "unix:{socket}" device "speaker" }}
"""


def wait_until(is_so: Callable[[], object], what: str) -> None:
    until_s = time.monotonic() + SOON_S
    while not is_so():
        assert time.monotonic() < until_s, f"not {what} within {SOON_S} s"
        time.sleep(0.005)


class Pluggable:
    """A microphone and a speaker that can be pulled, beside those that stay."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._server = SoundServer(folder)
        self._stack = ExitStack()
        self.socket = self._server.variables["PULSE_SERVER"].removeprefix("unix:")

    def plug(self) -> None:
        self._stack.enter_context(self._server.running())

    def pull(self) -> None:
        self._stack.close()


@pytest.fixture
def pluggable(
    sound_server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pluggable]:
    card = Pluggable(tmp_path / "pluggable")
    config = tmp_path / "asound.conf"
    other = sound_server.variables["ALSA_CONFIG_PATH"]
    config.write_text(BESIDE.format(other=other, socket=card.socket))
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    yield card
    card.pull()


class Rig:
    """An engine on a list of names, and what it told."""

    def __init__(self, folder: Path, *alternatives: str) -> None:
        self.events: list[AudioEvent] = []
        self.sent = 0
        # Whatever this machine has: names are ALSA's here, and no card is looked up.
        nothing = Inventory(folder)
        self.microphone = Binding(
            [f"{name}_mic" for name in alternatives], "capture", AlsaCapture, nothing
        )
        self.speaker = Binding(
            [f"{name}_speaker" for name in alternatives],
            "playout",
            AlsaPlayout,
            nothing,
        )
        self.engine = VoiceEngine(self.microphone, self.speaker, self.events.append)

    @contextmanager
    def running(self) -> Iterator[VoiceEngine]:
        self.engine.start()
        try:
            yield self.engine
        finally:
            self.engine.end()
            self.engine.close()

    @contextmanager
    def in_call(self) -> Iterator[None]:
        self.engine.begin()
        self.engine.connect(OPUS, self._send)
        self.engine.speak()
        yield
        self.engine.end()

    def is_bound_to(self, name: str) -> bool:
        bound = self.microphone.bound, self.speaker.bound
        return [b and b.alsa_name for b in bound] == [f"{name}_mic", f"{name}_speaker"]

    def told(self, kind: type[AudioEvent]) -> int:
        return sum(isinstance(event, kind) for event in self.events)

    def goes_on(self) -> None:
        """Another half second is sent."""
        before = self.sent
        wait_until(lambda: self.sent >= before + 25, "sending")

    def _send(self, payload: bytes, timestamp: int) -> None:
        self.sent += 1


def test_a_card_that_is_late_is_waited_for(
    pluggable: Pluggable, tmp_path: Path
) -> None:
    rig = Rig(tmp_path, "plugged")
    with rig.running() as engine:
        wait_until(lambda: rig.told(DeviceFailed) == 2, "told")
        pluggable.plug()
        engine.cards_changed()
        wait_until(lambda: rig.told(DeviceRecovered) == 2, "there")
        assert engine.faults() == {"capture": None, "playout": None}


def test_pulled_and_plugged_in_a_call_the_call_goes_on(
    pluggable: Pluggable, tmp_path: Path
) -> None:
    pluggable.plug()
    rig = Rig(tmp_path, "plugged")
    with rig.running() as engine, rig.in_call():
        rig.goes_on()
        pluggable.pull()
        wait_until(lambda: rig.told(DeviceFailed) == 2, "told")
        rig.goes_on()
        pluggable.plug()
        engine.cards_changed()
        wait_until(lambda: rig.told(DeviceRecovered) == 2, "there")
        rig.goes_on()
        assert engine.faults() == {"capture": None, "playout": None}


def test_the_next_card_of_the_list_takes_over_and_gives_back(
    pluggable: Pluggable, tmp_path: Path
) -> None:
    """In the call at once; back again only when it is over."""
    pluggable.plug()
    rig = Rig(tmp_path, "plugged", "callpoint")
    with rig.running() as engine:
        with rig.in_call():
            rig.goes_on()
            assert rig.is_bound_to("plugged")
            pluggable.pull()
            wait_until(lambda: rig.is_bound_to("callpoint"), "taken over")
            assert engine.faults() == {"capture": None, "playout": None}
            pluggable.plug()
            engine.cards_changed()
            rig.goes_on()
            assert rig.is_bound_to("callpoint")
        wait_until(lambda: rig.is_bound_to("plugged"), "given back")


def test_a_card_that_comes_while_nobody_calls_is_taken_up(
    pluggable: Pluggable, tmp_path: Path
) -> None:
    rig = Rig(tmp_path, "plugged", "callpoint")
    with rig.running() as engine:
        wait_until(lambda: rig.is_bound_to("callpoint"), "bound")
        pluggable.plug()
        engine.cards_changed()
        wait_until(lambda: rig.is_bound_to("plugged"), "taken up")
        assert rig.told(DeviceFailed) == 0


CHOSEN_BY_ENVIRONMENT = """
<{other}>
@hooks [ {{
    func load
    files [ {{ @func getenv vars [ CALLPOINT_TEST_CARDS ] default "/none" }} ]
    errors false
}} ]
"""


def test_forgotten_settings_are_read_anew_under_open_devices(
    sound_server: SoundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libasound looks at the settings of cards once, as at this variable here."""
    config, late = tmp_path / "asound.conf", tmp_path / "late.conf"
    other = sound_server.variables["ALSA_CONFIG_PATH"]
    config.write_text(CHOSEN_BY_ENVIRONMENT.format(other=other))
    server = os.environ["PULSE_SERVER"]
    late.write_text(
        f'pcm.late_speaker {{ type pulse server "{server}" device "speaker" }}'
    )
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(config))
    speaker = AlsaPlayout(sound_server.speaker)
    monkeypatch.setenv("CALLPOINT_TEST_CARDS", str(late))
    try:
        with pytest.raises(DeviceError):
            AlsaPlayout("late_speaker")
        forget_cards()
        AlsaPlayout("late_speaker").close()
        for _ in range(20):
            speaker.write(QUIET)
    finally:
        speaker.close()


def test_forgetting_while_others_open_and_play_disturbs_nobody(
    sound_server: SoundServer,
) -> None:
    ended = threading.Event()
    failures: list[BaseException] = []

    def play() -> None:
        speaker = AlsaPlayout(sound_server.speaker)
        while not ended.is_set():
            speaker.write(QUIET)
        speaker.close()

    def reopen() -> None:
        while not ended.is_set():
            AlsaCapture(sound_server.microphone).close()

    def run(act: Callable[[], None]) -> None:
        try:
            act()
        except DeviceError as error:
            failures.append(error)

    threads = [threading.Thread(target=run, args=(act,)) for act in (play, reopen)]
    for thread in threads:
        thread.start()
    for _ in range(200):
        forget_cards()
        time.sleep(0.002)
    ended.set()
    for thread in threads:
        thread.join(timeout=SOON_S)
        assert not thread.is_alive()
    assert failures == []
