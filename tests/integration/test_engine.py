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
from callpoint.audio.opus_packet import holds_copy
from callpoint.audio.receiver import Waiting
from callpoint.audio.repair import Sole, Source
from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.audio.synthetic import SyntheticCapture, read_wav
from callpoint.errors import DeviceError, LocalProtocolError
from callpoint.station.events import DeviceFailed, DeviceRecovered, Earcon, Spoke
from callpoint.system.turning import LONGEST_TURN_S, stuck
from tests.sound_server import write_wav

VOICE = Path("/usr/share/sounds/alsa/Front_Center.wav")
OPUS = Codec("opus", 96, 48_000)
SOON_S = 3.0
Sound = np.ndarray[tuple[int], np.dtype[np.int16]]


def capture(name: str) -> Source[CaptureDevice]:
    def opened() -> CaptureDevice:
        device = synthetic.open_capture(name)
        assert device is not None
        return device

    return Sole(name, opened)


def playout(name: str) -> Source[PlayoutDevice]:
    def opened() -> PlayoutDevice:
        device = synthetic.open_playout(name)
        assert device is not None
        return device

    return Sole(name, opened)


@dataclass
class Rig:
    """An engine and what it told."""

    microphone: Source[CaptureDevice] = field(
        default_factory=lambda: capture("silence")
    )
    speaker: Source[PlayoutDevice] = field(default_factory=lambda: playout("silence"))
    waiting: Waiting = field(default_factory=Waiting)
    events: list[AudioEvent] = field(default_factory=list)
    sent: list[tuple[bytes, int]] = field(default_factory=list)

    @contextmanager
    def running(self) -> Iterator[VoiceEngine]:
        engine = VoiceEngine(
            self.microphone, self.speaker, self.events.append, waiting=self.waiting
        )
        engine.start()
        try:
            yield engine
        finally:
            engine.end()
            engine.close()

    @contextmanager
    def in_call(self) -> Iterator[VoiceEngine]:
        """An engine whose far end listens."""
        with self.running() as engine:
            engine.begin()
            engine.connect(OPUS, self.send)
            engine.speak()
            yield engine

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

    def wait_until(self, condition: Callable[[], bool]) -> None:
        until_s = time.monotonic() + SOON_S
        while not condition():
            assert time.monotonic() < until_s
            time.sleep(0.005)

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


def heard(sent: list[tuple[bytes, int]]) -> Sound:
    decoder = Decoder()
    pcm = b"".join(decoder.decode(payload) for payload, _ in sent)
    return np.frombuffer(pcm, dtype=np.int16)


PITCHES_HZ = (300, 500, 800, 1200)


def words(number: int) -> bytes:
    """Frame of a microphone: words of 160 ms at one pitch each, pauses of 100 ms."""
    word, frame = divmod(number, 13)
    if word >= len(PITCHES_HZ) or frame >= 8:
        return SILENCE
    return tone(PITCHES_HZ[word])(frame)


def tone(frequency_hz: int) -> Callable[[int], bytes]:
    def frame(number: int) -> bytes:
        at = np.arange(number * 960, (number + 1) * 960) / 48_000
        sound = 8000 * np.sin(2 * np.pi * frequency_hz * at)
        return sound.astype(np.int16).tobytes()

    return frame


