"""The kernel's real inotify tells when nodes of sound cards come and go."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from callpoint.system.plugs import PlugWatch

QUIET_S = 0.05


class Told:
    """How often it was told, and a way to wait for it."""

    def __init__(self) -> None:
        self.times = 0
        self._again = asyncio.Event()

    def __call__(self) -> None:
        self.times += 1
        self._again.set()

    async def again(self) -> None:
        async with asyncio.timeout(3):
            await self._again.wait()
        self._again.clear()


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Told]:
    told = Told()
    watch = PlugWatch(told, folder, QUIET_S)
    watch.start()
    try:
        yield told
    finally:
        watch.close()


async def test_a_card_that_comes_and_goes_is_told_once_each(tmp_path: Path) -> None:
    folder = tmp_path / "snd"
    folder.mkdir()
    async with watched(folder) as told:
        for name in ("controlC1", "pcmC1D0p", "pcmC1D0c"):
            (folder / name).touch()
        (folder / "pcmC1D0c").chmod(0o660)
        await told.again()
        (folder / "controlC1").unlink()
        await told.again()
        assert told.times == 2


async def test_the_folder_may_come_with_the_first_card(tmp_path: Path) -> None:
    """And go with the last one: devtmpfs keeps no empty folders."""
    folder = tmp_path / "snd"
    async with watched(folder) as told:
        for _ in range(2):
            folder.mkdir()
            await told.again()
            (folder / "controlC0").touch()
            await told.again()
            shutil.rmtree(folder)
            await told.again()


async def test_other_devices_are_no_cards(tmp_path: Path) -> None:
    folder = tmp_path / "snd"
    folder.mkdir()
    async with watched(folder) as told:
        for name in ("ttyUSB0", "hidraw1"):
            (tmp_path / name).touch()
        (folder / "seq").touch()
        await asyncio.sleep(3 * QUIET_S)
        assert told.times == 0


async def test_where_nothing_can_be_watched_nothing_breaks(tmp_path: Path) -> None:
    async with watched(tmp_path / "missing" / "snd") as told:
        assert told.times == 0
