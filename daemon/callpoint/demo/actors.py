"""The two programs of the demo as processes, and the line to the daemon's socket.

Whatever happens to the demo, they end: asked first, then killed, and by the kernel when
the demo itself is killed.
"""

import asyncio
import contextlib
import json
import shutil
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections import deque
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from callpoint.errors import CallpointError, ControlError

_LAST_LINES: Final = 12
_LINE_BYTES: Final = 1 << 20
_STOP_S: Final = 3.0
"""The daemon promises to be gone within 2 s."""
_ANSWER_S: Final = 5.0

Event = dict[str, object]


class Actor:
    """A running program of callpoint's own.

    What it logs goes to the file `log`, its events come from its standard output.
    """

    def __init__(
        self, name: str, running: asyncio.subprocess.Process, log: Path
    ) -> None:
        self.name = name
        self.log = log
        self._running = running
        self._last: deque[str] = deque(maxlen=_LAST_LINES)
        self._reading = asyncio.create_task(self._read_log())

    @classmethod
    async def start(cls, name: str, arguments: Sequence[str], log: Path) -> "Actor":
        """Start `python -m callpoint ARGUMENTS`; `name` is what people call it."""
        running = await asyncio.create_subprocess_exec(
            *_dies_with_us(),
            sys.executable,
            *("-m", "callpoint", *arguments),
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            limit=_LINE_BYTES,
            # Ctrl-C in the terminal is for the demo, which ends its actors in order.
            start_new_session=True,
        )
        return cls(name, running, log)

    @property
    def pid(self) -> int:
        return self._running.pid

    async def events(self) -> AsyncIterator[Event]:
        """The JSON objects on its standard output, until it ends."""
        assert self._running.stdout is not None
        async for line in self._running.stdout:
            if (event := _json(line)) is not None:
                yield event

    async def ended(self) -> CallpointError:
        """Wait until it ends by itself; what to tell people then."""
        code = await self._running.wait()
        await self._reading
        how = f"signal {-code}" if code < 0 else f"exit code {code}"
        last = "\n".join(f"  {line}" for line in self._last) or "  (none)"
        return CallpointError(
            f"the {self.name} ended in the middle of the demo ({how});"
            f" its last lines:\n{last}"
        )

    async def stop(self) -> None:
        """End it: SIGTERM, and SIGKILL where that does not help within 3 s."""
        with contextlib.suppress(ProcessLookupError):
            self._running.terminate()
        try:
            async with asyncio.timeout(_STOP_S):
                await self._running.wait()
        except TimeoutError:
            with contextlib.suppress(ProcessLookupError):
                self._running.kill()
            await self._running.wait()
        await self._reading

    async def _read_log(self) -> None:
        assert self._running.stderr is not None
        with self.log.open("wb") as file:
            async for line in self._running.stderr:
                file.write(line)
                self._last.append(line.decode(errors="replace").rstrip())


def _dies_with_us() -> Sequence[str]:
    """What lets the kernel end a program when the demo was killed without a word."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", "TERM") if setpriv else ()


def _json(line: bytes) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:
        return None
    return event if isinstance(event, dict) else None


class ControlLine:
    """A connection to the daemon's control socket."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()

    @classmethod
    async def open(cls, path: Path) -> "ControlLine":
        """Connect; raises ControlError while nobody listens."""
        try:
            return cls(*await asyncio.open_unix_connection(path, limit=_LINE_BYTES))
        except OSError as error:
            raise ControlError(f"{path}: nobody listens: {error.strerror}") from error

    async def ask(self, command: str) -> Event:
        """The daemon's answer; raises ControlError when it refuses or is gone."""
        async with self._turn:
            await self._send({"command": command})
            try:
                async with asyncio.timeout(_ANSWER_S):
                    answer = _json(await self._reader.readline())
            except (OSError, TimeoutError) as error:
                raise ControlError(f'the daemon did not answer "{command}"') from error
        if answer is None:
            raise ControlError(f'the daemon did not answer "{command}"')
        if not answer.get("ok"):
            raise ControlError(str(answer.get("error")), str(answer.get("advice", "")))
        return answer

    async def events(self, levels: bool) -> AsyncIterator[Event]:
        """The event stream, until the daemon ends it."""
        await self._send({"command": "events", "levels": levels})
        with contextlib.suppress(ConnectionError):
            async for line in self._reader:
                event = _json(line)
                if event is not None and "event" in event:
                    yield event

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()

    async def _send(self, message: Mapping[str, object]) -> None:
        self._writer.write(json.dumps(message).encode() + b"\n")
        try:
            await self._writer.drain()
        except OSError as error:
            raise ControlError("the daemon has closed its control socket") from error
