"""A browser's sound devices: the defaults, none of which may be a monitor."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

SOURCE = "browser_microphone"


def pulse_device(pcm: str) -> str:
    """The device behind a PCM of ALSA's pulse plug-in, or else the name itself."""
    settings = os.environ.get("ALSA_CONFIG_PATH", "")
    text = Path(settings).read_text() if settings else ""
    made = re.search(rf'pcm\.{re.escape(pcm)} \{{[^}}]*device "([^"]+)"', text)
    return made[1] if made else pcm


@asynccontextmanager
async def default_devices(microphone: str, speaker: str) -> AsyncIterator[None]:
    """These are the sound server's defaults until the end of the block."""
    source, sink = pulse_device(microphone), pulse_device(speaker)
    module = await _pactl(
        *("load-module", "module-remap-source"),
        *(f"master={source}", f"source_name={SOURCE}", "remix=no"),
    )
    try:
        await _pactl("set-default-source", SOURCE)
        await _pactl("set-default-sink", sink)
        yield
    finally:
        await _pactl("unload-module", module)


async def _pactl(*words: str) -> str:
    pactl = await asyncio.create_subprocess_exec(
        "pactl", *words, stdout=asyncio.subprocess.PIPE
    )
    said, _ = await pactl.communicate()
    if pactl.returncode:
        raise RuntimeError(f"pactl {' '.join(words)}: ended with {pactl.returncode}")
    return said.decode().strip()
