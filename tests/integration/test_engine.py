"""The voice engine: two of them ear to mouth, and one whose devices come and go."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path

import numpy as np
import pytest

from callpoint.audio import synthetic
from callpoint.audio.devices import CaptureDevice, PlayoutDevice
from callpoint.audio.earcons import earcon
from callpoint.audio.engine import VoiceEngine
from callpoint.audio.events import AudioEvent, FirstSoundPlayed
from callpoint.audio.frames import SILENCE
from callpoint.audio.opus import Decoder
from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.audio.synthetic import SyntheticCapture, read_wav
from callpoint.errors import DeviceError, LocalProtocolError
from callpoint.station.events import DeviceFailed, DeviceRecovered, Earcon, Spoke

VOICE = Path("/usr/share/sounds/alsa/Front_Center.wav")
OPUS = Codec("opus", 96, 48_000)
SOON_S = 3.0


def capture(name: str) -> tuple[str, Callable[[], CaptureDevice]]:
    def opened() -> CaptureDevice:
        device = synthetic.open_capture(name)
        assert device is not None
        return device

    return name, opened


def playout(name: str) -> tuple[str, Callable[[], PlayoutDevice]]:
    def opened() -> PlayoutDevice:
        device = synthetic.open_playout(name)
        assert device is not None
        return device

    return name, opened


@dataclass
class Rig:
    """An engine and what it told."""

    microphone: tuple[str, Callable[[], CaptureDevice]] = field(
        default_factory=lambda: capture("silence")
    )
    speaker: tuple[str, Callable[[], PlayoutDevice]] = field(
        default_factory=lambda: playout("silence")
    )
    events: list[AudioEvent] = field(default_factory=list)
    sent: list[tuple[bytes, int]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[VoiceEngine]:
        engine = VoiceEngine(self.microphone, self.speaker, self.events.append)
        engine.start()
        try:
            yield engine
        finally:
            engine.end()
            engine.close()

    def send(self, payload: bytes, timestamp: int) -> None:
        self.sent.append((payload, timestamp))

    def wait_for(self, kind: type[AudioEvent]) -> AudioEvent:
        until_s = time.monotonic() + SOON_S
        while time.monotonic() < until_s:
            for event in self.events:
                if isinstance(event, kind):
                    return event
            time.sleep(0.005)
        raise AssertionError(f"no {kind.__name__} in {self.events}")

    def wait_for_packets(self, number: int) -> None:
        until_s = time.monotonic() + SOON_S
        while len(self.sent) < number and time.monotonic() < until_s:
            time.sleep(0.005)
        assert len(self.sent) >= number


def into(engine: VoiceEngine) -> Callable[[bytes, int], None]:
    """A network without faults, from one engine into another."""
    numbers = count(1000)

    def send(payload: bytes, timestamp: int) -> None:
        number = next(numbers) % 0x10000
        engine.receive(RtpPacket(number, timestamp, 96, payload, 7, time.monotonic()))

    return send


def heard(
    sent: list[tuple[bytes, int]],
) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
    decoder = Decoder()
    pcm = b"".join(decoder.decode(payload) for payload, _ in sent)
    return np.frombuffer(pcm, dtype=np.int16)


def test_what_one_says_is_what_the_other_hears(tmp_path: Path) -> None:
    ear = tmp_path / "heard.wav"
    near = Rig(microphone=capture(f"wav:{VOICE}"))
    far = Rig(speaker=playout(f"record:{ear}"))
    with near.running() as mouth, far.running() as listener:
        listener.begin()
        mouth.begin()
        mouth.open_microphone()
        mouth.connect(OPUS, into(listener))
        far.wait_for(FirstSoundPlayed)
        time.sleep(1.5)
        counters = listener.counters()
    said = np.frombuffer(read_wav(VOICE), dtype=np.int16).astype(float)
    recorded = np.frombuffer(read_wav(ear), dtype=np.int16).astype(float)
    size = len(said) + len(recorded)
    match = np.fft.irfft(
        np.fft.rfft(recorded, size) * np.conj(np.fft.rfft(said, size)), size
    )
    lag = int(np.argmax(match[: len(recorded)]))
    overlap = min(len(said), len(recorded) - lag)
    one, two = said[:overlap], recorded[lag : lag + overlap]
    assert one @ two / np.sqrt((one @ one) * (two @ two)) > 0.9
    assert counters["concealed"] == counters["late"] == counters["dropped"] == 0


def test_a_closed_microphone_sends_silence_and_never_stops_sending() -> None:
    rig = Rig(microphone=capture("tone:440"))
    with rig.running() as engine:
        engine.begin()
        engine.connect(OPUS, rig.send)
        rig.wait_for_packets(20)
        assert np.abs(heard(rig.sent[:20])).max() < 50
        rig.sent.clear()
        engine.open_microphone()
        rig.wait_for_packets(20)
        assert np.abs(heard(rig.sent[:20])).max() > 4000
        rig.wait_for(Spoke)


def test_timestamps_count_samples_without_a_gap() -> None:
    rig = Rig()
    with rig.running() as engine:
        engine.begin()
        engine.connect(OPUS, rig.send)
        rig.wait_for_packets(10)
    stamps = [timestamp for _, timestamp in rig.sent]
    assert {b - a for a, b in pairwise(stamps)} == {960}


def test_between_calls_the_microphone_does_not_run() -> None:
    reads = []

    def frame(number: int) -> bytes:
        reads.append(number)
        return SILENCE

    rig = Rig(microphone=("counted", lambda: SyntheticCapture("counted", frame)))
    with rig.running() as engine:
        time.sleep(0.1)
        assert reads == []
        engine.begin()
        time.sleep(0.1)
        assert len(reads) >= 3
        engine.end()
        time.sleep(0.05)
        read = len(reads)
        time.sleep(0.1)
        assert len(reads) == read
        assert not engine.microphone_open


class Flaky:
    """A microphone that can be pulled out and plugged in."""

    name = "flaky"

    def __init__(self) -> None:
        self.there = threading.Event()

    def open(self) -> CaptureDevice:
        if not self.there.is_set():
            raise DeviceError(self.name, "No such device", "plug it in")
        return SyntheticCapture(self.name, self._frame)

    def _frame(self, _: int) -> bytes:
        if not self.there.is_set():
            raise DeviceError(self.name, "No such device", "plug it in")
        return SILENCE


def test_a_missing_microphone_sends_silence_and_is_told_once() -> None:
    flaky = Flaky()
    rig = Rig(microphone=("flaky", flaky.open))
    with rig.running() as engine:
        rig.wait_for(DeviceFailed)
        assert engine.faults()["capture"] == "flaky: No such device"
        engine.begin()
        engine.connect(OPUS, rig.send)
        began_s = time.monotonic()
        rig.wait_for_packets(25)
        assert time.monotonic() - began_s == pytest.approx(0.5, abs=0.2)
        flaky.there.set()
        rig.wait_for(DeviceRecovered)
        assert engine.faults()["capture"] is None
    failures = [event for event in rig.events if isinstance(event, DeviceFailed)]
    assert len(failures) == 1


def test_a_microphone_pulled_out_in_a_call_does_not_end_it() -> None:
    flaky = Flaky()
    flaky.there.set()
    rig = Rig(microphone=("flaky", flaky.open))
    with rig.running() as engine:
        engine.begin()
        engine.connect(OPUS, rig.send)
        rig.wait_for_packets(5)
        flaky.there.clear()
        rig.wait_for(DeviceFailed)
        rig.wait_for_packets(len(rig.sent) + 10)
        flaky.there.set()
        rig.wait_for(DeviceRecovered)


def test_a_missing_speaker_keeps_time_and_nothing_else_happens() -> None:
    def missing() -> PlayoutDevice:
        raise DeviceError("nowhere", "No such device")

    rig = Rig(speaker=("nowhere", missing))
    with rig.running() as engine:
        engine.begin()
        send = into(engine)
        for number in range(5):
            send(b"\xf8\xff\xfe", number * 960)
        rig.wait_for(DeviceFailed)
        until_s = time.monotonic() + SOON_S
        while engine.counters()["played"] < 5 and time.monotonic() < until_s:
            time.sleep(0.005)
        assert engine.counters()["played"] == 5


def test_an_earcon_sounds_without_a_call_and_to_its_end(tmp_path: Path) -> None:
    ear = tmp_path / "earcon.wav"
    rig = Rig(speaker=playout(f"record:{ear}"))
    pcm = earcon(Earcon.NO_CONNECTION)
    with rig.running() as engine:
        engine.play(pcm)
        time.sleep(len(pcm) / 96_000 + 0.3)
    assert read_wav(ear).startswith(pcm[:-960])


def test_a_damaged_packet_is_concealed_and_the_call_goes_on() -> None:
    rig = Rig()
    with rig.running() as engine:
        engine.begin()
        send = into(engine)
        for number in range(10):
            send(b"\xff\xff\xff" if number == 5 else b"\xf8\xff\xfe", number * 960)
        time.sleep(0.4)
        assert engine.counters()["played"] == 10


def test_a_codec_that_was_not_offered_is_refused() -> None:
    rig = Rig()
    with rig.running() as engine, pytest.raises(LocalProtocolError, match="PCMU"):
        engine.connect(Codec("PCMU", 0, 8000), rig.send)
