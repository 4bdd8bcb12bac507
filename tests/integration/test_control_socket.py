"""The control socket as a real one: what clients do to it, and what it survives."""

import asyncio
import contextlib
import json
import re
import socket
import stat
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Self, cast

import pytest

from callpoint.control.commands import StationCommands
from callpoint.control.feed import Feed
from callpoint.control.server import ControlServer, Limits
from callpoint.control.wire import LINE_BYTES
from callpoint.errors import ControlError
from tests.unit.control.stations import RecordingStation

Answer = dict[str, object]

PATIENCE_S = 5.0
"""How long a test waits for what should come at once."""


class Client:
    """Sends bytes, reads lines."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, content: bytes) -> None:
        self.writer.write(content)

    async def line(self) -> Answer:
        async with asyncio.timeout(PATIENCE_S):
            answer: Answer = json.loads(await self.reader.readline())
            return answer

    async def ask(self, command: str, **arguments: object) -> Answer:
        self.send(json.dumps({"command": command, **arguments}).encode() + b"\n")
        return await self.line()

    async def is_closed(self) -> bool:
        """Whether the server closes, with nothing more to say."""
        with contextlib.suppress(ConnectionError):
            async with asyncio.timeout(PATIENCE_S):
                return await self.reader.read() == b""
        return True

    def go(self) -> None:
        self.writer.transport.abort()


class House:
    """A station, its feed and its control socket, and clients of it."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.station = RecordingStation()
        self.feed = Feed()
        self.server = serving(path, self.station, self.feed, limits)
        self._clients: list[Client] = []

    async def client(self) -> Client:
        client = Client(*await asyncio.open_unix_connection(self.path))
        self._clients.append(client)
        return client

    async def __aenter__(self) -> Self:
        await self.server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for client in self._clients:
            client.go()
        await self.server.stop()


def serving(
    path: Path, station: RecordingStation, feed: Feed, limits: Limits
) -> ControlServer:
    commands = StationCommands(station)
    return ControlServer(path, commands.table, feed, commands.gone, limits)


@pytest.fixture
def limits() -> Limits:
    return Limits()


@pytest.fixture
async def house(tmp_path: Path, limits: Limits) -> AsyncIterator[House]:
    async with House(tmp_path / "control.sock", limits) as house:
        yield house


def limited(limits: Limits) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("limits", [limits], ids=[""])


