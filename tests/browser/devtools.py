"""Chromium's DevTools protocol, over the two pipes of --remote-debugging-pipe.

The browser ends when the pipes do, so that it never outlives the driver.
"""

import asyncio
import json
import os
from collections.abc import Callable
from itertools import count
from typing import Any

Json = dict[str, Any]

# A browser reads from 3 and writes to 4. Not every sh knows numbers of two digits.
STARTER = 'exec "$@" 3<&{commands} 4>&{replies} {commands}<&- {replies}>&-'
ANSWER_LIMIT_S = 30.0


class DevTools:
    """A browser that was started, and the way to its pages."""

    def __init__(self) -> None:
        self._ids = count(1)
        self._waiting: dict[int, asyncio.Future[Json]] = {}
        self._pages: dict[str, Page] = {}
        self._pending = b""
        self._commands = self._replies = -1

    async def start(
        self, command: list[str], environment: dict[str, str]
    ) -> asyncio.subprocess.Process:
        """Run the browser; none of its output is ours."""
        read_commands, self._commands = os.pipe()
        self._replies, write_replies = os.pipe()
        starter = STARTER.format(commands=read_commands, replies=write_replies)
        browser = await asyncio.create_subprocess_exec(
            *("bash", "-c", starter, "browser", *command),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            pass_fds=(read_commands, write_replies),
        )
        os.close(read_commands)
        os.close(write_replies)
        os.set_blocking(self._replies, False)
        asyncio.get_running_loop().add_reader(self._replies, self._read)
        return browser

    async def open(self, url: str, told: Callable[[str, Json], None]) -> "Page":
        """Load a page that can call `report(json)`; `told` gets all that it tells.

        That is each event of DevTools' domains Runtime and Log, by its method:
        `Runtime.bindingCalled` is a report.
        """
        target = await self.ask("Target.createTarget", url="about:blank")
        attached = await self.ask("Target.attachToTarget", flatten=True, **target)
        page = Page(self, target, attached, told)
        self._pages[attached["sessionId"]] = page
        await page.load(url)
        return page

    async def quit(self) -> None:
        """Ask the browser to end."""
        await self.ask("Browser.close")

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._replies)
        os.close(self._replies)
        os.close(self._commands)

    async def ask(
        self, method: str, session: Json | None = None, **params: Any
    ) -> Json:
        """The answer to a command for the browser, or for one session of it."""
        number = next(self._ids)
        waiting = self._waiting[number] = asyncio.get_running_loop().create_future()
        frame = {"id": number, "method": method, "params": params, **(session or {})}
        os.write(self._commands, json.dumps(frame).encode() + b"\0")
        return await asyncio.wait_for(waiting, ANSWER_LIMIT_S)

    def _read(self) -> None:
        piece = os.read(self._replies, 2**20)
        if not piece:
            asyncio.get_running_loop().remove_reader(self._replies)
            for waiting in self._waiting.values():
                waiting.set_exception(RuntimeError("the browser is gone"))
            return
        *frames, self._pending = (self._pending + piece).split(b"\0")
        for frame in frames:
            self._take(json.loads(frame))

    def _take(self, frame: Json) -> None:
        if "method" in frame:
            page = self._pages.get(frame.get("sessionId", ""))
            if page is not None:
                page.told(frame["method"], frame["params"])
            return
        waiting = self._waiting.pop(frame["id"], None)
        if waiting is None or waiting.done():
            return
        if "error" in frame:
            waiting.set_exception(RuntimeError(str(frame["error"])))
        else:
            waiting.set_result(frame["result"])


class Page:
    """A page in a tab of its own."""

    def __init__(
        self,
        tools: DevTools,
        target: Json,
        session: Json,
        told: Callable[[str, Json], None],
    ) -> None:
        self.told = told
        self._tools = tools
        self._target = target
        self._session = session

    async def load(self, url: str) -> None:
        await self._ask("Runtime.enable")
        await self._ask("Log.enable")
        await self._ask("Runtime.addBinding", name="report")
        await self._ask("Page.navigate", url=url)

    async def run(self, script: str) -> Any:
        """What a JavaScript expression gives, when a promise is kept."""
        answer = await self._ask(
            "Runtime.evaluate",
            expression=script,
            returnByValue=True,
            awaitPromise=True,
            userGesture=True,
        )
        if "exceptionDetails" in answer:
            raise RuntimeError(f"{script}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    async def close(self) -> None:
        await self._tools.ask("Target.closeTarget", **self._target)

    async def _ask(self, method: str, **params: Any) -> Json:
        return await self._tools.ask(method, self._session, **params)
