"""Which libopus is taken, and whether we know what it can do."""

import ctypes

import pytest

from callpoint.audio.frames import FRAME_SAMPLES
from callpoint.audio.libopus import CHOICE, Libopus, best, library
from callpoint.audio.opus import Decoder, Encoder
from callpoint.errors import DeviceError
from tests.unit.audio.speech import hum


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """One in which the choice is made anew."""
    monkeypatch.delenv(CHOICE, raising=False)
    return monkeypatch


def chosen() -> Libopus:
    return library.__wrapped__()


def found(file: str, *, is_neural: bool) -> Libopus:
    return Libopus(ctypes.CDLL(None), file, "libopus 1.9", is_neural)


PLAIN = found("plain", is_neural=False)
NEWER = found("newer", is_neural=False)
NEURAL = found("neural", is_neural=True)


@pytest.mark.parametrize(
    ("libraries", "expected"),
    [
        ([NEURAL, NEWER], NEURAL),
        ([PLAIN, NEWER], NEWER),
        ([PLAIN], PLAIN),
        ([NEWER, NEURAL], NEURAL),
    ],
)
def test_networks_decide_and_else_the_one_that_came_with_pyav(
    libraries: list[Libopus], expected: Libopus
) -> None:
    assert best(libraries) is expected


def test_a_machine_without_libopus_is_told_what_to_install() -> None:
    with pytest.raises(DeviceError, match="not found") as raised:
        best([])
    assert "libopus0" in raised.value.advice


def test_a_library_of_this_machine_is_found(environment: pytest.MonkeyPatch) -> None:
    assert chosen().version.startswith("libopus 1.")


def test_another_library_can_be_named(environment: pytest.MonkeyPatch) -> None:
    file = library().file
    environment.setenv(CHOICE, file)
    assert chosen().file == file


@pytest.mark.parametrize("file", ["/nowhere/libopus.so.0", "libc.so.6"])
def test_a_named_one_that_is_no_libopus_is_refused(
    environment: pytest.MonkeyPatch, file: str
) -> None:
    environment.setenv(CHOICE, file)
    with pytest.raises(DeviceError, match=f"{file}: is no libopus") as raised:
        chosen()
    assert CHOICE in raised.value.advice


def test_the_probe_agrees_with_what_is_heard_of_a_voice() -> None:
    encoder, plain, neural = Encoder(), Decoder(0), Decoder(5)
    for packet in (encoder.encode(hum(n)) for n in range(10)):
        plain.decode(packet)
        neural.decode(packet)
    differs = plain.conceal(FRAME_SAMPLES) != neural.conceal(FRAME_SAMPLES)
    assert library().is_neural is differs


def test_all_use_one_library() -> None:
    assert library() is library()
