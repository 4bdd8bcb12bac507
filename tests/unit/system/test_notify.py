"""What systemd hears, read from a real notification socket."""

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from callpoint.system import notify


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """systemd's end."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(path)
        ear.settimeout(1.0)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        yield ear


def test_systemd_hears_ready_status_and_stopping(heard: socket.socket) -> None:
    notify.ready()
    notify.status("ready")
    notify.stopping()
    assert [heard.recv(100) for _ in range(3)] == [
        b"READY=1",
        b"STATUS=ready",
        b"STOPPING=1",
    ]


def test_a_reload_is_told_with_its_time(heard: socket.socket) -> None:
    notify.reloading(12.5)
    assert heard.recv(100) == b"RELOADING=1\nMONOTONIC_USEC=12500000"


def test_the_watchdog_is_fed(heard: socket.socket) -> None:
    notify.feed()
    assert heard.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    ("variables", "limit_s"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid())}, 30.0),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
    ],
)
def test_the_watchdog_is_whose_systemd_says(
    variables: dict[str, str], limit_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert notify.watchdog_s() == limit_s


def test_a_status_of_two_lines_says_nothing_else(heard: socket.socket) -> None:
    notify.status("refused:\nREADY=1")
    assert heard.recv(100) == b"STATUS=refused: READY=1"


def test_a_deaf_systemd_is_survived(
    heard: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    heard.close()
    with caplog.at_level(logging.WARNING):
        notify.ready()
    assert "systemd was not told READY=1: " in caplog.text


def test_without_systemd_nothing_is_even_imported() -> None:
    program = (
        "import sys; from callpoint.system import notify; notify.ready();"
        "print('systemd' in sys.modules)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ended.stdout == "False\n"
