import threading
import time
from itertools import pairwise

from callpoint.audio.frames import FRAME_SAMPLES, SILENCE
from callpoint.simulator.voice import Voice


class Source:
    """Silence, as fast as it is read, and then nothing more."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self) -> bytes:
        self.reads += 1
        time.sleep(0.001)
        return SILENCE


def test_nothing_is_sent_before_somebody_listens_and_the_clock_runs_on() -> None:
    source, sent = Source(), list[tuple[bytes, int]]()
    enough = threading.Event()

    def send(payload: bytes, timestamp: int) -> None:
        sent.append((payload, timestamp))
        if len(sent) == 3:
            enough.set()

    voice = Voice(source, fec=False)
    while source.reads < 5:
        time.sleep(0.001)
    voice.connect(send)
    assert enough.wait(2)
    voice.close()
    timestamps = [timestamp for _, timestamp in sent[:3]]
    assert timestamps[0] >= 4 * FRAME_SAMPLES
    assert [b - a for a, b in pairwise(timestamps)] == [
        FRAME_SAMPLES,
        FRAME_SAMPLES,
    ]
