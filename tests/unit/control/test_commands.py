"""What the commands do to a station, and whose finger is on the button."""

from collections.abc import Mapping

import pytest

from callpoint.control.commands import Fingers, StationCommands
from callpoint.control.wire import Request
from callpoint.errors import CallpointError, ControlError
from tests.unit.control.stations import RecordingStation


class Room:
    """A station and its table of commands."""

    def __init__(self, in_call: bool = True) -> None:
        self.station = RecordingStation(in_call)
        self.commands = StationCommands(self.station)

    async def ask(
        self,
        command: str,
        arguments: Mapping[str, object] | None = None,
        client: object = "a",
        at_s: float = 1.0,
    ) -> dict[str, object]:
        request = Request(command, arguments or {}, at_s, client)
        entry = self.commands.table[command]
        request.only(entry.takes)
        return dict(await entry.run(request))


async def test_a_press_and_a_release_have_the_time_of_their_lines() -> None:
    room = Room()
    assert await room.ask("press", at_s=7.0) == {}
    assert await room.ask("release", at_s=8.5) == {}
    assert room.station.asked == [("press", 7.0), ("release", 8.5)]


async def test_a_client_that_goes_away_while_pressing_releases() -> None:
    room = Room()
    await room.ask("press", client="a")
    room.commands.gone("a", at_s=9.0)
    assert room.station.asked == [("press", 1.0), ("release", 9.0)]


async def test_a_client_that_pressed_nothing_releases_nothing() -> None:
    room = Room()
    await room.ask("press", client="a")
    room.commands.gone("b", at_s=9.0)
    assert room.station.is_down


async def test_a_press_that_stays_outlives_its_client() -> None:
    room = Room()
    await room.ask("press", {"stay": True}, client="a")
    room.commands.gone("a", at_s=9.0)
    assert room.station.is_down
    await room.ask("release", client="b")
    assert not room.station.is_down


async def test_a_second_press_is_told_that_the_button_was_down() -> None:
    room = Room()
    await room.ask("press", {"stay": True}, client="a")
    assert await room.ask("press", {"stay": True}, client="b") == {"already": True}
    assert room.station.verbs == ["press", "press"]


async def test_a_press_with_a_wrong_argument_presses_nothing() -> None:
    room = Room()
    with pytest.raises(ControlError, match='"stay" of "press"'):
        await room.ask("press", {"stay": "yes"})
    room.commands.gone("a", at_s=9.0)
    assert room.station.asked == []


def test_the_button_comes_up_with_the_last_finger() -> None:
    fingers = Fingers()
    fingers.press("a", stay=False)
    fingers.press("b", stay=False)
    assert not fingers.gone("a")
    assert fingers.gone("b")
    assert not fingers.down


def test_a_release_lifts_every_finger() -> None:
    fingers = Fingers()
    fingers.press("a", stay=False)
    fingers.press("b", stay=True)
    fingers.lift()
    assert not fingers.down
    assert not fingers.gone("a")


async def test_a_reload_answers_with_what_applies_when() -> None:
    room = Room()
    answer = await room.ask("reload", {})
    assert answer.keys() == {"applied", "next_call", "restart", "faults"}
    assert room.station.asked == [("reload", None)]


@pytest.mark.parametrize(
    ("command", "arguments", "asked"),
    [
        ("hangup", {}, ("hangup", None)),
        ("say", {"text": "hello"}, ("say", "hello")),
        ("mute", {"on": True}, ("mute", True)),
        ("mute", {"on": False}, ("mute", False)),
        ("dtmf", {"digits": "12#*aD"}, ("dtmf", "12#*AD")),
    ],
)
async def test_a_command_reaches_the_station_or_tells_why_not(
    command: str, arguments: dict[str, object], asked: tuple[str, object]
) -> None:
    room = Room()
    assert await room.ask(command, arguments) == {}
    assert room.station.asked == [asked]
    idle = Room(in_call=False)
    with pytest.raises(CallpointError, match="no call is up"):
        await idle.ask(command, arguments)


@pytest.mark.parametrize("digits", ["E", "1 2", "+49", "1\n", "٣"])
async def test_a_tone_that_no_key_has_is_refused(digits: str) -> None:
    room = Room()
    with pytest.raises(ControlError, match=r"expected 0-9, A-D, \* and #"):
        await room.ask("dtmf", {"digits": digits})
    assert room.station.asked == []


async def test_the_status_is_the_station_s() -> None:
    room = Room()
    assert await room.ask("status") == room.station.status()
