"""Opus as we use it: round trips, losses, and what it refuses."""

from array import array
from itertools import pairwise

import pytest

from callpoint.audio.frames import FRAME_BYTES, FRAME_SAMPLES, level
from callpoint.audio.opus import Decoder, Encoder
from callpoint.audio.opus_packet import holds_copy
from callpoint.errors import DeviceError
from tests.unit.audio.speech import distance, hum, likeness

HALF_SAMPLES = FRAME_SAMPLES // 2
SPLICED_BYTES = 480
"""What was concealed fades out for 5 ms."""
CELT_SILENCE = b"\xf8\xff\xfe"


def speech(frames: int, expected_loss_percent: int = 30) -> list[bytes]:
    """Packets of a hum that changes at every frame: no two packets are alike."""
    encoder = Encoder(expected_loss_percent=expected_loss_percent)
    return [encoder.encode(hum(n, 120 + 9 * n)) for n in range(frames)]


def listening(packets: list[bytes]) -> Decoder:
    """A decoder that has heard these."""
    decoder = Decoder()
    for packet in packets:
        decoder.decode(packet)
    return decoder


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
    decoder = listening(speech(9))
    last = decoder.decode(speech(10)[9])
    concealed = decoder.conceal(FRAME_SAMPLES)
    assert len(concealed) == FRAME_BYTES
    assert level(concealed) > level(last) / 3


def test_a_long_loss_fades_away() -> None:
    decoder = listening(speech(10))
    first, *_, last = [decoder.conceal(HALF_SAMPLES) for _ in range(20)]
    assert level(last) < level(first) / 20


