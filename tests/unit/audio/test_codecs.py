"""Every codec that we speak: what a call needs of it, whichever it is."""

from pathlib import Path

import pytest

from callpoint.audio.boards import effort
from callpoint.audio.codecs import (
    SpeechDecoder,
    effort_of,
    is_known,
    make_decoder,
    make_encoder,
)
from callpoint.audio.frames import FRAME_BYTES, FRAME_SAMPLES, level
from callpoint.audio.rtp import SPOKEN, Codec
from callpoint.errors import DeviceError, LocalProtocolError
from tests.unit.audio.speech import hum, likeness

CLOCK_RATES_HZ = {"opus": 48_000}
CODECS = [Codec(name, 96, CLOCK_RATES_HZ.get(name, 8_000)) for name in SPOKEN]
each_codec = pytest.mark.parametrize("codec", CODECS, ids=lambda codec: codec.name)


def listening(codec: Codec, frames: int = 10) -> tuple[SpeechDecoder, list[bytes]]:
    """A decoder that has heard a hum, and the packets that go on with it."""
    encoder, decoder = make_encoder(codec), make_decoder(codec)
    packets = [encoder.encode(hum(n)) for n in range(frames + 5)]
    for packet in packets[:frames]:
        decoder.decode(packet)
    return decoder, packets[frames:]


@each_codec
def test_speech_survives_the_round_trip(codec: Codec) -> None:
    encoder, decoder = make_encoder(codec), make_decoder(codec)
    heard = [decoder.decode(encoder.encode(hum(n))) for n in range(10)]
    assert all(len(pcm) == FRAME_BYTES for pcm in heard)
    said = b"".join(hum(n) for n in range(4, 6))
    assert likeness(said, b"".join(heard[4:6])) > 0.9


@each_codec
def test_a_packet_tells_its_length(codec: Codec) -> None:
    payload = make_encoder(codec).encode(hum(0))
    assert make_decoder(codec).duration_samples(payload) == FRAME_SAMPLES


@each_codec
def test_what_cannot_be_decoded_is_told_and_the_stream_goes_on(codec: Codec) -> None:
    decoder, (packet, *_) = listening(codec)
    for damaged in (b"", b"\xff" * 5000):
        assert decoder.duration_samples(damaged) == 0
        with pytest.raises(DeviceError, match="cannot decode"):
            decoder.decode(damaged)
        with pytest.raises(DeviceError, match="cannot decode"):
            decoder.resume(damaged, FRAME_SAMPLES)
    assert len(decoder.decode(packet)) == FRAME_BYTES


@each_codec
def test_what_is_lost_is_concealed_with_sound_that_fades(codec: Codec) -> None:
    decoder, (packet, *_) = listening(codec)
    before = level(decoder.decode(packet))
    first = decoder.conceal(480)
    assert len(first) == 960
    assert level(first) > before / 2
    assert [len(decoder.conceal(120)) for _ in range(4)] == [240] * 4
    assert len(decoder.conceal(9600)) == 19_200
    assert level(decoder.conceal(480)) < before / 20


@each_codec
def test_before_the_first_packet_there_is_silence_to_conceal_with(codec: Codec) -> None:
    assert level(make_decoder(codec).conceal(FRAME_SAMPLES)) < 0.001


@each_codec
def test_the_end_of_a_late_packet_is_heard_in_its_place(codec: Codec) -> None:
    decoder, packets = listening(codec)
    truth, _ = listening(codec)
    expected = truth.decode(packets[0])
    decoder.conceal(480)
    heard = decoder.resume(packets[0], 480)
    assert len(heard) == 960
    assert likeness(heard[480:], expected[1440:], 20) > 0.95
    assert len(decoder.resume(packets[1], FRAME_SAMPLES)) == FRAME_BYTES


@pytest.mark.parametrize("codec", CODECS[1:], ids=lambda codec: codec.name)
def test_only_opus_sends_copies(codec: Codec) -> None:
    encoder = make_encoder(codec)
    encoder.expect_loss(50)
    decoder, packets = listening(codec)
    assert decoder.recover(packets[1], FRAME_SAMPLES) is None


def test_opus_recovers_a_packet_from_the_next_one() -> None:
    decoder, packets = listening(CODECS[0])
    copy = decoder.recover(packets[1], FRAME_SAMPLES)
    assert copy is not None
    assert len(copy) == FRAME_BYTES


@pytest.mark.parametrize("codec", CODECS[1:], ids=lambda codec: codec.name)
@pytest.mark.parametrize("duration_ms", [10, 30, 60, 120])
def test_a_telephone_packet_may_have_any_length(codec: Codec, duration_ms: int) -> None:
    decoder, payload = make_decoder(codec), bytes(8 * duration_ms)
    assert decoder.duration_samples(payload) == 48 * duration_ms
    assert len(decoder.decode(payload)) == 96 * duration_ms


@pytest.mark.parametrize(
    ("name", "loudest"), [("PCMU", b"\x00\x80"), ("PCMA", b"\x2a\xaa")]
)
def test_telephone_samples_are_those_of_g711(name: str, loudest: bytes) -> None:
    """One code for each sign: the largest that there is."""
    decoder = make_decoder(Codec(name, 0, 8_000))
    for code in loudest:
        pcm = [decoder.decode(bytes([code]) * 160) for _ in range(3)][-1]
        assert level(pcm) == pytest.approx(32_124 / 32_768, rel=0.01)


def test_names_are_known_in_any_spelling() -> None:
    for name in ("opus", "OPUS", "g722", "G722", "pcmu", "PCMA"):
        assert is_known(name)
        make_decoder(Codec(name, 0, 8_000))
        make_encoder(Codec(name, 0, 8_000))
    for name in ("telephone-event", "CN", "G729", "", "opus/48000"):
        assert not is_known(name)


def test_a_codec_that_was_not_offered_is_refused() -> None:
    for make in (make_encoder, make_decoder):
        with pytest.raises(LocalProtocolError, match="chose G729"):
            make(Codec("G729", 18, 8_000))


def test_the_device_tree_tells_the_board(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.write_bytes(b"Raspberry Pi Zero 2 W Rev 1.0\0")
    assert effort_of(model) == effort("Raspberry Pi Zero 2 W")
    assert effort_of(tmp_path / "missing") == effort("")
