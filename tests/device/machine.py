"""A virtual machine: QEMU as a process, its plugs, and the hands inside it."""

import json
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Without acceleration a guest is some twenty times slower than its host.
BOOT_AT_MOST_S = 180.0
ANSWER_AT_MOST_S = 120.0
# A gigabyte of memory may have to be written.
MONITOR_AT_MOST_S = 60.0
Json = dict[str, Any]


class GuestError(Exception):
    """The guest did not do what it was asked."""


def until(
    is_so: Callable[[], Any], what: str, timeout_s: float = 60.0, every_s: float = 0.2
) -> Any:
    """What `is_so` returns, as soon as that is true; AssertionError after the limit."""
    until_s = time.monotonic() + timeout_s
    while not (found := is_so()):
        assert time.monotonic() < until_s, f"not within {timeout_s:.0f} s: {what}"
        time.sleep(every_s)
    return found


class Port:
    """JSON objects, a line each, over a unix socket that QEMU opens."""

    def __init__(self, path: Path) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        until(lambda: self._connected(path), f"QEMU opens {path.name}", 10.0)
        self._rest = b""

    def _connected(self, path: Path) -> bool:
        try:
            self._socket.connect(str(path))
        except OSError:
            return False
        return True

    def send(self, message: Json) -> None:
        self._socket.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, timeout_s: float) -> Json:
        """Raises TimeoutError."""
        self._socket.settimeout(timeout_s)
        while b"\n" not in self._rest:
            chunk = self._socket.recv(1 << 16)
            if not chunk:
                raise GuestError("the virtual machine has gone")
            self._rest += chunk
        line, self._rest = self._rest.split(b"\n", 1)
        found = json.loads(line)
        assert isinstance(found, dict)
        return found

    def close(self) -> None:
        self._socket.close()


class Machine:
    """A running QEMU; `hands` works once the guest has booted."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        sockets = [
            *("-qmp", f"unix:{folder}/qmp.sock,server=on,wait=off"),
            *(
                "-chardev",
                f"socket,id=agent,path={folder}/agent.sock,server=on,wait=off",
            ),
            *("-device", "virtio-serial"),
            *("-device", "virtserialport,chardev=agent,name=agent"),
            *("-serial", f"file:{folder}/console.log"),
        ]
        with (folder / "qemu.log").open("wb") as log:
            self.process = subprocess.Popen(
                [*command, *sockets], stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._monitor = Port(folder / "qmp.sock")
        self._monitor.receive(10.0)
        self.monitor("qmp_capabilities")
        self._agent = Port(folder / "agent.sock")

    def monitor(self, command: str, **arguments: object) -> Any:
        """A command of QEMU's own (QMP)."""
        self._monitor.send({"execute": command, "arguments": arguments})
        while "event" in (answer := self._monitor.receive(MONITOR_AT_MOST_S)):
            pass
        if "error" in answer:
            raise GuestError(f"{command}: {answer['error']['desc']}")
        return answer["return"]

    def await_reset(self) -> None:
        """Wait until the board starts anew, as at a reboot."""
        while self._monitor.receive(BOOT_AT_MOST_S).get("event") != "RESET":
            pass

    def ask(self, request: Json, timeout_s: float = ANSWER_AT_MOST_S) -> Json:
        """What the agent answers; see guest/agent.py."""
        self._agent.send(request)
        answer = self._agent.receive(timeout_s)
        if "error" in answer:
            raise GuestError(f"{request}: {answer['error']}")
        return answer

    def boot(self) -> None:
        """Wait until the agent answers."""
        self.ask({"run": "true", "timeout_s": 60}, BOOT_AT_MOST_S)

    def cut_power(self) -> None:
        """As if the plug were pulled: nothing more is written."""
        self.process.kill()
        self.process.wait()

    def end(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self._monitor.close()
        self._agent.close()


@contextmanager
def running(folder: Path, command: list[str]) -> Iterator[Machine]:
    """A machine for as long as the block lasts."""
    folder.mkdir(parents=True, exist_ok=True)
    machine = Machine(folder, command)
    try:
        yield machine
    finally:
        machine.end()