async def eventually(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if is_so():
                return
            await asyncio.sleep(0.001)


# Requests and answers.


async def test_a_command_is_answered_and_done(house: House) -> None:
    client = await house.client()
    assert await client.ask("status") == {"ok": True, **house.station.status()}
    assert await client.ask("say", text="grüße") == {"ok": True}
    assert house.station.asked == [("say", "grüße")]


async def test_what_the_station_refuses_is_answered_with_its_advice(
    house: House,
) -> None:
    house.station.in_call = False
    client = await house.client()
    assert await client.ask("hangup") == {
        "ok": False,
        "error": "no call is up",
        "advice": "press the button first",
    }


async def test_answers_come_in_the_order_of_the_requests(house: House) -> None:
    client = await house.client()
    client.send(b'{"command":"say","text":"a"}\n{"command":"status"}\nnothing\n' * 20)
    answers = [await client.line() for _ in range(60)]
    assert [len(answer) for answer in answers] == [1, 11, 3] * 20


async def test_a_press_has_the_time_at_which_its_line_was_read(house: House) -> None:
    client = await house.client()
    before_s = time.monotonic()
    await client.ask("press")
    ((verb, at_s),) = house.station.asked
    assert verb == "press"
    assert isinstance(at_s, float)
    assert before_s <= at_s <= time.monotonic()


JUNK = {
    b"GET / HTTP/1.1\n": "the line is not JSON: Expecting value",
    b"\x00\xff\xfe\xfd\n": "the line is not UTF-8: byte 2",
    b"[" * 50_000 + b"\n": "the line is nested too deeply",
    b"[1,2]\n": "expected an object, found a list",
    b'{"command":"pres"}\n': 'no command "pres"',
    b'{"command":"say"}\n': '"text" of "say": expected a string, found nothing',
    b'{"command":"status","all":true}\n': '"status" does not take "all"',
    b'{"command":"events","levels":1}\n': '"levels" of "events": expected true or',
    b'{"command":"events","level":true}\n': '"events" does not take "level"',
}


async def test_junk_is_told_what_it_is_and_the_connection_lives_on(
    house: House,
) -> None:
    client = await house.client()
    for junk, fault in JUNK.items():
        client.send(junk)
        answer = await client.line()
        assert answer["ok"] is False
        assert str(answer["error"]).startswith(fault)
    assert (await client.ask("status"))["ok"] is True


async def test_an_unknown_command_is_told_the_nearest(house: House) -> None:
    client = await house.client()
    answer = await client.ask("event")
    assert answer["advice"] == 'did you mean "events"?'


async def test_the_longest_line_is_read(house: House) -> None:
    client = await house.client()
    line = b'{"command":"say","text":"%s"}'
    text = b"x" * (LINE_BYTES - len(line) + 2)
    client.send(line % text + b"\n")
    assert await client.line() == {"ok": True}


@pytest.mark.parametrize("excess_bytes", [1, 1_000_000])
async def test_a_longer_line_is_refused_and_the_connection_closed(
    house: House, excess_bytes: int
) -> None:
    client = await house.client()
    client.send(b"x" * (LINE_BYTES + excess_bytes) + b"\n")
    answer = await client.line()
    assert answer["error"] == "the line is longer than 65536 bytes"
    assert await client.is_closed()
    assert (await (await house.client()).ask("status"))["ok"] is True


async def test_half_a_line_is_no_command(house: House) -> None:
    client = await house.client()
    client.send(b'{"command":"press"}')
    client.writer.write_eof()
    assert (await client.line())["error"] == "the last line has no newline"
    assert await client.is_closed()
    assert house.station.asked == []


async def test_one_who_only_writes_is_answered_before_it_is_closed(
    house: House,
) -> None:
    client = await house.client()
    client.send(b'{"command":"status"}\n')
    client.writer.write_eof()
    assert (await client.line())["ok"] is True
    assert await client.is_closed()


# Fingers.


async def test_a_presser_that_vanishes_lets_the_button_go(house: House) -> None:
    client = await house.client()
    await client.ask("press")
    client.go()
    await asyncio.wait_for(house.station.went_up.wait(), PATIENCE_S)
    assert house.station.verbs == ["press", "release"]


async def test_a_press_that_stays_outlives_its_connection(house: House) -> None:
    first, second = await house.client(), await house.client()
    await first.ask("press", stay=True)
    first.go()
    assert (await second.ask("status"))["microphone_open"] is True
    await second.ask("release")
    assert house.station.verbs == ["press", "release"]


@limited(Limits(unread_s=0.05, pause_s=0))
async def test_a_presser_that_is_dropped_lets_the_button_go(house: House) -> None:
    client = await house.client()
    client.send(b'{"command":"press"}\n')
    client.send(b'{"command":"status"}\n' * 5000)
    await asyncio.wait_for(house.station.went_up.wait(), PATIENCE_S)


# Floods.


async def test_a_flood_makes_nobody_else_wait(house: House) -> None:
    flooders = [await house.client() for _ in range(8)]
    for flooder in flooders:
        flooder.send(b'{"command":"status"}\n' * 5000)
    client = await house.client()
    waits_s = []
    for _ in range(20):
        asked_s = time.monotonic()
        await client.ask("status")
        waits_s.append(time.monotonic() - asked_s)
    assert max(waits_s) < 0.1


@limited(Limits(pause_s=0.01))
async def test_a_flood_is_answered_at_the_daemon_s_pace(house: House) -> None:
    client = await house.client()
    client.send(b'{"command":"status"}\n' * 20)
    started_s = time.monotonic()
    for _ in range(20):
        await client.line()
    assert time.monotonic() - started_s > 0.18


@limited(Limits(unread_s=0.05, pause_s=0))
async def test_one_who_does_not_read_its_answers_is_dropped(house: House) -> None:
    sock = socket.socket(socket.AF_UNIX)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, str(house.path))
    flood = b'{"command":"status"}\n' * 1000
    with sock, pytest.raises(ConnectionError):
        await asyncio.wait_for(send_for_ever(sock, flood), PATIENCE_S)


async def send_for_ever(sock: socket.socket, content: bytes) -> None:
    while True:
        await asyncio.get_running_loop().sock_sendall(sock, content)


