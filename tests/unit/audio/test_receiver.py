"""The receiving end from packets to sound, on a clock made of arithmetic."""

import random
from collections.abc import Callable
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callpoint.audio.codecs import make_decoder, make_encoder
from callpoint.audio.frames import FRAME_BYTES, SAMPLE_BYTES, SAMPLE_RATE_HZ, level
from callpoint.audio.receiver import PART_BYTES, Receiver, Waiting
from callpoint.audio.rtp import Codec, RtpPacket
from tests.unit.audio.speech import hum, likeness
from tests.unit.audio.streams import (
    DAMAGED,
    DTX,
    SINE,
    Card,
    FarEnd,
    Heard,
    TapeDecoder,
    receiver,
)

WAY_S = 0.03
"""From the far end to us."""
LONGEST_PART_BYTES = PART_BYTES * 3 // 2
SILENT_TAPE = bytes(len(SINE))
each_length = pytest.mark.parametrize("packet_s", [0.01, 0.02, 0.04, 0.06])


def steady(seconds: float, far: FarEnd | None = None) -> list[float]:
    """Delays of that many seconds without jitter, and of a packet more."""
    packet_s = (far or FarEnd()).packet_s
    return [WAY_S] * (round(seconds / packet_s) + 1)


def card_of(far: FarEnd, decoder: TapeDecoder | None = None) -> Card:
    return Card(receiver(decoder, far.clock_rate_hz))


def steepest(heard: list[Heard]) -> int:
    sound = np.frombuffer(b"".join(part.pcm for part in heard), dtype=np.int16)
    return int(np.abs(np.diff(sound.astype(int))).max())


def after_the_beginning(heard: list[Heard]) -> list[Heard]:
    """From the first sound on; a sine begins with a step."""
    first = next(n for n, part in enumerate(heard) if any(part.pcm))
    return heard[first:]


SINES_STEP = steepest([Heard(0.0, SINE, 0.0)])


def acts(card: Card) -> list[str]:
    decoder = card.receiver._decoder
    assert isinstance(decoder, TapeDecoder)
    return [act for act, _ in decoder.acts]


@each_length
def test_a_steady_stream_is_heard_as_it_was_said(packet_s: float) -> None:
    far = FarEnd(packet_s=packet_s)
    card = card_of(far)
    heard = after_the_beginning(card.hear(far.packets(steady(3, far)), 102.9))
    sound = b"".join(part.pcm for part in heard)
    assert sound == (SINE * 3)[: len(sound)]
    assert card.receiver.counters() == {
        **dict.fromkeys(card.receiver.counters(), 0),
        "received": pytest.approx(2.87 / packet_s, abs=2),
        "played": pytest.approx(2.85 / packet_s, abs=2),
        "buffer_ms": pytest.approx(30, abs=30),
        "target_ms": 20,
        "delay_ms": pytest.approx(20, abs=2),
    }


@each_length
def test_a_lost_packet_of_any_length_adds_no_delay(packet_s: float) -> None:
    far = FarEnd(packet_s=packet_s)
    card = card_of(far)
    packets = far.packets(steady(6, far))
    before = card.hear([p for n, p in enumerate(packets) if n != 50], 101.0)
    after = card.hear([], 105.9)
    assert after[-1].delay_s == pytest.approx(before[-1].delay_s, abs=0.001)
    assert steepest(after) <= SINES_STEP + 2
    assert card.receiver.counters()["concealed"] == 1


@each_length
def test_a_lost_packet_is_recovered_from_the_copy_in_the_next(packet_s: float) -> None:
    far = FarEnd(packet_s=packet_s, has_copies=True)
    card = card_of(far)
    packets = far.packets(steady(6, far))
    heard = card.hear([p for n, p in enumerate(packets) if n != 50], 105.9)
    sound = b"".join(part.pcm for part in after_the_beginning(heard))
    assert sound == (SINE * 6)[: len(sound)]
    counters = card.receiver.counters()
    assert (counters["recovered"], counters["concealed"]) == (1, 0)
    assert counters["delay_ms"] == pytest.approx(20, abs=1)


def test_a_copy_that_cannot_be_used_is_made_up() -> None:
    far = FarEnd()
    card = card_of(far)
    card.hear(far.packets([WAY_S] * 50 + [None] + [WAY_S] * 50), 101.9)
    assert acts(card)[50] == "conceal"
    assert card.receiver.counters()["concealed"] == 1


