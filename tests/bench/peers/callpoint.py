"""callpoint's own daemon as a peer: the real program, driven over its control socket.

Its cost is the daemon's; this program only carries words to and fro.
"""

import asyncio
import tempfile
from pathlib import Path
from threading import Thread

from tests.bench.peers.contract import arguments, obey, tell
from tests.daemon.programs import Daemon, Event, configuration, ended

# Nobody at the bench lets go of the button, or speaks on every microphone.
LIMITS = "quiet_s = 3600\nlongest_call_s = 3600\nlongest_press_s = 3600"


class Callpoint:
    """A daemon that is registered."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._seen = 0

    async def press(self) -> None:
        self._seen = len(self._daemon.events)
        Thread(target=self._tell_set_up, args=(self._seen,), daemon=True).start()
        await asyncio.to_thread(self._daemon.press)

    async def hang_up(self) -> None:
        await asyncio.to_thread(self._hang_up)

    async def close(self) -> None:
        """The daemon says bye itself."""

    def _hang_up(self) -> None:
        self._daemon.command("hangup")
        self._daemon.release()
        self._daemon.wait(self._seen, event="call", state="ended")
        _tell("summary", self._daemon.wait(self._seen, event="summary"))
        tell("ended")

    def _tell_set_up(self, seen: int) -> None:
        _tell("invite", self._daemon.wait(seen, event="invite"))
        _tell("connected", self._daemon.wait(seen, event="call", state="active"))


def _tell(name: str, event: Event) -> None:
    rest = {k: v for k, v in event.items() if k not in ("event", "monotonic_s")}
    tell(name, event["monotonic_s"], **rest)


async def main() -> None:
    options = arguments("callpoint").parse_args()
    sound = f'capture = "{options.microphone}"\nplayout = "{options.speaker}"'
    with tempfile.TemporaryDirectory(prefix="callpoint-") as folder:
        toml = configuration(options.url, audio=sound, call=LIMITS)
        with ended(Daemon(Path(folder), toml)) as daemon:
            await asyncio.to_thread(daemon.ready)
            await obey(Callpoint(daemon), daemon.process.pid)


if __name__ == "__main__":
    asyncio.run(main())