@limited(Limits(connections=3))
async def test_one_client_too_many_is_told_so(house: House) -> None:
    clients = [await house.client() for _ in range(3)]
    for client in clients:
        await client.ask("status")
    extra = await house.client()
    answer = await extra.line()
    assert answer["error"] == "3 clients are connected already"
    assert await extra.is_closed()
    clients[0].go()
    await eventually(lambda: house.server.connections == 2)
    assert (await (await house.client()).ask("status"))["ok"] is True


async def test_a_hundred_connections_leave_the_daemon_well(house: House) -> None:
    clients = [await house.client() for _ in range(100)]
    firsts = []
    for client in clients:
        client.send(b'{"command":"status"}\n')
        firsts.append((await client.line())["ok"])
    assert firsts == [True] * 32 + [False] * 68
    for client in clients:
        client.go()
    await eventually(lambda: house.server.connections == 0)
    assert (await (await house.client()).ask("status"))["ok"] is True


# The stream.


async def test_a_stream_starts_with_its_answer_and_goes_on_with_events(
    house: House,
) -> None:
    client = await house.client()
    first = await client.ask("events")
    assert (first["ok"], first["event"]) == (True, "subscribed")
    assert {"time", "monotonic_s"} <= first.keys()
    house.feed.publish({"event": "level", "capture": 0.1, "playout": 0.0})
    house.feed.publish({"event": "button", "state": "pressed", "monotonic_s": 3.5})
    event = await client.line()
    assert (event["event"], event["monotonic_s"]) == ("button", 3.5)


async def test_levels_are_sent_to_one_who_asks(house: House) -> None:
    client = await house.client()
    await client.ask("events", levels=True)
    house.feed.publish({"event": "level", "capture": 0.1, "playout": 0.0})
    assert (await client.line())["event"] == "level"


async def test_a_stream_takes_no_commands(house: House) -> None:
    client = await house.client()
    await client.ask("events")
    client.send(b'{"command":"press"}\n' * 1000)
    house.feed.publish({"event": "call"})
    assert (await client.line())["event"] == "call"
    assert house.station.asked == []


@pytest.mark.parametrize("leave", ["abort", "write_eof"])
async def test_a_stream_whose_client_goes_away_ends(house: House, leave: str) -> None:
    client = await house.client()
    await client.ask("events", levels=True)
    getattr(client.writer.transport, leave)()
    await eventually(lambda: house.server.connections == 0)
    assert not house.feed.wants_levels


async def test_a_stream_that_is_not_read_loses_the_oldest_and_hears_how_many(
    house: House,
) -> None:
    client = await house.client()
    await client.ask("events")
    total = 3000
    for number in range(total):
        house.feed.publish({"event": "call", "number": number, "pad": "x" * 500})
        await asyncio.sleep(0)
    got: list[object] = []
    dropped = 0
    while got[-1:] != [total - 1]:
        event = await client.line()
        if event["event"] == "dropped":
            dropped += int(str(event["count"]))
        else:
            got.append(event["number"])
    assert dropped > 0
    assert dropped + len(got) == total
    assert got == sorted(got, key=lambda number: int(str(number)))


# Starting and stopping.


async def test_its_owner_and_its_group_may_use_it(house: House) -> None:
    assert stat.S_IMODE(house.path.stat().st_mode) == 0o660


async def test_the_file_of_a_daemon_that_crashed_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(str(path))
    async with House(path, Limits()) as house:
        assert (await (await house.client()).ask("status"))["ok"] is True


async def test_a_second_daemon_at_the_same_path_is_refused(house: House) -> None:
    second = serving(house.path, house.station, house.feed, Limits())
    with pytest.raises(ControlError) as raised:
        await second.start()
    assert str(raised.value) == f"another callpoint daemon listens at {house.path}"
    assert "[control] socket" in raised.value.advice
    assert (await (await house.client()).ask("status"))["ok"] is True


async def test_a_daemon_too_busy_to_take_connections_is_alive(tmp_path: Path) -> None:
    path = tmp_path / "control.sock"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as queued:
        busy.bind(str(path))
        busy.listen(0)
        queued.connect(str(path))
        house = House(path, Limits())
        with pytest.raises(ControlError, match="another callpoint daemon listens"):
            await house.server.start()


