"""PURE: the configuration that the demo's daemon is started with, as TOML."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

BUTTON_PIN: Final = 17
LED_PIN: Final = 27


@dataclass(frozen=True)
class Settings:
    """What differs from one demo to the other."""

    signaling_server: str
    socket: Path
    capture: str
    playout: str

    def toml(self) -> str:
        """A whole configuration file; the pins are mocked, the sound is not."""
        return "\n".join(
            (
                "[assistant]",
                'target_id = "callpoint-demo"',
                "",
                "[server]",
                f"signaling_server = {_quoted(self.signaling_server)}",
                "webrtc_ice_servers = []",
                "",
                "[button]",
                f"pin = {BUTTON_PIN}",
                'pin_factory = "mock"',
                'mode = "hold"',
                "",
                "[led]",
                f"pin = {LED_PIN}",
                "",
                "[audio]",
                f"capture = {_quoted(self.capture)}",
                f"playout = {_quoted(self.playout)}",
                "",
                "[control]",
                f"socket = {_quoted(str(self.socket))}",
                "",
            )
        )


def _quoted(text: str) -> str:
    # A JSON string without surrogates is a basic string of TOML.
    return json.dumps(text, ensure_ascii=False)
