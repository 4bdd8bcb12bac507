"""Drives the browser: commands to the page, and the page's events on our clock."""

import asyncio
import ctypes
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.peers.chromium.devices import default_devices
from tests.bench.peers.chromium.devtools import DevTools, Json
from tests.bench.peers.chromium.page_server import served_page
from tests.bench.peers.contract import arguments, obey, tell

READY_LIMIT_S = 20.0
END_LIMIT_S = 12.0
PR_SET_CHILD_SUBREAPER = 36
OPTIONS = (
    *("--headless", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu"),
    *("--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-breakpad"),
    *("--use-fake-ui-for-media-stream", "--autoplay-policy=no-user-gesture-required"),
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--allow-loopback-in-peer-connection",
)


class Browser:
    """A page that is logged in, and the clock that it tells its times by."""

    def __init__(self) -> None:
        self.tools = DevTools(self._report)
        self._ahead_s = 0.0
        self._in_call = False
        self._events: dict[str, asyncio.Event] = {
            name: asyncio.Event() for name in ("ready", "ended")
        }

    def _report(self, report: Json) -> None:
        event, page_ms, why = report["event"], report["page_ms"], report.get("why")
        if event == "ended":
            self._in_call = False
        if event in self._events:
            self._events[event].set()
        if event == "failed":
            tell(event, why=why)
        elif event != "ready":
            tell(event, page_ms / 1000 + self._ahead_s)

    async def get_ready(self, page: str) -> None:
        await self.tools.open(page)
        await asyncio.wait_for(self._events["ready"].wait(), READY_LIMIT_S)
        self._ahead_s = await self._clock()

    async def _clock(self) -> float:
        """How far CLOCK_MONOTONIC is ahead of the page's clock: the closest look."""
        looks: list[tuple[float, float]] = []
        for _ in range(20):
            asked_s = time.monotonic()
            page_ms = await self.tools.run("performance.now()")
            answered_s = time.monotonic()
            middle_s = (asked_s + answered_s) / 2
            looks.append((answered_s - asked_s, middle_s - page_ms / 1000))
        return min(looks)[1]

    async def press(self) -> None:
        self._events["ended"].clear()
        self._in_call = True
        await self.tools.run("press()")

    async def hang_up(self) -> None:
        if self._in_call:
            await self.tools.run("hangUp()")
            await asyncio.wait_for(self._events["ended"].wait(), END_LIMIT_S)

    async def close(self) -> None:
        await self.hang_up()


@asynccontextmanager
async def browsing(
    browser: Browser, profile: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """A browser of its own, with nothing of this user's, until the end of the block."""
    environment = {**os.environ, "HOME": profile}
    command = ["chromium", *OPTIONS, f"--user-data-dir={profile}/data"]
    program = await browser.tools.start(command, environment)
    try:
        yield program
        await browser.tools.quit()
        await asyncio.wait_for(program.wait(), END_LIMIT_S)
    finally:
        # Without its pipes it ends by itself.
        browser.tools.close()
        await program.wait()
        end_orphans()


def adopt_orphans() -> None:
    """What the browser leaves behind becomes a child of ours."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_orphans() -> None:
    for children in Path("/proc/self/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            os.kill(child, signal.SIGKILL)
    try:
        while True:
            os.wait()
    except ChildProcessError:
        return


async def main() -> None:
    options = arguments("chromium").parse_args()
    browser = Browser()
    adopt_orphans()
    with (
        tempfile.TemporaryDirectory(prefix="chromium-") as profile,
        served_page() as url,
    ):
        page = f"{url}?{urlencode({'gateway': options.url})}"
        async with (
            default_devices(options.microphone, options.speaker),
            browsing(browser, profile) as program,
        ):
            await browser.get_ready(page)
            await obey(browser, program.pid)


if __name__ == "__main__":
    asyncio.run(main())
