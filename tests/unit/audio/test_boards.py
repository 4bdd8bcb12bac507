"""How much of its time a board may spend on Opus."""

import pytest

from callpoint.audio.boards import effort

SLOW = (2, 0)
MIDDLE = (5, 5)
FAST = (5, 7)

BOARDS = {
    "Raspberry Pi Model B Rev 2": SLOW,
    "Raspberry Pi Zero W Rev 1.1": SLOW,
    "Raspberry Pi Zero 2 W Rev 1.0": SLOW,
    "Raspberry Pi 2 Model B Rev 1.2": SLOW,
    "Raspberry Pi 3 Model B Plus Rev 1.3": SLOW,
    "Raspberry Pi Compute Module Rev 1.0": SLOW,
    "Raspberry Pi Compute Module 3 Plus Rev 1.0": SLOW,
    "Raspberry Pi 4 Model B Rev 1.5": MIDDLE,
    "Raspberry Pi 400 Rev 1.1": MIDDLE,
    "Raspberry Pi Compute Module 4S Rev 1.0": MIDDLE,
    "Raspberry Pi 5 Model B Rev 1.0": FAST,
    "Raspberry Pi 500 Rev 1.0": FAST,
    "Raspberry Pi Compute Module 5 Lite Rev 1.0": FAST,
    "Some Other Board": MIDDLE,
    "": FAST,
}


@pytest.mark.parametrize("model", BOARDS)
def test_a_board_spends_what_it_can(model: str) -> None:
    spent = effort(model)
    assert (spent.encoder, spent.decoder) == BOARDS[model]
