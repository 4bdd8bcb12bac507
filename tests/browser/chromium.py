"""The browser's process: started with nothing of this user's, and ended whole."""

import asyncio
import ctypes
import os
import signal
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.browser.devtools import DevTools

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


@asynccontextmanager
async def browsing(tools: DevTools) -> AsyncIterator[asyncio.subprocess.Process]:
    """A browser that `tools` drives, until the end of the block."""
    adopt_orphans()
    with tempfile.TemporaryDirectory(prefix="chromium-") as profile:
        environment = {**os.environ, "HOME": profile}
        command = ["chromium", *OPTIONS, f"--user-data-dir={profile}/data"]
        program = await tools.start(command, environment)
        try:
            yield program
            await tools.quit()
            await asyncio.wait_for(program.wait(), END_LIMIT_S)
        finally:
            # Without its pipes it ends by itself.
            tools.close()
            await program.wait()
            end_orphans()


def adopt_orphans() -> None:
    """What the browser leaves behind becomes a child of ours."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)


def end_orphans() -> None:
    """End and bury what is left of a browser; its crash reporters leave its session."""
    while orphans := list(_orphans()):
        for orphan in orphans:
            os.kill(orphan, signal.SIGKILL)
            os.waitpid(orphan, 0)


def _orphans() -> Iterator[int]:
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text().split():
            if Path(f"/proc/{child}/comm").read_text().startswith("chrom"):
                yield int(child)