@pytest.mark.parametrize("clock_rate_hz", [8_000, 48_000])
def test_both_wraps_cost_nothing(clock_rate_hz: int) -> None:
    ticks = clock_rate_hz // 50
    far = FarEnd(
        first_number=2**16 - 100,
        first_timestamp=2**32 - 150 * ticks,
        clock_rate_hz=clock_rate_hz,
    )
    card = card_of(far)
    heard = card.hear(far.packets(steady(6)), 105.9)
    sound = b"".join(part.pcm for part in after_the_beginning(heard))
    assert sound == (SINE * 6)[: len(sound)]


@pytest.mark.parametrize(
    "change",
    [
        {"ssrc": 2},
        {"ssrc": 2, "first_number": 20_000, "first_timestamp": 10**8},
        {"first_number": 6_000},
        {"first_number": 2**16 - 4_000},
        {"first_timestamp": 5_000 + 120_000},
        {"first_timestamp": 2**32 + 5_000 - 120_000},
        {"first_timestamp": 5_000 + 30 * 48_000},
        {"first_timestamp": 2**32 + 5_000 - 30 * 48_000},
    ],
    ids=str,
)
def test_a_new_beginning_is_one_restart_and_as_late_as_before(
    change: dict[str, int],
) -> None:
    far, changed = FarEnd(), FarEnd(**change)  # type: ignore[arg-type]
    changed.first_timestamp %= 2**32
    card = card_of(far)
    packets = far.packets([WAY_S] * 100) + changed.packets(steady(8), 100)
    heard = card.hear(packets, 109.9)
    counters = card.receiver.counters()
    assert counters["restarts"] == 1
    assert counters["late"] == counters["dropped"] == 0
    assert heard[-1].delay_s == pytest.approx(0.02, abs=0.001)


@pytest.mark.parametrize("seed", range(3))
def test_jitter_of_40_ms_is_waited_for(seed: int) -> None:
    """Uniform, so that packets overtake one another."""
    dice, far = random.Random(seed), FarEnd()
    card = card_of(far)
    packets = far.packets(WAY_S + dice.random() * 0.04 for _ in range(1000))
    card.hear(packets, 102.0)
    began = card.receiver.counters()
    heard = card.hear([], 119.9)
    counters = card.receiver.counters()
    for fate in ("late", "concealed", "starved_ms", "dropped"):
        assert counters[fate] == began[fate], fate
    assert 38 <= counters["target_ms"] <= 41
    assert heard[-1].delay_s == pytest.approx(0.045, abs=0.004)
    assert steepest(heard) <= SINES_STEP * 1.02


@pytest.mark.parametrize("ppm", [-200, 200])
def test_for_minutes_two_clocks_may_differ_without_a_click(ppm: float) -> None:
    far = FarEnd(ppm=ppm)
    card = card_of(far)
    heard = after_the_beginning(card.hear(far.packets(steady(121)), 220.0))
    delays_s = [part.delay_s for part in heard]
    assert max(delays_s) < 0.04
    assert min(delays_s) > 0.01
    assert steepest(heard) <= SINES_STEP * 1.02
    counters = card.receiver.counters()
    for fate in ("dropped", "concealed", "late", "starved_ms", "restarts"):
        assert counters[fate] == 0, fate
    made_up_ms = counters["lengthened_ms"] - counters["shortened_ms"]
    assert made_up_ms == pytest.approx(-ppm * 120 / 1000, abs=10)


@pytest.mark.parametrize(
    ("tape", "stalled", "within_s"),
    [(SINE, 10, 12), (SINE, 25, 15), (SILENT_TAPE, 25, 2), (SILENT_TAPE, 50, 2)],
    ids=["speech-200", "speech-500", "pause-500", "pause-1000"],
)
def test_after_a_stall_the_delay_is_what_it_was(
    tape: bytes, stalled: int, within_s: float
) -> None:
    far = FarEnd()
    card = card_of(far, TapeDecoder(tape))
    packets = far.packets([WAY_S] * 500)
    packets += far.stalled(range(500, 500 + stalled), WAY_S)
    packets += far.packets(steady(16), 500 + stalled)
    before = card.hear(packets, 109.9)[-1].delay_s
    heard = card.hear([], 110 + stalled * 0.02 + within_s)
    assert heard[-1].delay_s == pytest.approx(before, abs=0.012)
    counters = card.receiver.counters()
    assert counters["dropped"] <= max(0, stalled - 20)
    assert counters["received"] - counters["played"] - counters["dropped"] <= 3


def test_after_a_long_stall_no_more_than_the_cap_is_heard() -> None:
    far = FarEnd()
    card = card_of(far)
    packets = far.packets([WAY_S] * 500) + far.stalled(range(500, 600), WAY_S + 0.005)
    card.hear(packets + far.packets(steady(10), 600), 112.0)
    heard = card.hear([], 112.2)
    assert max(part.delay_s for part in heard) < 0.02 + 0.4 + 0.03
    assert 75 <= card.receiver.counters()["dropped"] <= 82


