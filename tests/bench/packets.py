"""What the far end sent and received, decoded from its tape as if no link were between.

A packet's first sample has the time at which the packet was sent or arrived; most of
them arrive on a line of 20 ms, and the line is laid through their middle.
"""

import base64
import json
import statistics
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from callpoint.audio.opus import Decoder
from tests.bench.listen import RATE_HZ, Timed

FRAME_SAMPLES = 960
# What libopus's encoder looks ahead: a decoded sample stands that much later.
LOOKAHEAD_SAMPLES = 312


@dataclass(frozen=True)
class Packet:
    """One packet of the tape."""

    way: str
    monotonic_s: float
    held_s: float | None
    sequence: int
    timestamp: int
    payload: bytes


def read_tape(path: Path) -> list[Packet]:
    """All packets of a call, in the order of the file."""
    return [
        Packet(
            line["way"],
            line["monotonic_s"],
            line.get("held_s", 0.0),
            line["sequence"],
            line["timestamp"],
            base64.b64decode(line["base64"]),
        )
        for line in map(json.loads, path.read_text().splitlines())
    ]


def decoded(tape: list[Packet], way: str) -> Timed:
    """The sound of all packets that went one way."""
    packets = sorted(
        (packet for packet in tape if packet.way == way),
        key=lambda packet: (packet.timestamp - tape_start(tape, way)) % 2**32,
    )
    decoder = Decoder()
    start = tape_start(tape, way)
    places = [(packet.timestamp - start) % 2**32 for packet in packets]
    samples = np.zeros(places[-1] + 6 * FRAME_SAMPLES, np.int16)
    for place, packet in zip(places, packets, strict=True):
        pcm = np.frombuffer(decoder.decode(packet.payload), np.int16)
        samples[place : place + len(pcm)] = pcm
    began_s = statistics.median(
        packet.monotonic_s - place / RATE_HZ
        for place, packet in zip(places, packets, strict=True)
    )
    return Timed(samples, began_s)


def late_ms(tape: list[Packet], clock_ppm: float = 0.0) -> float:
    """By how much the latest packet was sent after its time, on that clock."""
    rate_hz = RATE_HZ * (1 + clock_ppm * 1e-6)
    start = tape_start(tape, "sent")
    offsets_s = [
        packet.monotonic_s - ((packet.timestamp - start) % 2**32) / rate_hz
        for packet in tape
        if packet.way == "sent"
    ]
    return 1000 * (max(offsets_s) - statistics.median(offsets_s))


def tape_start(tape: list[Packet], way: str) -> int:
    """The timestamp of the first packet."""
    return next(packet.timestamp for packet in tape if packet.way == way)
