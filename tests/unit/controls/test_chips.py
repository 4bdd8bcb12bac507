import pytest

from callpoint.controls.chips import Chip, chosen
from callpoint.errors import DeviceError

PI_3 = Chip("/dev/gpiochip0", "pinctrl-bcm2835", 54)
PI_4 = Chip("/dev/gpiochip0", "pinctrl-bcm2711", 58)
EXPANDER = Chip("/dev/gpiochip1", "raspberrypi-exp-gpio", 8)
RP1 = Chip("/dev/gpiochip4", "pinctrl-rp1", 54)
SOC_OF_PI_5 = Chip("/dev/gpiochip10", "gpio-brcmstb@107d508500", 32)
ROCK = Chip("/dev/gpiochip0", "gpio0", 32)
ROCKS_OTHER = Chip("/dev/gpiochip1", "gpio1", 32)


@pytest.mark.parametrize(
    ("chips", "expected"),
    [
        ([PI_3, EXPANDER], PI_3),
        ([EXPANDER, PI_4], PI_4),
        ([SOC_OF_PI_5, RP1], RP1),
        ([ROCK], ROCK),
        ([ROCK, EXPANDER], ROCK),
    ],
    ids=["Pi 3", "Pi 4", "Pi 5", "the only one", "the only one with the pin"],
)
def test_the_chip_of_the_header_is_found(chips: list[Chip], expected: Chip) -> None:
    assert chosen("button on pin 17", 17, chips) is expected


def test_a_pin_that_no_chip_has_is_told_with_the_chips() -> None:
    with pytest.raises(DeviceError, match=r"^LED on pin 17: no GPIO chip") as raised:
        chosen("LED on pin 17", 17, [EXPANDER])
    assert "/dev/gpiochip1 (raspberrypi-exp-gpio, 8 lines)" in str(raised.value)


def test_where_several_chips_have_the_pin_none_is_guessed() -> None:
    with pytest.raises(DeviceError, match="several GPIO chips") as raised:
        chosen("LED on pin 17", 17, [ROCK, ROCKS_OTHER])
    assert "gpio0" in str(raised.value)
    assert "gpio1" in str(raised.value)
    assert "callpoint press" in raised.value.advice