@pytest.mark.parametrize("way", ["network", "timestamps"])
def test_a_way_that_stays_longer_is_learned(way: str) -> None:
    """By 300 ms, which no target would cover."""
    far = FarEnd()
    slower = far if way == "network" else FarEnd(first_timestamp=far.first_timestamp)
    slower.first_timestamp -= 14_400 if way == "timestamps" else 0
    slower.first_timestamp %= 2**32
    delay_s = WAY_S + 0.3 if way == "network" else WAY_S
    first = FarEnd().packets([WAY_S] * 200)
    card = card_of(far)
    card.hear(first + slower.packets([delay_s] * 700, 200), 112.0)
    before = card.receiver.jitter.counters.starved_ms
    heard = card.hear([], 117.0)
    assert card.receiver.jitter.counters.starved_ms == before
    assert heard[-1].delay_s < 0.04


def test_a_second_of_losses_is_one_restart_and_as_late_as_before() -> None:
    far = FarEnd()
    card = card_of(far)
    delays_s = [WAY_S] * 200 + [None] * 50 + steady(5)
    heard = card.hear(far.packets(delays_s), 109.9)
    assert card.receiver.counters()["restarts"] == 1
    assert heard[-1].delay_s == pytest.approx(0.02, abs=0.001)


@pytest.mark.parametrize("has_copies", [False, True])
def test_many_losses_cost_no_delay_but_what_copies_are_worth(has_copies: bool) -> None:
    dice, far = random.Random(3), FarEnd(has_copies=has_copies)
    card = card_of(far)
    delays_s = [None if dice.random() < 0.3 else WAY_S for _ in range(1000)]
    delay_s = card.hear(far.packets(delays_s), 119.9)[-1].delay_s
    assert delay_s == pytest.approx(0.02, abs=0.006)
    counters = card.receiver.counters()
    fates = [counters[fate] for fate in ("played", "recovered", "concealed")]
    assert sum(fates) == pytest.approx(995, abs=8)
    assert counters["restarts"] == counters["late"] == 0
    assert counters["recovered"] >= 150 if has_copies else counters["recovered"] == 0


def test_what_comes_late_is_resumed_whole_after_what_was_made_up() -> None:
    far = FarEnd()
    card = card_of(far)
    delays_s = [WAY_S] * 50 + [WAY_S + 0.05] * 3 + [WAY_S] * 50
    card.hear(far.packets(delays_s), 101.5)
    decoder = card.receiver._decoder
    assert isinstance(decoder, TapeDecoder)
    resumed = [samples for act, samples in decoder.acts if act == "resume"]
    assert resumed == [960]
    assert acts(card).index("resume") > acts(card).index("conceal")


def test_after_a_loss_the_next_packet_is_decoded_and_not_resumed() -> None:
    far = FarEnd()
    card = card_of(far)
    card.hear(far.packets([WAY_S] * 50 + [None] + [WAY_S] * 20), 101.3)
    assert "conceal" in acts(card)
    assert "resume" not in acts(card)


def test_a_damaged_packet_is_concealed_for_all_its_time() -> None:
    far = FarEnd()
    card = card_of(far)
    packets = far.packets(steady(4))
    packets[100] = far.packet(100, WAY_S, DAMAGED)
    heard = card.hear(packets, 103.9)
    assert heard[-1].delay_s == pytest.approx(0.02, abs=0.001)
    assert steepest(after_the_beginning(heard)) <= SINES_STEP + 2
    assert card.receiver.counters()["restarts"] == 0


def test_an_announced_pause_is_filled_by_the_decoder() -> None:
    far = FarEnd()
    later = FarEnd(first_timestamp=far.first_timestamp + 48_000, begins_s=101.0)
    card = card_of(far)
    packets = [*far.packets([WAY_S] * 50), far.packet(50, WAY_S, DTX)]
    heard = card.hear(packets + later.packets(steady(3), 51), 104.9)
    counters = card.receiver.counters()
    assert counters["restarts"] == counters["starved_ms"] == counters["late"] == 0
    assert heard[-1].delay_s == pytest.approx(0.02, abs=0.001)
    assert 98 <= acts(card).count("conceal") <= 100


def test_a_call_without_packets_is_silent() -> None:
    heard = Card(receiver()).hear([], 101.0)
    assert not any(any(part.pcm) for part in heard)


def test_loudness_is_that_of_what_was_decoded_last() -> None:
    far = FarEnd()
    card = card_of(far)
    card.hear(far.packets([WAY_S] * 20), 100.3)
    assert card.receiver.loudness == pytest.approx(0.5 / 2**0.5, rel=0.05)
    card.hear([], 101.0)
    assert card.receiver.loudness == 0