def heard_s(sound: Sound, frequency_hz: int) -> tuple[float, float]:
    """For how long a tone is heard, and when it is in the middle of that."""
    pieces = sound[: len(sound) // 480 * 480].reshape(-1, 480).astype(float)
    turns = np.exp(-2j * np.pi * frequency_hz * np.arange(480) / 48_000)
    strength = np.abs(pieces @ turns) / 240
    loudness = np.sqrt(2 * (pieces**2).mean(axis=1))
    places = np.flatnonzero((strength > 0.7 * loudness) & (loudness > 1500))
    return len(places) / 100, float(np.median(places)) / 100 if len(places) else 0.0


def test_words_said_before_anybody_listens_arrive_in_order_and_complete() -> None:
    rig = Rig(microphone=Sole("words", lambda: SyntheticCapture("words", words)))
    with rig.running() as engine:
        engine.begin()
        engine.open_microphone()
        rig.wait_until(lambda: engine.counters()["preroll_ms"] >= 600)
        assert rig.sent == []
        engine.connect(OPUS, rig.send)
        rig.wait_for_packets(10)
        engine.speak()
        silent = len(rig.sent)
        rig.wait_until(lambda: engine.counters()["preroll_ms"] == 0)
        rig.wait_for_packets(len(rig.sent) + 10)
        counters = engine.counters()
    sound = heard(rig.sent)
    assert np.abs(sound[: (silent - 1) * 960]).max() < 50
    told = [heard_s(sound, frequency_hz) for frequency_hz in PITCHES_HZ]
    assert all(0.1 <= duration_s <= 0.2 for duration_s, _ in told), told
    middles_s = [middle_s for _, middle_s in told]
    assert middles_s == sorted(middles_s)
    assert counters["longest_preroll_ms"] >= 780
    assert counters["preroll_dropped_ms"] == 0


def test_until_somebody_listens_silence_goes_out() -> None:
    rig = Rig(microphone=capture("tone:440"))
    with rig.running() as engine:
        engine.begin()
        engine.open_microphone()
        engine.connect(OPUS, rig.send)
        rig.wait_for_packets(20)
        assert np.abs(heard(rig.sent[:20])).max() < 50
        engine.speak()
        number = len(rig.sent)
        rig.wait_for_packets(number + 20)
    assert heard_s(heard(rig.sent), 440)[0] >= 0.3


def test_nothing_that_was_kept_survives_the_end_of_a_call() -> None:
    rig = Rig(microphone=capture("tone:440"))
    with rig.running() as engine:
        engine.begin()
        engine.open_microphone()
        rig.wait_until(lambda: engine.counters()["preroll_ms"] >= 100)
        engine.end()
        rig.wait_until(lambda: engine.counters()["preroll_ms"] == 0)
        assert engine.levels() == (0.0, 0.0)
        engine.begin()
        engine.connect(OPUS, rig.send)
        engine.speak()
        rig.wait_for_packets(20)
        assert np.abs(heard(rig.sent)).max() < 50
        assert engine.counters()["longest_preroll_ms"] <= 40


def test_what_the_far_end_misses_is_repeated_in_the_next_packet() -> None:
    rig = Rig(microphone=capture(f"wav:{VOICE}"))
    with rig.in_call() as engine:
        engine.open_microphone()
        rig.wait_for_packets(25)
        assert not any(holds_copy(payload) for payload, _ in rig.sent)
        engine.tell_loss(15.0)
        told = len(rig.sent)
        rig.wait_for_packets(told + 30)
    assert any(holds_copy(payload) for payload, _ in rig.sent[told:])


@pytest.mark.parametrize("name", ["G722", "PCMU"])
def test_telephone_codecs_are_heard_both_ways(name: str, tmp_path: Path) -> None:
    codec = Codec(name, 9, 8_000)
    ears = [tmp_path / "one.wav", tmp_path / "other.wav"]
    one = Rig(capture("tone:440"), playout(f"record:{ears[0]}"))
    other = Rig(capture("tone:700"), playout(f"record:{ears[1]}"))
    with one.running() as here, other.running() as there:
        for engine, far in ((here, there), (there, here)):
            engine.begin()
            engine.open_microphone()
            engine.connect(codec, into(far))
            engine.speak()
        one.wait_for(FirstSoundPlayed)
        other.wait_for(FirstSoundPlayed)
        one.wait_until(lambda: here.counters()["played"] >= 40)
        other.wait_until(lambda: there.counters()["played"] >= 40)
        assert here.counters()["late"] == there.counters()["late"] == 0
    for ear, frequency_hz in zip(ears, (700, 440), strict=True):
        sound = np.frombuffer(read_wav(ear), dtype=np.int16)
        assert heard_s(sound, frequency_hz)[0] >= 0.6


def test_what_one_says_is_what_the_other_hears(tmp_path: Path) -> None:
    """On one time line: a busy machine's pauses are waited for, and not followed."""
    ear = tmp_path / "heard.wav"
    mouth_wav = tmp_path / "said.wav"
    # Nobody speaks before the far end listens: the pre-roll has nothing to make up for.
    write_wav(mouth_wav, SILENCE * 25 + read_wav(VOICE))
    near = Rig(microphone=capture(f"wav:{mouth_wav}"))
    far = Rig(speaker=playout(f"record:{ear}"), waiting=Waiting(0.2, follows=False))
    with near.running() as mouth, far.in_call() as listener:
        mouth.begin()
        mouth.open_microphone()
        mouth.connect(OPUS, into(listener))
        mouth.speak()
        far.wait_for(FirstSoundPlayed)
        time.sleep(2)
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
    with rig.in_call() as engine:
        rig.wait_for_packets(20)
        assert np.abs(heard(rig.sent[:20])).max() < 50
        rig.sent.clear()
        engine.open_microphone()
        rig.wait_for_packets(20)
        assert np.abs(heard(rig.sent[:20])).max() > 4000
        rig.wait_for(Spoke)


def test_timestamps_count_samples_without_a_gap() -> None:
    rig = Rig()
    with rig.in_call():
        rig.wait_for_packets(10)
    stamps = [timestamp for _, timestamp in rig.sent]
    assert {b - a for a, b in pairwise(stamps)} == {960}


def test_between_calls_the_microphone_does_not_run() -> None:
    reads = []

    def frame(number: int) -> bytes:
        reads.append(number)
        return SILENCE

    rig = Rig(microphone=Sole("counted", lambda: SyntheticCapture("counted", frame)))
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
    rig = Rig(microphone=Sole("flaky", flaky.open))
    with rig.running() as engine:
        rig.wait_for(DeviceFailed)
        assert str(engine.faults()["capture"]) == "flaky: No such device"
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
    rig = Rig(microphone=Sole("flaky", flaky.open))
    with rig.in_call():
        rig.wait_for_packets(5)
        flaky.there.clear()
        rig.wait_for(DeviceFailed)
        rig.wait_for_packets(len(rig.sent) + 10)
        flaky.there.set()
        rig.wait_for(DeviceRecovered)


def test_a_missing_speaker_keeps_time_and_nothing_else_happens() -> None:
    def missing() -> PlayoutDevice:
        raise DeviceError("nowhere", "No such device")

    rig = Rig(speaker=Sole("nowhere", missing))
    with rig.in_call() as engine:
        send = into(engine)
        for number in range(5):
            send(b"\xf8\xff\xfe", number * 960)
        rig.wait_for(DeviceFailed)
        until_s = time.monotonic() + SOON_S
        while engine.counters()["played"] < 5 and time.monotonic() < until_s:
            time.sleep(0.005)
        assert engine.counters()["played"] == 5


def test_both_threads_turn_in_a_call_without_devices() -> None:
    def missing() -> CaptureDevice:
        raise DeviceError("nowhere", "No such device")

    rig = Rig(microphone=Sole("nowhere", missing))
    with rig.in_call() as engine:
        rig.wait_for_packets(5)
        doing = {part: turn.doing for part, turn in engine.turns().items()}
        assert doing == {
            "the capture thread": "recording",
            "the playout thread": "playing",
        }
        assert stuck(engine.turns(), time.monotonic()) == []


def test_a_thread_that_waits_for_a_call_may_wait_for_ever() -> None:
    rig = Rig()
    with rig.running() as engine:
        rig.wait_until(lambda: engine.worked)
        rig.wait_until(lambda: stuck(engine.turns(), time.monotonic() + 1e6) == [])


def test_a_microphone_that_hangs_is_seen() -> None:
    let_go = threading.Event()

    def hang(_: int) -> bytes:
        let_go.wait(SOON_S)
        return SILENCE

    rig = Rig(microphone=Sole("stuck", lambda: SyntheticCapture("stuck", hang)))
    with rig.in_call() as engine:
        rig.wait_until(lambda: engine.turns()["the capture thread"].due_s is not None)
        later_s = time.monotonic() + LONGEST_TURN_S + 1
        rig.wait_until(
            lambda: engine.turns()["the capture thread"].doing == "recording"
        )
        assert stuck({"it": engine.turns()["the capture thread"]}, later_s)
        let_go.set()


def test_threads_that_are_gone_are_seen() -> None:
    told: list[AudioEvent] = []
    engine = VoiceEngine(capture("silence"), playout("silence"), told.append)
    assert stuck(engine.turns(), time.monotonic()) == [
        "the capture thread is gone",
        "the playout thread is gone",
    ]


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
    with rig.in_call() as engine:
        send = into(engine)
        for number in range(10):
            send(b"\xff\xff\xff" if number == 5 else b"\xf8\xff\xfe", number * 960)
        time.sleep(0.4)
        assert engine.counters()["played"] == 10


def test_a_codec_that_was_not_offered_is_refused() -> None:
    rig = Rig()
    with rig.running() as engine, pytest.raises(LocalProtocolError, match="G729"):
        engine.connect(Codec("G729", 18, 8000), rig.send)
