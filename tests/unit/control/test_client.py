"""The blocking client against daemons that misbehave."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from callpoint.control.client import Connection, NotRunningError, request, stream
from callpoint.errors import ControlError

STATUS = {"command": "status"}
NOBODY = 65534


@contextmanager
def daemon(path: Path, behave: Callable[[socket.socket], None]) -> Iterator[None]:
    """Somebody who takes one connection, and behaves like this."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection)

    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        thread = threading.Thread(target=serve)
        thread.start()
        yield
        thread.join()


def answers(*chunks: bytes) -> Callable[[socket.socket], None]:
    def behave(connection: socket.socket) -> None:
        connection.recv(1000)
        for chunk in chunks:
            connection.sendall(chunk)

    return behave


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "control.sock"


def test_an_answer_is_its_result(path: Path) -> None:
    with daemon(path, answers(b'{"ok":true,', b'"link":"ready"}\n')):
        assert request(path, STATUS) == {"link": "ready"}


@pytest.mark.parametrize(
    ("behave", "fault"),
    [
        (answers(b'{"ok":false,"error":"no call is up"}\n'), "no call is up"),
        (answers(b'{"ok":false}\n'), "the daemon refused, and did not say why"),
        (answers(b"{}\n"), "the daemon refused, and did not say why"),
        (answers(b"HTTP/1.1 400\r\n"), "what answers at {path} is no callpoint daemon"),
        (answers(b"[]\n"), "what answers at {path} is no callpoint daemon"),
        (
            answers(100_000 * b"[" + b"\n"),
            "what answers at {path} is no callpoint daemon",
        ),
        (answers(b"\xff\n"), "what answers at {path} is no callpoint daemon"),
        (answers(b'{"ok":tr'), "the daemon at {path} closed the connection"),
        (answers(), "the daemon at {path} closed the connection"),
        (lambda _: None, "the daemon at {path} closed the connection"),
    ],
)
def test_a_strange_answer_is_told_in_one_sentence(
    path: Path, behave: Callable[[socket.socket], None], fault: str
) -> None:
    with daemon(path, behave), pytest.raises(ControlError) as raised:
        request(path, STATUS)
    assert str(raised.value) == fault.format(path=path)


def test_why_it_was_turned_away_is_read_even_when_it_cannot_send(path: Path) -> None:
    def turn_away(connection: socket.socket) -> None:
        connection.sendall(b'{"ok":false,"error":"32 clients","advice":"wait"}\n')
        connection.close()
        gone.set()

    gone = threading.Event()
    with daemon(path, turn_away), Connection(path) as connection:
        gone.wait()
        with pytest.raises(ControlError, match="32 clients") as raised:
            connection.ask(STATUS)
    assert raised.value.advice == "wait"


def test_a_daemon_that_does_not_answer_is_not_waited_for(path: Path) -> None:
    def dawdle(_: socket.socket) -> None:
        given_up.wait()

    given_up = threading.Event()
    with daemon(path, dawdle):
        with pytest.raises(ControlError, match=r"did not answer in 0\.02 s"):
            request(path, STATUS, timeout_s=0.02)
        given_up.set()


def test_a_daemon_that_dribbles_does_not_stretch_the_time(path: Path) -> None:
    def dribble(connection: socket.socket) -> None:
        while not given_up.wait(0.005):
            connection.sendall(b" ")

    given_up = threading.Event()
    with daemon(path, dribble):
        with pytest.raises(ControlError, match="did not answer"):
            request(path, STATUS, timeout_s=0.05)
        given_up.set()


def test_a_queue_of_connections_that_is_full_is_told(path: Path) -> None:
    with (
        socket.socket(socket.AF_UNIX) as listener,
        socket.socket(socket.AF_UNIX) as waiting,
    ):
        listener.bind(str(path))
        listener.listen(0)
        waiting.connect(str(path))
        with pytest.raises(ControlError, match="takes no connection"):
            request(path, STATUS, timeout_s=0.02)


def test_no_socket_means_that_no_daemon_runs(path: Path) -> None:
    with pytest.raises(NotRunningError, match="no control socket at") as raised:
        request(path, STATUS)
    assert "--socket PATH or CALLPOINT_SOCKET" in raised.value.advice


def test_a_socket_that_a_crash_left_means_that_no_daemon_runs(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as crashed:
        crashed.bind(str(path))
    with pytest.raises(NotRunningError, match="nobody listens at"):
        request(path, STATUS)


def test_a_path_too_long_is_told(tmp_path: Path) -> None:
    with pytest.raises(ControlError, match="AF_UNIX path too long"):
        request(tmp_path / ("x" * 120), STATUS)


@pytest.mark.parametrize("closed", ["socket", "folder"])
def test_no_permission_names_the_group_to_join(closed: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "control.sock")
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
        Path(folder).chmod(0o755)
        for place in (folder, path):
            os.chown(place, -1, NOBODY if os.geteuid() == 0 else os.getgid())
        group = path.group()
        (path if closed == "socket" else Path(folder)).chmod(0o000)
        with as_nobody(), pytest.raises(ControlError, match="no permission") as raised:
            request(path, STATUS)
        Path(folder).chmod(0o755)
    assert f"join the group {group}: sudo usermod -aG {group}" in raised.value.advice


@contextmanager
def as_nobody() -> Iterator[None]:
    """Without the superuser's right to go everywhere."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_stream_gives_line_after_line_until_the_daemon_goes(path: Path) -> None:
    lines = answers(
        b'{"ok":true,"event":"subscribed"}\n{"event":"a"}\n{"ev', b'ent":2}\n'
    )
    with daemon(path, lines):
        events = stream(path)
        assert [next(events) for _ in range(3)] == [
            {"event": "subscribed"},
            {"event": "a"},
            {"event": 2},
        ]
        with pytest.raises(ControlError, match="closed the connection"):
            next(events)


def test_a_stream_ends_when_nobody_reads_what_it_is_written_to(path: Path) -> None:
    def say_hello(connection: socket.socket) -> None:
        answers(b'{"ok":true,"event":"subscribed"}\n')(connection)
        connection.recv(1)

    reading, writing = os.pipe()
    with daemon(path, say_hello):
        events = stream(path, while_open=writing)
        next(events)
        os.close(reading)
        assert list(events) == []
    os.close(writing)


def test_a_wait_is_as_long_as_it_was_told(path: Path) -> None:
    def stay(connection: socket.socket) -> None:
        connection.recv(1)

    with daemon(path, stay), Connection(path) as connection:
        started_s = time.monotonic()
        connection.wait(0.02)
        assert time.monotonic() - started_s >= 0.02


def test_a_wait_ends_when_the_daemon_goes(path: Path) -> None:
    with (
        daemon(path, lambda _: None),
        Connection(path) as connection,
        pytest.raises(ControlError, match="closed the connection"),
    ):
        connection.wait(None)
