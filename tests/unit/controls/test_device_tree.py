from pathlib import Path

import pytest

from callpoint.controls.device_tree import owners


def cells(*numbers: int) -> bytes:
    return b"".join(number.to_bytes(4, "big") for number in numbers)


def node(folder: Path, **properties: bytes) -> None:
    folder.mkdir(parents=True)
    for name, value in properties.items():
        (folder / name.replace("__", ",").replace("_", "-")).write_bytes(value)


@pytest.fixture
def pi_4(tmp_path: Path) -> Path:
    """The part of a Pi 4's tree that matters here, with an I2S sound board."""
    gpio = tmp_path / "soc" / "gpio@7e200000"
    node(gpio / "i2s", phandle=cells(12), brcm__pins=cells(18, 19, 20, 21))
    node(gpio / "spi0_pins", phandle=cells(13), brcm__pins=cells(9, 10, 11))
    node(gpio / "spi0_cs_pins", phandle=cells(14), brcm__pins=cells(8, 7))
    node(gpio / "uart0_pins", phandle=cells(15), brcm__pins=b"")
    used = {"pinctrl_0": cells(12), "status": b"okay\0"}
    node(tmp_path / "soc" / "i2s@7e203000", **used)
    unused = {"pinctrl_0": cells(13, 14), "status": b"disabled\0"}
    node(tmp_path / "soc" / "spi@7e204000", **unused)
    node(tmp_path / "soc" / "serial@7e201000", pinctrl_0=cells(15), status=b"okay\0")
    return tmp_path


def test_the_pins_of_a_sound_board_are_its_own(pi_4: Path) -> None:
    assert owners(pi_4) == dict.fromkeys((18, 19, 20, 21), "i2s")


def test_a_bus_that_is_switched_on_owns_all_its_groups(pi_4: Path) -> None:
    (pi_4 / "soc" / "spi@7e204000" / "status").unlink()
    assert {7, 8, 9, 10, 11} <= owners(pi_4).keys()


def test_a_pi_5_names_its_pins(tmp_path: Path) -> None:
    rp1 = tmp_path / "axi" / "pcie@1000120000" / "rp1"
    names = b"gpio18\0gpio19\0gpio20\0gpio21\0"
    node(rp1 / "gpio@d0000" / "rp1_i2s0_18_21", phandle=cells(7), pins=names)
    node(rp1 / "i2s@a0000", pinctrl_0=cells(7), status=b"okay\0")
    assert owners(tmp_path) == dict.fromkeys((18, 19, 20, 21), "i2s")


def test_a_group_that_is_not_there_owns_nothing(tmp_path: Path) -> None:
    node(tmp_path / "i2s@7e203000", pinctrl_0=cells(99))
    assert owners(tmp_path) == {}


def test_without_a_tree_every_pin_is_free(tmp_path: Path) -> None:
    assert owners(tmp_path / "missing") == {}