@pytest.mark.parametrize("piece_samples", [120, 240, 480])
def test_concealment_goes_on_where_it_ended(piece_samples: int) -> None:
    packets = speech(10)
    at_once = listening(packets).conceal(1920)
    decoder = listening(packets)
    pieces = [decoder.conceal(piece_samples) for _ in range(1920 // piece_samples)]
    assert b"".join(pieces) == at_once


def test_what_was_not_asked_for_is_not_heard_later() -> None:
    packets = speech(11)
    decoder = listening(packets[:10])
    decoder.conceal(120)
    decoder.decode(packets[10])
    once = decoder.conceal(120)
    other = listening(packets[:10])
    other.conceal(480)
    other.decode(packets[10])
    assert once == other.conceal(120)


def test_a_lost_packet_is_better_recovered_than_concealed() -> None:
    """The tone changes in the lost frame: only the copy can know of it."""
    packets = speech(12)
    truth = listening(packets[:10]).decode(packets[10])
    concealed = listening(packets[:10]).conceal(FRAME_SAMPLES)
    recovered = listening(packets[:10]).recover(packets[11], FRAME_SAMPLES)
    assert recovered is not None
    assert distance(recovered, truth) < 0.8 * distance(concealed, truth)


def test_a_packet_without_a_copy_recovers_nothing() -> None:
    packets = speech(12, expected_loss_percent=0)
    decoder = listening(packets[:10])
    assert decoder.recover(packets[11], FRAME_SAMPLES) is None
    assert decoder.conceal(480) == listening(packets[:10]).conceal(480)


def test_after_celt_nothing_is_recovered_because_libopus_would_conceal() -> None:
    decoder = listening([CELT_SILENCE])
    assert decoder.recover(speech(2)[1], FRAME_SAMPLES) is None


def test_a_damaged_packet_recovers_nothing() -> None:
    damaged = b"\x4b\x00\xff"
    assert holds_copy(damaged)
    assert Decoder().recover(damaged, FRAME_SAMPLES) is None


def test_the_rest_of_a_half_concealed_packet_comes_from_the_copy() -> None:
    packets = speech(13)
    whole, halved = listening(packets[:10]), listening(packets[:10])
    copy = whole.recover(packets[11], FRAME_SAMPLES)
    halved.conceal(HALF_SAMPLES)
    rest = halved.recover(packets[11], HALF_SAMPLES)
    assert copy is not None
    assert rest is not None
    assert len(rest) == FRAME_BYTES // 2
    assert rest[SPLICED_BYTES:] == copy[FRAME_BYTES // 2 + SPLICED_BYTES :]
    assert rest[:SPLICED_BYTES] != copy[FRAME_BYTES // 2 :][:SPLICED_BYTES]
    for packet in packets[11:]:
        assert halved.decode(packet) == whole.decode(packet)


def test_a_gap_of_two_packets_is_recovered_from_its_end() -> None:
    packets = speech(14)
    whole, cut = listening(packets[:10]), listening(packets[:10])
    both = whole.recover(packets[12], 2 * FRAME_SAMPLES)
    cut.conceal(3 * HALF_SAMPLES)
    rest = cut.recover(packets[12], HALF_SAMPLES)
    assert both is not None
    assert rest is not None
    assert rest[SPLICED_BYTES:] == both[-HALF_SAMPLES * 2 + SPLICED_BYTES :]
    assert cut.decode(packets[12]) == whole.decode(packets[12])


def test_a_gap_that_is_longer_than_a_copy_is_concealed_before_it() -> None:
    packets = speech(12)
    decoder, other = listening(packets[:10]), listening(packets[:10])
    recovered = decoder.recover(packets[11], 20 * FRAME_SAMPLES)
    assert recovered is not None
    assert len(recovered) == 20 * FRAME_BYTES
    assert recovered[: 19 * FRAME_BYTES] == other.conceal(19 * FRAME_SAMPLES)
    assert level(recovered[19 * FRAME_BYTES :]) > 0.05


def test_after_a_long_gap_the_copy_is_still_taken() -> None:
    packets = speech(12)
    decoder = listening(packets[:10])
    decoder.conceal(10 * FRAME_SAMPLES)
    rest = decoder.recover(packets[11], HALF_SAMPLES)
    assert rest is not None
    assert len(rest) == FRAME_BYTES // 2
    assert level(rest) > 0.01


@pytest.mark.parametrize("samples", [HALF_SAMPLES, FRAME_SAMPLES])
def test_a_late_packet_is_heard_as_if_nothing_had_been_concealed(samples: int) -> None:
    packets = speech(13)
    in_time, late = listening(packets[:10]), listening(packets[:10])
    truth = in_time.decode(packets[10])[-2 * samples :]
    going_on = late.conceal(HALF_SAMPLES)
    heard = late.resume(packets[10], samples)
    assert len(heard) == 2 * samples
    assert heard[SPLICED_BYTES:] == truth[SPLICED_BYTES:]
    for packet in packets[11:]:
        assert late.decode(packet) == in_time.decode(packet)
    samples_of = array("h", going_on[-2:] + heard)
    edge = abs(samples_of[1] - samples_of[0])
    steps = [abs(b - a) for a, b in pairwise(array("h", truth))]
    assert edge < 3 * max(steps)


def test_a_pause_of_the_network_leaves_no_trace_in_the_decoder() -> None:
    packets = speech(12)
    in_time, late = listening(packets[:11]), listening(packets[:10])
    late.conceal(20 * FRAME_SAMPLES)
    late.resume(packets[10], FRAME_SAMPLES)
    assert late.decode(packets[11]) == in_time.decode(packets[11])


def test_a_packet_in_time_may_be_resumed_as_well() -> None:
    packets = speech(11)
    in_time, resumed = listening(packets[:8]), listening(packets[:8])
    for decoder in (in_time, resumed):
        decoder.conceal(FRAME_SAMPLES)
        decoder.decode(packets[9])
    heard = resumed.resume(packets[10], FRAME_SAMPLES)
    assert heard == in_time.decode(packets[10])


def test_expected_loss_decides_whether_packets_hold_copies() -> None:
    encoder = Encoder(expected_loss_percent=0)
    packets = [encoder.encode(hum(n)) for n in range(10)]
    assert not any(map(holds_copy, packets))
    encoder.expect_loss(20)
    packets = [encoder.encode(hum(n)) for n in range(10, 20)]
    assert all(map(holds_copy, packets[2:]))
    encoder.expect_loss(0)
    packets = [encoder.encode(hum(n)) for n in range(20, 30)]
    assert not any(map(holds_copy, packets[2:]))


@pytest.mark.parametrize("complexity", [0, 5, 7])
def test_every_library_takes_every_complexity_of_a_decoder(complexity: int) -> None:
    decoder = Decoder(complexity)
    assert len(decoder.decode(speech(1)[0])) == FRAME_BYTES


def test_a_packet_that_is_not_opus_is_refused_and_the_stream_goes_on() -> None:
    decoder = Decoder()
    for refused in (b"\xff" * 3, b""):
        with pytest.raises(DeviceError, match="cannot decode"):
            decoder.decode(refused)
        with pytest.raises(DeviceError, match="cannot decode"):
            decoder.resume(refused, FRAME_SAMPLES)
    assert len(decoder.decode(Encoder().encode(hum(0)))) == FRAME_BYTES


def test_a_frame_of_another_length_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="a frame has 1920 bytes, not 100"):
        Encoder().encode(bytes(100))


def test_the_length_of_a_packet_is_read_without_decoding_it() -> None:
    assert Decoder().duration_samples(Encoder().encode(hum(0))) == FRAME_SAMPLES
    assert Decoder().duration_samples(b"") == 0
