"""Drives the browser: commands to the page, and the page's events on our clock."""

import asyncio
import json
import time
from pathlib import Path
from urllib.parse import urlencode

from tests.bench.peers.contract import arguments, obey, tell
from tests.browser.chromium import END_LIMIT_S, browsing
from tests.browser.devices import default_devices
from tests.browser.devtools import DevTools, Json, Page
from tests.browser.pages import served_page

READY_LIMIT_S = 20.0
SCRIPT = Path(__file__).with_name("page.js")


class Browser:
    """A page that is logged in, and the clock that it tells its times by."""

    def __init__(self, tools: DevTools) -> None:
        self._tools = tools
        self._page: Page
        self._ahead_s = 0.0
        self._in_call = False
        self._events: dict[str, asyncio.Event] = {
            name: asyncio.Event() for name in ("ready", "ended")
        }

    def _told(self, method: str, params: Json) -> None:
        if method != "Runtime.bindingCalled":
            return
        report = json.loads(params["payload"])
        event, page_ms, why = report["event"], report["page_ms"], report.get("why")
        if event == "ended":
            self._in_call = False
        if event in self._events:
            self._events[event].set()
        if event == "failed":
            tell(event, why=why)
        elif event != "ready":
            tell(event, page_ms / 1000 + self._ahead_s)

    async def get_ready(self, url: str) -> None:
        self._page = await self._tools.open(url, self._told)
        await asyncio.wait_for(self._events["ready"].wait(), READY_LIMIT_S)
        self._ahead_s = await self._clock()

    async def _clock(self) -> float:
        """How far CLOCK_MONOTONIC is ahead of the page's clock: the closest look."""
        looks: list[tuple[float, float]] = []
        for _ in range(20):
            asked_s = time.monotonic()
            page_ms = await self._page.run("performance.now()")
            answered_s = time.monotonic()
            middle_s = (asked_s + answered_s) / 2
            looks.append((answered_s - asked_s, middle_s - page_ms / 1000))
        return min(looks)[1]

    async def press(self) -> None:
        self._events["ended"].clear()
        self._in_call = True
        await self._page.run("press()")

    async def hang_up(self) -> None:
        if self._in_call:
            await self._page.run("hangUp()")
            await asyncio.wait_for(self._events["ended"].wait(), END_LIMIT_S)

    async def close(self) -> None:
        await self.hang_up()


async def main() -> None:
    options = arguments("chromium").parse_args()
    tools = DevTools()
    browser = Browser(tools)
    with served_page(SCRIPT) as url:
        async with (
            default_devices(options.microphone, options.speaker),
            browsing(tools) as program,
        ):
            await browser.get_ready(f"{url}?{urlencode({'gateway': options.url})}")
            await obey(browser, program.pid)


if __name__ == "__main__":
    asyncio.run(main())
