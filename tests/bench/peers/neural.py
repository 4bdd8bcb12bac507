"""callpoint with Debian 13's libopus, which conceals losses with neural networks.

The same daemon, where the distribution's own libopus is an older one.
"""

import asyncio
import os
from pathlib import Path

from callpoint.audio.libopus import CHOICE
from tests.bench.peers.callpoint import main

LIBRARY = Path(".cache/bench-libopus/libopus.so.0")

if __name__ == "__main__":
    os.environ[CHOICE] = str(LIBRARY.resolve(strict=True))
    asyncio.run(main())