def a_file(path: Path) -> Path:
    path.write_text("precious")
    return path


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()]


@pytest.mark.parametrize(
    ("place", "fault"),
    [
        (lambda folder: folder / "no" / "c.sock", "there is no directory {folder}/no"),
        (lambda folder: a_file(folder / "f") / "c.sock", "there is no directory"),
        (lambda folder: a_file(folder / "f"), "exists and is not a socket"),
        (lambda folder: folder, "exists and is not a socket"),
        (lambda folder: folder / ("x" * 120), "AF_UNIX path too long"),
    ],
    ids=["no directory", "a file for a directory", "a file", "a directory", "too long"],
)
async def test_a_path_that_cannot_be_used_is_told_and_left_alone(
    tmp_path: Path, place: Callable[[Path], Path], fault: str
) -> None:
    house = House(place(tmp_path), Limits())
    with pytest.raises(ControlError) as raised:
        await house.server.start()
    assert fault.format(folder=tmp_path) in str(raised.value)
    assert "[control] socket" in raised.value.advice
    await house.server.stop()
    assert [file.read_text() for file in files_in(tmp_path)] in ([], ["precious"])


@limited(Limits(farewell_s=60))
async def test_a_stop_removes_the_file_and_closes_everybody(house: House) -> None:
    asker, listener = await house.client(), await house.client()
    await asker.ask("press")
    await listener.ask("events")
    house.feed.publish({"event": "link", "state": "offline"})
    await asyncio.wait_for(house.server.stop(), PATIENCE_S)
    assert not house.path.exists()
    assert house.station.verbs == ["press", "release"]
    assert (await listener.line())["event"] == "link"
    assert await listener.is_closed()
    assert await asker.is_closed()


@limited(Limits(farewell_s=0.1))
async def test_a_stop_does_not_wait_for_one_who_does_not_read(house: House) -> None:
    with socket.socket(socket.AF_UNIX) as listener:
        listener.connect(str(house.path))
        listener.send(b'{"command":"events","levels":true}\n')
        await eventually(lambda: house.feed.wants_levels)
        for _ in range(1000):
            house.feed.publish({"event": "call", "pad": "x" * 1000})
            await asyncio.sleep(0)
        started_s = time.monotonic()
        await house.server.stop()
        assert time.monotonic() - started_s < 0.5


async def test_a_stop_leaves_the_file_of_its_successor(
    house: House, tmp_path: Path
) -> None:
    house.path.rename(tmp_path / "moved.sock")
    async with House(house.path, Limits()) as successor:
        await house.server.stop()
        assert (await (await successor.client()).ask("status"))["ok"] is True


async def test_a_fault_of_ours_costs_one_connection(house: House) -> None:
    faults: list[dict[str, object]] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _, context: faults.append(context)
    )
    house.station.link = cast(str, b"not for JSON")
    client = await house.client()
    client.send(b'{"command":"status"}\n')
    assert await client.is_closed()
    (fault,) = faults
    assert isinstance(fault["exception"], TypeError)
    assert await (await house.client()).ask("say", text="on we go") == {"ok": True}


# What integrators are told.


def documentation(project: Path) -> str:
    return (project / "docs" / "control-socket.md").read_text()


def exchanges(text: str) -> list[tuple[str, str]]:
    """Requests and answers: the lines that begin with arrows."""
    return re.findall(r"^→ (.*)\n← (.*)$", text, re.MULTILINE)


async def test_what_the_documentation_shows_is_what_is_answered(
    house: House, project: Path
) -> None:
    shown = exchanges(documentation(project))
    for asked, answered in shown:
        client = await house.client()
        client.send(asked.encode() + b"\n")
        expected, answer = json.loads(answered), await client.line()
        assert answer.keys() == expected.keys(), asked
        if "status" not in asked and "events" not in asked:
            assert answer == expected, asked
    commands = {json.loads(asked)["command"] for asked, _ in shown}
    assert commands >= {*StationCommands(house.station).table, "events"}


def test_every_event_that_the_documentation_shows_is_complete(project: Path) -> None:
    lines = documentation(project).splitlines()
    events = [json.loads(line) for line in lines if line.startswith('{"event"')]
    assert len(events) >= 15
    for event in events:
        assert list(event)[:3] == ["event", "time", "monotonic_s"]
