"""A station that keeps the contract of `callpoint.control.commands.Station`."""

import asyncio

from callpoint.errors import LocalProtocolError

Asked = tuple[str, object]


class RecordingStation:
    """Writes down what it is asked; has a call when `in_call`, and a button."""

    def __init__(self, in_call: bool = True) -> None:
        self.in_call = in_call
        self.link = "ready"
        self.link_reason: str | None = None
        self.microphone_in_use: str | None = None
        self.microphone_fault: str | None = None
        self.led_fault: str | None = None
        self.microphone_warning: str | None = None
        self.config_faults: list[str] = []
        self.asked: list[Asked] = []
        self.is_down = False
        self.went_down = asyncio.Event()
        self.went_up = asyncio.Event()

    def status(self) -> dict[str, object]:
        call = {"id": "c1", "state": "active", "muted": False, "seconds": 12.4}
        capture = {
            "name": "plughw:CARD=Headset",
            "in_use": self.microphone_in_use,
            "fault": self.microphone_fault,
            "advice": "plug it in" if self.microphone_fault else None,
            "warning": self.microphone_warning,
        }
        return {
            "version": "0.1.0",
            "link": self.link,
            "link_reason": self.link_reason,
            "call": call if self.in_call else None,
            "microphone_open": self.is_down,
            "assistant": {"target_id": "assistant-0815"},
            "devices": {
                "capture": capture,
                "playout": {"name": "default", "fault": None},
                "button": {"name": "pin 17", "fault": None},
                "led": {"name": "pin 27", "fault": self.led_fault},
            },
            "warm": None,
            "led": "ready",
            "config": {"fault": None, "next_call": [], "restart": []},
        }

    def press(self, at_s: float) -> None:
        self.asked.append(("press", at_s))
        self.is_down = True
        self.went_down.set()

    def release(self, at_s: float) -> None:
        self.asked.append(("release", at_s))
        self.is_down = False
        self.went_up.set()

    def hangup(self) -> None:
        self._needs_a_call()
        self.asked.append(("hangup", None))

    async def say(self, text: str) -> None:
        self._needs_a_call()
        await asyncio.sleep(0)
        self.asked.append(("say", text))

    def mute(self, on: bool) -> None:
        self._needs_a_call()
        self.asked.append(("mute", on))

    def dtmf(self, digits: str) -> None:
        self._needs_a_call()
        self.asked.append(("dtmf", digits))

    async def reload(self) -> dict[str, object]:
        self.asked.append(("reload", None))
        return {
            "applied": ["call.quiet_s"],
            "next_call": ["assistant.target_id"],
            "restart": ["button.pin"],
            "faults": self.config_faults,
        }

    @property
    def verbs(self) -> list[str]:
        return [verb for verb, _ in self.asked]

    def _needs_a_call(self) -> None:
        if not self.in_call:
            raise LocalProtocolError("no call is up", "press the button first")
