"""libopus as we use it: round trips, losses, and what it refuses."""

import math
from array import array

import pytest

from callpoint.audio.frames import FRAME_BYTES, FRAME_SAMPLES, level
from callpoint.audio.opus import Decoder, Encoder, packet_samples
from callpoint.errors import DeviceError


def hum(frame: int) -> bytes:
    """One frame of something voiced: a fundamental with overtones."""
    first = frame * FRAME_SAMPLES
    return array(
        "h",
        (
            round(
                sum(
                    6000 / k * math.sin(2 * math.pi * 150 * k * i / 48000)
                    for k in (1, 2, 3)
                )
            )
            for i in range(first, first + FRAME_SAMPLES)
        ),
    ).tobytes()


def likeness(one: bytes, other: bytes) -> float:
    """Normalised correlation at the best lag within 10 ms."""
    a = memoryview(one).cast("h").tolist()
    b = memoryview(other).cast("h").tolist()

    def at(lag: int) -> float:
        pairs = list(zip(a[: len(a) - lag], b[lag:], strict=True))
        dot = sum(x * y for x, y in pairs)
        norm = math.sqrt(sum(x * x for x, _ in pairs) * sum(y * y for _, y in pairs))
        return dot / norm if norm else 0.0

    return max(at(lag) for lag in range(0, 480, 2))


def test_speech_survives_the_round_trip() -> None:
    encoder, decoder = Encoder(), Decoder()
    heard = [decoder.decode(encoder.encode(hum(n))) for n in range(10)]
    assert all(len(pcm) == FRAME_BYTES for pcm in heard)
    said = b"".join(hum(n) for n in range(4, 8))
    assert likeness(said, b"".join(heard[4:8])) > 0.9


def test_the_bit_rate_is_near_what_was_asked_for() -> None:
    encoder = Encoder(bitrate_bps=28_000)
    sizes = [len(encoder.encode(hum(n))) for n in range(50)]
    assert sum(sizes) * 8 < 40_000


def test_a_lost_packet_is_concealed_with_sound() -> None:
    encoder, decoder = Encoder(), Decoder()
    for n in range(10):
        last = decoder.decode(encoder.encode(hum(n)))
    concealed = decoder.conceal()
    assert len(concealed) == FRAME_BYTES
    assert level(concealed) > level(last) / 3


def test_a_lost_packet_is_better_recovered_than_concealed() -> None:
    """The tone changes in the lost frame: only the copy can know of it."""
    encoder = Encoder(expected_loss_percent=30)
    packets = [encoder.encode(hum(n)) for n in range(10)]
    lost = array("h", (-s for s in memoryview(hum(10)).cast("h"))).tobytes()
    encoder.encode(lost)
    follower = encoder.encode(hum(11))
    recovering, concealing = Decoder(), Decoder()
    for packet in packets:
        recovering.decode(packet)
        concealing.decode(packet)
    assert recovering.recover(follower) != concealing.conceal()


def test_a_packet_that_is_not_opus_is_refused_and_the_stream_goes_on() -> None:
    decoder = Decoder()
    with pytest.raises(DeviceError, match="cannot decode"):
        decoder.decode(b"\xff" * 3)
    assert len(decoder.decode(Encoder().encode(hum(0)))) == FRAME_BYTES


def test_a_frame_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="a frame has 1920 bytes, not 100"):
        Encoder().encode(bytes(100))


def test_the_length_of_a_packet_is_read_without_decoding_it() -> None:
    assert packet_samples(Encoder().encode(hum(0))) == FRAME_SAMPLES
    assert packet_samples(b"") == 0
