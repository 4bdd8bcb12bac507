"""A page with the vendor's SDK: what it does, what it tells, what it complains of."""

import json
import re
from typing import Any
from urllib.parse import urlencode

from callpoint.simulator.journal import Journal
from tests.browser.devtools import DevTools, Json, Page

SOON_S = 20.0
COMPLAINTS = {"error", "warning", "assert"}
OURS = (
    r"Warning 33005: Only local network candidates",  # no STUN server is named
    r"warning 31005: Low local microphone audio",  # nobody speaks
    r"warning 31006: Low inbound audio",  # it is the caller's turn
    # The machine is busy; what that does to the sound, the tests measure.
    r"warning 3100[1-4]",
    r"warning 33008: ICE candidate pair changed",
)


class Customer:
    """One page in a browser; `console` has all errors and warnings of its console.

    `excused` are patterns of lines there for which the test itself is the reason.
    """

    def __init__(self) -> None:
        self.console: list[str] = []
        self.excused = list(OURS)
        self._journal = Journal()
        self._page: Page

    async def visit(self, tools: DevTools, url: str, **options: Any) -> None:
        """Open the page; the options are those of the SDK's client."""
        query = urlencode({"options": json.dumps(options)})
        self._page = await tools.open(f"{url}?{query}", self._told)

    def _told(self, method: str, params: Json) -> None:
        match method:
            case "Runtime.bindingCalled":
                report = json.loads(params["payload"])
                self._journal.note(report.pop("event"), **report)
            case "Runtime.consoleAPICalled" if params["type"] in COMPLAINTS:
                words = " ".join(_written(each) for each in params["args"])
                self.console.append(f"{params['type']}: {words}")
            case "Runtime.exceptionThrown":
                details = params["exceptionDetails"]
                words = _written(details.get("exception", {}))
                self.console.append(f"uncaught: {details['text']} {words}")
            case "Log.entryAdded" if params["entry"]["level"] in COMPLAINTS:
                entry = params["entry"]
                self.console.append(f"{entry['level']}: {entry['text']}")

    @property
    def events(self) -> list[Json]:
        """All that the SDK told, oldest first."""
        return self._journal.events

    @property
    def complaints(self) -> list[str]:
        """What the console has that nothing excuses."""
        return [
            line
            for line in self.console
            if not any(re.search(pattern, line) for pattern in self.excused)
        ]

    async def told(self, event: str, count: int = 1, **fields: Any) -> Json:
        """The `count`-th event of that kind with these fields."""
        return await self._journal.wait_for(event, count, SOON_S, **fields)

    async def run(self, script: str) -> Any:
        return await self._page.run(script)

    async def close(self) -> None:
        await self._page.close()


def _written(value: Json) -> str:
    """A value as the console shows it."""
    if "preview" in value:
        members = value["preview"].get("properties", [])
        shown = [f"{each['name']}: {each.get('value')}" for each in members]
        return f"{{{', '.join(shown)}}}"
    return str(value.get("value", value.get("description", "")))
