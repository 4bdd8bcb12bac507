"""Which libopus is taken: of those on this machine the one that can do most.

From 1.5 on it can conceal losses with neural networks, if it was built with them.
Debian 13 builds it so; the newer one inside PyAV's wheel is built without. The
distribution's is therefore taken where it has them, and PyAV's elsewhere.
The environment variable CALLPOINT_LIBOPUS names another file, and nothing else is
tried then. Constants are of opus_defines.h.
"""

import ctypes
import importlib.util
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from callpoint.errors import DeviceError

CHOICE: Final = "CALLPOINT_LIBOPUS"
SET_COMPLEXITY: Final = 4010

_DISTRIBUTION: Final = "libopus.so.0"
_NEURAL_COMPLEXITY: Final = 5
_PROBE_SAMPLES: Final = 960
# SILK, wideband, 20 ms, mono. Whatever follows is a sound: a range coder makes
# something of any bytes.
_PROBE_PACKET: Final = bytes([0x48, *range(100, 140)])


@dataclass(frozen=True)
class Libopus:
    """A library that was loaded."""

    functions: ctypes.CDLL
    file: str
    version: str
    """Its name of itself, such as `libopus 1.5.2`."""
    is_neural: bool
    """Whether its decoder conceals with neural networks from complexity 5 on."""


@cache
def library() -> Libopus:
    """The one that everybody uses.

    Choosing it takes 2 ms. Raises DeviceError where there is none.
    """
    if named := os.environ.get(CHOICE):
        if (chosen := load(named)) is None:
            raise DeviceError(
                named, "is no libopus that can be loaded", f"mend or unset {CHOICE}"
            )
        return chosen
    return best([each for name in _candidates() if (each := load(name)) is not None])


def best(found: Sequence[Libopus]) -> Libopus:
    """The first with networks, else the last; DeviceError where nothing was found."""
    if not found:
        raise DeviceError(
            "libopus",
            "not found",
            "install PyAV from its wheel, or the package libopus0",
        )
    return next((each for each in found if each.is_neural), found[-1])


def load(file: str) -> Libopus | None:
    """The library of that name, or None where it cannot be loaded."""
    try:
        functions = ctypes.CDLL(file)
        functions.opus_get_version_string.restype = ctypes.c_char_p
        functions.opus_strerror.restype = ctypes.c_char_p
        functions.opus_encoder_create.restype = ctypes.c_void_p
        functions.opus_decoder_create.restype = ctypes.c_void_p
    except (OSError, AttributeError):
        return None
    version: bytes = functions.opus_get_version_string()
    return Libopus(
        functions, file, version.decode("ascii", "replace"), _is_neural(functions)
    )


def _candidates() -> Iterator[str]:
    yield _DISTRIBUTION
    spec = importlib.util.find_spec("av")
    if spec is not None and spec.origin is not None:
        libraries = Path(spec.origin).parent.parent / "av.libs"
        yield from sorted(str(path) for path in libraries.glob("libopus*.so*"))


def _is_neural(functions: ctypes.CDLL) -> bool:
    """Whether the complexity of its decoder changes what it makes of a loss.

    No version or build option that it tells says so: it has to be tried.
    """
    plain = _concealed(functions, 0)
    return bool(plain) and plain != _concealed(functions, _NEURAL_COMPLEXITY)


def _concealed(functions: ctypes.CDLL, complexity: int) -> bytes:
    error = ctypes.c_int(0)
    decoder = ctypes.c_void_p(
        functions.opus_decoder_create(48_000, 1, ctypes.byref(error))
    )
    if not decoder:
        return b""
    functions.opus_decoder_ctl(decoder, SET_COMPLEXITY, ctypes.c_int(complexity))
    pcm = ctypes.create_string_buffer(2 * _PROBE_SAMPLES)
    for packet in (*[_PROBE_PACKET] * 3, None):
        functions.opus_decode(
            decoder, packet, len(packet or b""), pcm, _PROBE_SAMPLES, 0
        )
    functions.opus_decoder_destroy(decoder)
    return pcm.raw
