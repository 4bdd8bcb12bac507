"""One browser for all tests; a stage for each."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.browser.chromium import browsing
from tests.browser.devices import default_devices
from tests.browser.devtools import DevTools
from tests.browser.pages import served_page
from tests.interop.stage import Stage
from tests.sound_server import SoundServer

SCRIPT = Path(__file__).with_name("page.js")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The browser lives in one event loop, and so do all tests with it."""
    for item in items:
        item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The figures that tests measured."""
    for report in terminalreporter.getreports("passed"):
        if report.when == "call" and report.user_properties:
            told = ", ".join(
                f"{name} {value}" for name, value in report.user_properties
            )
            terminalreporter.write_line(f"{report.nodeid.rpartition('::')[2]}: {told}")


@pytest.fixture(scope="session")
def page_url() -> Iterator[str]:
    with served_page(SCRIPT) as url:
        yield url


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(sound_server: SoundServer) -> AsyncIterator[DevTools]:
    tools = DevTools()
    async with (
        default_devices(sound_server.microphone, sound_server.speaker),
        browsing(tools),
    ):
        yield tools


@pytest_asyncio.fixture(loop_scope="session")
async def stage(
    browser: DevTools, page_url: str, sound_server: SoundServer, tmp_path: Path
) -> AsyncIterator[Stage]:
    """All that the SDK or the simulator complained of fails the test at its end."""
    stage = Stage(browser, page_url, sound_server, tmp_path)
    try:
        yield stage
    finally:
        await stage.close()
    assert stage.complaints() == []
