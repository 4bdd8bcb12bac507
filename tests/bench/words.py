"""PURE: which words of what was said arrived, however late or fast.

What was said before the answer is sent a little faster, with the pauses taken out, so
that no alignment holds for long: each piece of a word is looked for by itself.
"""

import numpy as np

from tests.bench.listen import RATE_HZ, Samples, in_band, lag_of

_PIECE = RATE_HZ * 3 // 20
_SPEECH_SHARE = 10 ** (-20 / 20)
_FOUND_AT_LEAST = 0.6
# A word that is there has nearly all of its pieces; one that is not, has few.
_WORD_AT_LEAST = 0.7


def lost(words: list[Samples], heard: Samples) -> int:
    """How many of the words are not in the recording."""
    return sum(share(word, heard) < _WORD_AT_LEAST for word in words)


def share(word: Samples, heard: Samples) -> float:
    """How much of a word is in the recording."""
    reference, recording = in_band(word), in_band(heard)
    level = np.sqrt(np.mean(reference**2))
    pieces = [
        reference[start : start + _PIECE]
        for start in range(0, len(reference) - _PIECE, _PIECE)
    ]
    spoken = [p for p in pieces if np.sqrt(np.mean(p**2)) > _SPEECH_SHARE * level]
    found = [lag_of(piece, recording)[1] >= _FOUND_AT_LEAST for piece in spoken]
    return sum(found) / len(found)
