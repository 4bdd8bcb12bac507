"""PURE: what an Opus packet tells without being decoded (RFC 6716 sections 3 and 4.2).

How long it is, and whether it holds a copy of the packet before it (in-band FEC, which
the RFC calls LBRR).
"""

from typing import Final

_SAMPLES_PER_MS: Final = 48
_LONGEST_SAMPLES: Final = 120 * _SAMPLES_PER_MS
_FIRST_HYBRID: Final = 12
_FIRST_CELT: Final = 16
_SILK_MS: Final = (10, 20, 40, 60)
_HYBRID_MS: Final = (10, 20)
_CELT_MS: Final = (2.5, 5, 10, 20)
_TWO_BYTE_LENGTH: Final = 252


def is_celt(payload: bytes) -> bool:
    """Whether it holds no SILK layer, and so never a copy."""
    return payload[0] >> 3 >= _FIRST_CELT


def frame_samples(payload: bytes) -> int:
    """How long each of its frames is, in samples at 48 kHz."""
    configuration = payload[0] >> 3
    if configuration < _FIRST_HYBRID:
        duration_ms: float = _SILK_MS[configuration % 4]
    elif configuration < _FIRST_CELT:
        duration_ms = _HYBRID_MS[configuration % 2]
    else:
        duration_ms = _CELT_MS[configuration % 4]
    return int(duration_ms * _SAMPLES_PER_MS)


def duration_samples(payload: bytes) -> int:
    """How long it is, in samples at 48 kHz; 0 for one that cannot be decoded."""
    if not payload:
        return 0
    code = payload[0] & 3
    if code == 3 and len(payload) < 2:
        return 0
    count = (1, 2, 2, payload[1] & 63 if code == 3 else 0)[code]
    duration = count * frame_samples(payload)
    return duration if duration <= _LONGEST_SAMPLES else 0


def holds_copy(payload: bytes) -> bool:
    """Whether a lost packet before this one can be recovered from it."""
    if not payload or is_celt(payload):
        return False
    first = _first_frame_byte(payload)
    return first is not None and _says_copy(first, payload)


def _says_copy(first: int, payload: bytes) -> bool:
    """From the header bits: a VAD flag for each 20 ms, then the LBRR flag.

    They are the range coder's first symbols, of even odds: plain bits of the first
    byte. A stereo packet has the same once more for its side channel.
    """
    flags = max(1, frame_samples(payload) // (20 * _SAMPLES_PER_MS))
    is_stereo = payload[0] & 4
    middle = first >> (7 - flags) & 1
    side = first >> (6 - 2 * flags) & 1 if is_stereo else 0
    return bool(middle or side)


def _first_frame_byte(payload: bytes) -> int | None:
    """Where the frames begin depends on how many there are (section 3.2)."""
    code = payload[0] & 3
    if code == 2:
        return _byte_at(payload, 1, 1)
    if code == 3:
        return _first_of_many(payload)
    return payload[1] if len(payload) > 1 else None


def _byte_at(payload: bytes, at: int, lengths: int) -> int | None:
    """The first byte of the frames that follow `lengths` lengths at `at`.

    None where the first frame is empty: nothing was sent for it.
    """
    if payload[at : at + 1] == b"\0":
        return None
    for _ in range(lengths):
        is_long = payload[at : at + 1] >= bytes([_TWO_BYTE_LENGTH])
        at += 2 if is_long else 1
    return payload[at] if at < len(payload) else None


def _first_of_many(payload: bytes) -> int | None:
    if len(payload) < 2:
        return None
    shape, at = payload[1], 2
    count, is_padded, is_varied = shape & 63, shape & 64, shape & 128
    if is_padded:
        while payload[at : at + 1] == b"\xff":
            at += 1
        at += 1
    if is_varied and count > 1:
        return _byte_at(payload, at, count - 1)
    return payload[at] if at < len(payload) else None