class Buzz(TapeDecoder):
    """In whose sound nothing is like anything else."""

    noise = np.random.default_rng(1).integers(-9000, 9000, SAMPLE_RATE_HZ, np.int16)

    def __init__(self) -> None:
        super().__init__(self.noise.tobytes())


@pytest.mark.parametrize("decoder", [TapeDecoder, Buzz])
def test_in_speech_only_what_repeats_itself_is_spliced(
    decoder: Callable[[], TapeDecoder],
) -> None:
    """A noise is only nudged, and is late for longer."""
    far = FarEnd()
    card = card_of(far, decoder())
    packets = far.packets([WAY_S] * 100) + far.stalled(range(100, 115), WAY_S)
    card.hear(packets + far.packets(steady(2), 115), 103.5)
    shortened_ms = card.receiver.counters()["shortened_ms"]
    assert shortened_ms < 20 if decoder is Buzz else shortened_ms > 60


def voiced(codec: Codec, frames: int) -> tuple[list[bytes], bytes]:
    """Packets of a voice, and what it says."""
    encoder = make_encoder(codec)
    encoder.expect_loss(20)
    said = [hum(n, 150) for n in range(frames)]
    return [encoder.encode(frame) for frame in said], b"".join(said)


@pytest.mark.parametrize(
    ("codec", "fate"),
    [
        (Codec("opus", 96, 48_000), "recovered"),
        (Codec("G722", 9, 8_000), "concealed"),
        (Codec("PCMU", 0, 8_000), "concealed"),
    ],
    ids=["opus", "G722", "PCMU"],
)
def test_real_codecs_are_heard_through_losses_and_jitter(
    codec: Codec, fate: str
) -> None:
    dice = random.Random(5)
    far = FarEnd(clock_rate_hz=codec.clock_rate_hz)
    payloads, said = voiced(codec, 40)
    card = Card(Receiver(codec, make_decoder(codec), Waiting()))
    packets = [
        far.packet(n, WAY_S + dice.random() * 0.02, payload)
        for n, payload in enumerate(payloads)
        if n != 15
    ]
    heard = card.hear(packets, 100.8)
    assert card.receiver.counters()[fate] == 1
    sound = b"".join(part.pcm for part in heard)
    begin = round(0.6 * SAMPLE_RATE_HZ) * SAMPLE_BYTES
    piece = sound[begin : begin + FRAME_BYTES]
    assert level(piece) == pytest.approx(level(said), rel=0.2)
    assert likeness(said[:FRAME_BYTES], piece, 340) > 0.9


def test_where_the_time_line_is_to_be_kept_nothing_is_corrected() -> None:
    decoder = TapeDecoder()
    kept = Receiver(Codec("tape", 96, 48_000), decoder, Waiting(0.06, follows=False))
    card, far = Card(kept), FarEnd(ppm=200)
    delays_s = [WAY_S] * 20 + [WAY_S + 0.1] * 500
    heard = card.hear(far.packets(delays_s), 110.0)
    counters = kept.counters()
    assert counters["lengthened_ms"] == counters["shortened_ms"] == 0
    assert heard[40].delay_s == pytest.approx(0.06, abs=0.002)


numbers = st.one_of(st.integers(0, 60), st.integers(0, 2**16 - 1))
timestamps = st.one_of(
    st.integers(0, 60).map(lambda number: number * 960), st.integers(0, 2**32 - 1)
)
payloads = st.sampled_from([None, DTX, DAMAGED, b""])
waits_s = st.one_of(st.just(0.0), st.floats(0, 0.3))


@settings(max_examples=40)
@given(
    st.lists(st.tuples(numbers, timestamps, payloads, st.integers(1, 2), waits_s)),
    st.sampled_from([8_000, 48_000]),
)
def test_whatever_arrives_the_card_gets_some_10_ms(
    arrivals: list[tuple[int, int, bytes | None, int, float]], clock_rate_hz: int
) -> None:
    card = Card(receiver(clock_rate_hz=clock_rate_hz))
    for number, timestamp, payload, ssrc, wait_s in [*arrivals, (0, 0, None, 1, 0.3)]:
        said = FarEnd().said(number) if payload is None else payload
        packet = RtpPacket(number, timestamp, 96, said, ssrc, card.now_s)
        for part in card.hear([packet], card.now_s + wait_s):
            assert 0 < len(part.pcm) <= LONGEST_PART_BYTES
            assert len(part.pcm) % SAMPLE_BYTES == 0
    assert all(count >= 0 for count in astuple(card.receiver.jitter.counters))
