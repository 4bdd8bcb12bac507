"""A callpoint in a virtual machine, as its owner sees and touches it."""

import json
from pathlib import Path

from callpoint.cli.status import faults
from tests.device.machine import GuestError, Json, Machine, until

PINS = "/sys/devices/platform/gpio-sim.0/gpiochip0/sim_gpio"
BUTTON_PIN = 17
LED_PIN = 27
UNIT = "callpoint.service"
SHARED = "/share"
"""Where the folder that host and guest share is in the guest."""


class Guest:
    """Commands, files, the button, the LED, the unit and its journal."""

    def __init__(self, machine: Machine, shared: Path) -> None:
        self.machine = machine
        self.shared = shared
        self._cursor = ""
        self.journal: list[Json] = []

    def boot(self) -> None:
        """Wait until the agent answers, and mount what is shared."""
        self.machine.boot()
        self.share()

    def share(self) -> None:
        self.run(f"mkdir -p {SHARED} && mount -t 9p -o trans=virtio share {SHARED}")

    # Hands.

    def run(self, command: str, timeout_s: float = 60.0) -> str:
        """What a shell command prints; GuestError when it fails."""
        code, out = self.tried(command, timeout_s)
        if code:
            raise GuestError(f"{command}\nended with {code}: {out}")
        return out

    def tried(self, command: str, timeout_s: float = 60.0) -> tuple[int, str]:
        """Exit code and output."""
        request = {"run": command, "timeout_s": timeout_s}
        answer = self.machine.ask(request, timeout_s + 60)
        return answer["code"], answer["out"].strip()

    def write(self, path: str, text: str) -> None:
        self.machine.ask({"write": path, "text": text})

    def read(self, path: str) -> str:
        return str(self.machine.ask({"read": path})["text"]).strip()

    # The button and its LED.

    def push(self, pin: int = BUTTON_PIN) -> None:
        """The button connects its pin to ground."""
        self.write(f"{PINS}{pin}/pull", "pull-down")

    def let_go(self, pin: int = BUTTON_PIN) -> None:
        self.write(f"{PINS}{pin}/pull", "pull-up")

    def led(self, for_s: float) -> list[tuple[float, bool]]:
        """When the LED went on and off, in seconds from now, the state now first."""
        request = {"watch": f"{PINS}{LED_PIN}/value", "for_s": for_s}
        changes = self.machine.ask(request)["changes"]
        return [(at_s, text == "1") for at_s, text in changes]

    # The daemon.

    def status(self, line: str = "") -> Json:
        """`callpoint status --json`; empty while the daemon does not answer."""
        which = f" --line {line}" if line else ""
        _, out = self.tried(f"callpoint status --json{which} 2>/dev/null")
        return dict(json.loads(out)) if out.startswith("{") else {}

    def unit(self, *properties: str) -> dict[str, str]:
        out = self.run(f"systemctl show {UNIT} -p {','.join(properties)}")
        return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)

    def restarts(self) -> int:
        return int(self.unit("NRestarts")["NRestarts"])

    def pid(self) -> int:
        return int(self.unit("MainPID")["MainPID"])

    def ready(self, timeout_s: float = 120.0, line: str = "") -> Json:
        """Wait until a press is answered by a call, with all devices."""

        def found() -> Json:
            status = self.status(line)
            return (
                status
                if status.get("link") == "ready" and not any(faults(status))
                else {}
            )

        return dict(until(found, "ready, with every device", timeout_s))

    def in_call(self, timeout_s: float = 60.0) -> Json:
        def found() -> Json:
            call = self.status().get("call") or {}
            return call if call.get("state") == "active" else {}

        return dict(until(found, "a call is up", timeout_s))

    def no_call(self, timeout_s: float = 60.0) -> None:
        until(lambda: not self.status().get("call"), "no call", timeout_s)

    # The journal.

    def note(self) -> int:
        """A place in the journal: what comes after it is found by `told`."""
        self._read_journal()
        return len(self.journal)

    def told(self, text: str, after: int, timeout_s: float = 60.0) -> Json:
        """Wait for an entry of the unit that has this text (in any case)."""

        def found() -> Json | None:
            self._read_journal()
            for entry in self.journal[after:]:
                if text.lower() in str(entry.get("MESSAGE", "")).lower():
                    return entry
            return None

        return dict(until(found, f"the journal says: {text}", timeout_s))

    def priorities(self, after: int) -> set[str]:
        """How loud it was, as syslog counts: "7" is debug."""
        self._read_journal()
        return {str(entry.get("PRIORITY", "")) for entry in self.journal[after:]}

    def said(self, after: int) -> list[str]:
        self._read_journal()
        return [str(entry.get("MESSAGE", "")) for entry in self.journal[after:]]

    def _read_journal(self) -> None:
        after = f"--after-cursor='{self._cursor}'" if self._cursor else ""
        out = self.run(f"journalctl -u {UNIT} -o json -a -q --no-pager {after}")
        for line in out.splitlines():
            self.journal.append(json.loads(line))
        if self.journal:
            self._cursor = self.journal[-1]["__CURSOR"]

    # Sound.

    def speak(self, name: str) -> None:
        """Say a recording of alsa-utils into the microphone, to its end."""
        self.run(f"aplay -q -D plughw:Loopback,1,0 /usr/share/sounds/alsa/{name}.wav")

    def listen(self, name: str) -> None:
        """Record what the speaker plays, until `heard`."""
        self.run(
            f"systemd-run -q --unit=listen-{name} -p KillSignal=SIGINT arecord -q"
            f" -D plughw:Loopback,1,0 -f S16_LE -r 48000 -c 1 /run/{name}.wav"
        )

    def heard(self, name: str) -> Path:
        """End the recording, and fetch it."""
        self.run(f"systemctl stop listen-{name}; cp /run/{name}.wav {SHARED}/")
        return self.shared / f"{name}.wav"

    def microphone(self) -> str:
        """What the kernel says of the daemon's end of the card: `RUNNING`, `closed`."""
        told = self.read("/proc/asound/Loopback/pcm0c/sub0/status")
        return told.partition("\n")[0].removeprefix("state:").strip()
