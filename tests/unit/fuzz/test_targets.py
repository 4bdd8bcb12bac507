"""The samples of every fuzzing target, and small changes of them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import NAMES, target

# What parsers trip over.
PIECES = [
    *(b"", b"\0", b"\xff", b"\n", b"\r\n", b'"', b"\\", b"{}", b"[]", b"null", b"-1"),
    *(
        b"1e400",
        b"NaN",
        b"9" * 20,
        b"9" * 4301,
        b"[" * 2000,
        b'{"a":' * 2000,
        b"\xed\xa0",
    ),
    *(b"\\ud800", "é²".encode(), b"a=", b"\x7f", b"true", b" " * 100, b"id", b"params"),
]


@st.composite
def changed(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A sample with some of it cut out, doubled or replaced; or none at all."""
    text = draw(st.sampled_from(seeds) | st.binary(max_size=200))
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(text)))
        end = draw(st.integers(at, min(len(text), at + 40)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=4))
        text = text[:at] + draw(st.sampled_from([piece, text[at:end] * 2])) + text[end:]
    return text


@pytest.mark.parametrize("name", NAMES)
def test_valid_samples_are_survived(name: str) -> None:
    chosen = target(name)
    for seed in chosen.SEEDS:
        chosen.survives(seed)


@pytest.mark.parametrize("name", NAMES)
@settings(deadline=None)
@given(data=st.data())
def test_changed_samples_are_survived(name: str, data: st.DataObject) -> None:
    chosen = target(name)
    chosen.survives(data.draw(changed(chosen.SEEDS)))
