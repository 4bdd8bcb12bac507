"""A whole daemon without network and card, for an hour of virtual time.

Supervisor, line, client, audio threads, service and watchdog are the shipped ones, and
so are the sockets; systemd is a socket that notes when it is told what.
"""

import asyncio
import errno
import gc
import logging
import os
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from callpoint.config.schema import Config
from callpoint.controls import pins
from callpoint.station.supervisor import Supervisor
from tests.virtual_threads import shared_time

HOUR_S = 3600.0
WATCHDOG_S = 30.0
NOBODY = "ws://127.0.0.1:9"
NOWHERE = "hw:CARD=nowhere"


@dataclass
class Systemd:
    """What it was told, and when, in seconds from the start."""

    manager: socket.socket
    began_s: float = 0.0
    told: list[tuple[float, str]] = field(default_factory=list)
    lived_s: float = 0.0

    def read(self) -> None:
        at_s = asyncio.get_running_loop().time() - self.began_s
        text = self.manager.recv(65536).decode()
        self.told.extend((at_s, line) for line in text.splitlines())

    def at_s(self, line: str) -> list[float]:
        return [at_s for at_s, each in self.told if each == line]

    @property
    def longest_hunger_s(self) -> float:
        fed_s = [0.0, *self.at_s("WATCHDOG=1"), self.lived_s]
        return max(after - before for before, after in pairwise(fed_s))


@pytest.fixture(autouse=True)
def nothing_stays_settled() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    path = str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", path)
    monkeypatch.setenv("WATCHDOG_USEC", f"{WATCHDOG_S * 1_000_000:.0f}")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        yield Systemd(manager)


async def live(
    systemd: Systemd,
    folder: Path,
    capture: str,
    for_s: float,
    before_the_end: Callable[[], None] = lambda: None,
) -> None:
    """A daemon's life; it raises what ends it."""
    loop = asyncio.get_running_loop()
    systemd.began_s = loop.time()
    loop.add_reader(systemd.manager, systemd.read)
    config = Config.model_validate(
        {
            "assistant": {"target_id": "assistant-a"},
            "server": {"signaling_server": NOBODY, "allow_insecure": True},
            "audio": {"capture": capture, "playout": NOWHERE},
            "control": {"socket": folder / "control.sock"},
            "button": {"pin": 17, "pin_factory": "mock"},
        }
    )
    stop = asyncio.Event()
    loop.call_later(for_s, before_the_end)
    loop.call_later(for_s, stop.set)
    await Supervisor(config, lambda: config, None).run(stop)
    systemd.lived_s = loop.time() - systemd.began_s


def test_an_hour_without_network_and_card_is_no_reason_to_be_ended(
    systemd: Systemd, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", "callpoint")
    with shared_time() as run:
        run(live(systemd, tmp_path, NOWHERE, HOUR_S + 1))
    assert systemd.lived_s > HOUR_S
    assert systemd.longest_hunger_s <= WATCHDOG_S / 3 + 0.001
    assert len(systemd.at_s("WATCHDOG=1")) == 1 + HOUR_S / (WATCHDOG_S / 3)
    assert systemd.at_s("READY=1") == [pytest.approx(10, abs=0.1)]
    # It did not sleep: each thread looked for its card, and the line for its server.
    tried = [record.message for record in caplog.records]
    assert sum(message.startswith(f"{NOWHERE}: ") for message in tried) > 2 * 1500
    assert sum("the next try is in" in message for message in tried) > 100
    assert max(record.levelno for record in caplog.records) < logging.ERROR


def test_a_microphone_that_hangs_in_the_kernel_starves_the_watchdog(
    systemd: Systemd, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    # To open a pipe for reading waits for somebody who writes.
    pipe = tmp_path / "microphone.wav"
    os.mkfifo(pipe)

    def let_go() -> None:
        pipe.open("r+b", buffering=0).close()

    with shared_time("capture") as run:
        run(live(systemd, tmp_path, f"wav:{pipe}", 2 * WATCHDOG_S, let_go))
    assert systemd.longest_hunger_s > WATCHDOG_S
    assert "the capture thread is opening the microphone" in caplog.text


def test_a_pin_that_udev_hands_over_later_needs_no_restart(
    systemd: Systemd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed_over, tried_s = pins.open_factory("", "mock"), list[float]()

    def factory(_device: str) -> object:
        tried_s.append(time.monotonic())
        if len(tried_s) < 4:
            raise PermissionError(errno.EACCES, "Permission denied")
        return handed_over

    monkeypatch.setitem(pins._FACTORIES, "mock", factory)
    with shared_time() as run:
        run(live(systemd, tmp_path, NOWHERE, 60.0))
    pauses_s = [after - before for before, after in pairwise(tried_s)]
    assert pauses_s == pytest.approx([1.0, 1.5, 2.25], abs=0.01)


def test_a_daemon_that_has_loaded_all_counts_it_as_settled(
    systemd: Systemd, tmp_path: Path
) -> None:
    """Else a full collection of garbage, in a call, stops the sound for longer."""
    with shared_time() as run:
        run(live(systemd, tmp_path, NOWHERE, 5.0))
    assert gc.get_freeze_count() > 10_000
