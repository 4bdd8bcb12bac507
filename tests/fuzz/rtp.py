"""Packets of speech: any header, any payload, in any order, into every decoder.

The first byte chooses the codec; then each packet has a header of ours, which says how
long it is.
"""

import struct
from dataclasses import astuple

from callpoint.audio.codecs import make_decoder, make_encoder
from callpoint.audio.frames import FRAME_BYTES, SAMPLE_BYTES
from callpoint.audio.receiver import PART_BYTES, Receiver, Waiting
from callpoint.audio.rtp import Codec, RtpPacket

CODECS = (
    Codec("opus", 111, 48_000),
    Codec("G722", 9, 8_000),
    Codec("PCMU", 0, 8_000),
    Codec("PCMA", 8, 8_000),
)
# Sequence number, timestamp, SSRC, time since the packet before, length.
HEADER = struct.Struct("<HIBBB")
PARTS_AT_MOST = 400


def _sample(number: int) -> bytes:
    codec = CODECS[number]
    encoder, sample = make_encoder(codec), bytes([number])
    ticks = codec.clock_rate_hz // 50
    for index in range(6):
        pcm = bytes((index * at * 7) % 251 for at in range(FRAME_BYTES))
        payload = encoder.encode(pcm)[:255]
        sample += HEADER.pack(index, index * ticks, 1, 20, len(payload)) + payload
    return sample


SEEDS = [_sample(number) for number in range(len(CODECS))]


def survives(received: bytes) -> None:
    """Whatever comes, the card gets whole samples, some 10 ms of them."""
    codec = CODECS[received[0] % len(CODECS)] if received else CODECS[0]
    receiver = Receiver(codec, make_decoder(codec), Waiting())
    at, now_s, played_s, parts = 1, 0.0, 0.0, 0
    while at + HEADER.size <= len(received):
        number, timestamp, ssrc, wait, length = HEADER.unpack_from(received, at)
        payload = received[at + HEADER.size :][:length]
        at += HEADER.size + length
        now_s += wait / 1000
        receiver.push(
            RtpPacket(number, timestamp, codec.payload_type, payload, ssrc, now_s)
        )
        while played_s < now_s and parts < PARTS_AT_MOST:
            part = receiver.part(played_s)
            assert 0 < len(part) <= PART_BYTES * 3 // 2
            assert len(part) % SAMPLE_BYTES == 0
            played_s += len(part) / PART_BYTES / 100
            parts += 1
    assert all(count >= 0 for count in astuple(receiver.jitter.counters))
