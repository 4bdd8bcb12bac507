import threading
import time
from itertools import pairwise

import pytest

from callpoint.audio.codecs import make_decoder
from callpoint.audio.frames import FRAME_SAMPLES, SILENCE
from callpoint.audio.rtp import Codec
from callpoint.simulator.voice import Voice


class Source:
    """Silence, as fast as it is read, and then nothing more."""

    def __init__(self) -> None:
        self.reads = 0

    def read(self) -> bytes:
        self.reads += 1
        time.sleep(0.001)
        return SILENCE


@pytest.mark.parametrize(
    ("codec", "frame_ticks"),
    [
        (Codec("opus", 111, 48_000), 960),
        (Codec("G722", 9, 8_000), 160),
        (Codec("PCMU", 0, 8_000), 160),
        (Codec("PCMA", 8, 8_000), 160),
    ],
)
def test_nothing_is_sent_before_somebody_listens_and_the_clock_runs_on(
    codec: Codec, frame_ticks: int
) -> None:
    source, sent = Source(), list[tuple[bytes, int]]()
    enough = threading.Event()

    def send(payload: bytes, timestamp: int) -> None:
        sent.append((payload, timestamp))
        if len(sent) == 3:
            enough.set()

    voice = Voice(source, fec=False)
    while source.reads < 5:
        time.sleep(0.001)
    voice.connect(codec, send)
    assert enough.wait(2)
    voice.close()
    timestamps = [timestamp for _, timestamp in sent[:3]]
    assert timestamps[0] >= 4 * frame_ticks
    assert [b - a for a, b in pairwise(timestamps)] == [frame_ticks, frame_ticks]
    decoder = make_decoder(codec)
    assert [decoder.duration_samples(payload) for payload, _ in sent[:3]] == [
        *(FRAME_SAMPLES, FRAME_SAMPLES, FRAME_SAMPLES),
    ]
