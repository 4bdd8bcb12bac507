"""What systemd hears of the service, from a real notification socket."""

import asyncio
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from callpoint.system.service import Service


@pytest.fixture
def heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """systemd's end."""
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(path)
        ear.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", path)
        yield ear


async def nothing() -> None: ...


def all_of(heard: socket.socket) -> list[str]:
    told = []
    while True:
        try:
            told.append(heard.recv(1000).decode())
        except BlockingIOError:
            return told


def test_the_status_is_told_when_it_is_another_one(heard: socket.socket) -> None:
    lines = iter(["ready", "ready", "offline"])
    service = Service(lambda: next(lines), nothing)
    for _ in range(3):
        service.changed()
    assert all_of(heard) == ["STATUS=ready", "STATUS=offline"]


async def test_it_is_ready_as_soon_as_the_cards_work(heard: socket.socket) -> None:
    cards_work = asyncio.Event()
    service = Service(str, nothing)
    announcement = asyncio.create_task(service.announce(cards_work))
    await asyncio.sleep(0)
    assert all_of(heard) == []
    cards_work.set()
    await announcement
    assert all_of(heard) == ["READY=1"]


async def test_a_card_that_never_comes_is_not_waited_for(heard: socket.socket) -> None:
    service = Service(str, nothing, slow_card_s=0.01)
    await service.announce(asyncio.Event())
    assert all_of(heard) == ["READY=1"]


async def test_a_reload_is_told_only_while_it_is_ready(heard: socket.socket) -> None:
    reloads: list[None] = []

    async def reload() -> None:
        reloads.append(None)

    service = Service(str, reload)
    # systemd would take the end of the reload for the end of the start.
    await service.reload()
    assert all_of(heard) == []
    cards_work = asyncio.Event()
    cards_work.set()
    await service.announce(cards_work)
    await service.reload()
    service.stopping()
    await service.reload()
    ready, reloading, again, stopping = all_of(heard)
    assert (ready, again, stopping) == ("READY=1", "READY=1", "STOPPING=1")
    assert re.fullmatch(r"RELOADING=1\nMONOTONIC_USEC=\d+", reloading)
    assert len(reloads) == 3


async def test_a_reload_that_breaks_ends_as_well(heard: socket.socket) -> None:
    async def reload() -> None:
        raise MemoryError

    service = Service(str, reload, slow_card_s=0)
    await service.announce(asyncio.Event())
    with pytest.raises(MemoryError):
        await service.reload()
    assert [told.partition("\n")[0] for told in all_of(heard)] == [
        "READY=1",
        "RELOADING=1",
        "READY=1",
    ]
