"""The control socket's other end: a client that blocks, on the standard library alone.

No asyncio here: its import costs a command more time than the whole exchange.
"""

import grp
import json
import select
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from callpoint.control.wire import encode
from callpoint.errors import ControlError

ANSWER_S = 5.0
"""How long the daemon may take to answer; it takes some milliseconds."""

_ELSEWHERE = "another socket is chosen by --socket PATH or CALLPOINT_SOCKET"


class NotRunningError(ControlError):
    """No daemon listens at the path."""


class Connection:
    """A connection to the daemon at `path`; a context manager.

    Raises NotRunningError when no daemon listens there, ControlError for the rest:
    no permission, no answer within `timeout_s`, closed in the middle, refused.
    """

    def __init__(self, path: Path, timeout_s: float = ANSWER_S) -> None:
        self._path = path
        self._timeout_s = timeout_s
        self._received = bytearray()
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(str(path))
        except OSError as error:
            self._socket.close()
            raise _unreachable(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, message: Mapping[str, object]) -> dict[str, object]:
        """The result of a command, without its "ok"; ControlError if it is refused."""
        with self._faults_named():
            self._send(encode(message))
            answer = self._message(self._line(time.monotonic() + self._timeout_s))
        if answer.pop("ok", None) is not True:
            text = str(answer.get("error", "the daemon refused, and did not say why"))
            raise ControlError(text, str(answer.get("advice", "")))
        return answer

    def lines(self, while_open: int | None = None) -> Iterator[dict[str, object]]:
        """Every line from now on, for as long as the connection lives.

        It ends when the reader of the pipe that the file descriptor `while_open` writes
        to goes away, and raises ControlError when the daemon goes.
        """
        with self._faults_named():
            while self._awaits_a_line(while_open):
                yield self._message(self._line())

    def wait(self, seconds: float | None) -> None:
        """Stay connected so long, or for ever; ControlError when the daemon goes."""
        with self._faults_named():
            readable, _, _ = select.select([self._socket], [], [], seconds)
            if readable:
                self._receive()

    def _awaits_a_line(self, while_open: int | None) -> bool:
        if b"\n" in self._received:
            return True
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        if while_open is not None:
            # No event asked for: POLLERR, which comes unasked, is the reader's end.
            poll.register(while_open, 0)
        return while_open not in [descriptor for descriptor, _ in poll.poll()]

    def _send(self, line: bytes) -> None:
        try:
            self._socket.sendall(line)
        except (BrokenPipeError, ConnectionResetError):
            # Closed before it read us: why, is in what it sent first.
            return

    def _line(self, deadline_s: float | None = None) -> bytes:
        while (end := self._received.find(b"\n")) < 0:
            left_s = None if deadline_s is None else deadline_s - time.monotonic()
            if left_s is not None and left_s <= 0:
                raise TimeoutError
            self._socket.settimeout(left_s)
            self._receive()
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        return line

    def _receive(self) -> None:
        chunk = self._socket.recv(65536)
        if not chunk:
            raise ConnectionResetError
        self._received += chunk

    def _message(self, line: bytes) -> dict[str, object]:
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise ControlError(f"what answers at {self._path} is no callpoint daemon")
        return message

    @contextmanager
    def _faults_named(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise ControlError(
                f"the daemon at {self._path} did not answer in {self._timeout_s:g} s",
                "see its log: journalctl -u callpoint",
            ) from error
        except ConnectionError as error:
            raise ControlError(
                f"the daemon at {self._path} closed the connection",
                "it has stopped, or was restarted: journalctl -u callpoint",
            ) from error


def request(
    path: Path, message: Mapping[str, object], timeout_s: float = ANSWER_S
) -> dict[str, object]:
    """Ask one thing over a connection of its own; see `Connection.ask`."""
    with Connection(path, timeout_s) as connection:
        return connection.ask(message)


def stream(
    path: Path, levels: bool = False, while_open: int | None = None
) -> Iterator[dict[str, object]]:
    """The daemon's events, the first one "subscribed"; see `Connection.lines`."""
    with Connection(path) as connection:
        yield connection.ask({"command": "events", "levels": levels})
        yield from connection.lines(while_open)


def _unreachable(path: Path, error: OSError) -> ControlError:
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return NotRunningError(
            f"no control socket at {path}",
            f"is the daemon running? systemctl status callpoint; {_ELSEWHERE}",
        )
    if isinstance(error, ConnectionRefusedError):
        return NotRunningError(
            f"nobody listens at {path}",
            f"the daemon has stopped: systemctl status callpoint; {_ELSEWHERE}",
        )
    if isinstance(error, PermissionError):
        return ControlError(f"no permission to use {path}", _how_to_be_let_in(path))
    if isinstance(error, BlockingIOError | TimeoutError):
        # Linux answers EAGAIN when the queue of connections is full.
        return ControlError(
            f"the daemon at {path} takes no connection",
            "see its log: journalctl -u callpoint",
        )
    return ControlError(f"{path}: {error.strerror or error}", _ELSEWHERE)


def _how_to_be_let_in(path: Path) -> str:
    group = _group_of(path)
    if group in ("", "root"):
        return "use sudo"
    return f"use sudo, or join the group {group}: sudo usermod -aG {group} $USER"


def _group_of(path: Path) -> str:
    """The group of the nearest place on the way to `path` that can be seen."""
    for place in (path, *path.parents):
        with suppress(OSError, KeyError):
            return grp.getgrgid(place.stat().st_gid).gr_name
    return ""
