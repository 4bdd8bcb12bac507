"""The station as the control socket sees it: its state in words, and its commands."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from typing import Final, Protocol

from callpoint import __version__
from callpoint.errors import (
    CallpointError,
    ConfigError,
    DeviceError,
    LocalProtocolError,
)
from callpoint.station.events import HangupAsked
from callpoint.station.performer import Performer
from callpoint.station.reporter import Reporter
from callpoint.station.settings import Reloaded, Settings, told
from callpoint.station.station import Station
from callpoint.station.status_line import Standing
from callpoint.telnyx.notices import CallState

_WORDS: Final = {
    "capture": "microphone",
    "playout": "speaker",
    "button": "button",
    "led": "LED",
}


class Controls(Protocol):
    """The part of `controls.Controls` that a console needs."""

    button_fault: DeviceError | None
    lamp_fault: DeviceError | None

    def drive(self, down: bool, at_s: float) -> None:
        """Push or release the button at a CLOCK_MONOTONIC time."""
        ...


class LiveCall(Protocol):
    """The part of `telnyx.call.Call` that a console needs."""

    state: CallState
    is_quiet: bool
    began_s: float
    figures: Mapping[str, object]

    @property
    def id(self) -> str: ...

    async def dtmf(self, digits: str) -> None: ...


class Caller(Protocol):
    """The part of `telnyx.client.Client` that a console needs."""

    @property
    def call(self) -> LiveCall | None: ...

    @property
    def warm(self) -> Mapping[str, object] | None: ...

    async def say(self, text: str) -> str: ...


class Sound(Protocol):
    """The part of `audio.engine.VoiceEngine` that a console needs."""

    @property
    def microphone_open(self) -> bool: ...

    def faults(self) -> dict[str, DeviceError | None]: ...

    def in_use(self) -> dict[str, str | None]: ...

    def warnings(self) -> dict[str, str | None]: ...


class Console:
    """Fits `control.commands.Station`."""

    def __init__(
        self,
        station: Station,
        performer: Performer,
        reporter: Reporter,
        client: Caller,
        sound: Sound,
        controls: Controls,
        settings: Settings,
        reload: Callable[[], Awaitable[Reloaded]],
    ) -> None:
        self._station = station
        self._performer = performer
        self._reporter = reporter
        self._client = client
        self._sound = sound
        self._controls = controls
        self._settings = settings
        self._reload = reload
        self._sending: set[asyncio.Task[None]] = set()

    def status(self) -> dict[str, object]:
        """What `callpoint status --json` prints."""
        return {
            "version": __version__,
            "link": self._reporter.link,
            "link_reason": self._reporter.link_reason,
            "call": self._call(),
            "warm": self._client.warm,
            "microphone_open": self._sound.microphone_open,
            "assistant": self._assistant(),
            "devices": self._devices(),
            "led": self._station.state.indication.value,
            "config": self._configuration(),
        }

    def standing(self) -> Standing:
        """What systemd's status line is made of."""
        call = self._client.call
        faults = self._faults()
        return Standing(
            self._reporter.link,
            self._reporter.link_reason,
            call.state.value if call is not None else None,
            self._sound.microphone_open,
            {
                _WORDS[part]: self._sound.in_use().get(part) or name
                for part, name in self._names().items()
                if faults[part] is None and name != "none"
            },
            self._troubles(),
        )

    def _troubles(self) -> list[str]:
        degraded = self._reporter.degraded
        return [
            *([degraded] if degraded else []),
            *(
                f"no {_WORDS[part]} ({fault})"
                for part, fault in self._faults().items()
                if fault is not None
            ),
        ]

    def press(self, at_s: float) -> None:
        self._controls.drive(True, at_s)

    def release(self, at_s: float) -> None:
        self._controls.drive(False, at_s)

    def hangup(self) -> None:
        """Raises LocalProtocolError when no call is up."""
        self._require_call("hang up")
        self._station.post(HangupAsked(time.monotonic()))

    async def say(self, text: str) -> None:
        self._require_call("send a text message")
        await self._client.say(text)

    def mute(self, on: bool) -> None:
        self._require_call("mute the microphone")
        self._performer.mute(on)

    def dtmf(self, digits: str) -> None:
        call = self._require_call("send key tones")
        task = asyncio.create_task(self._dial(call, digits))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def reload(self) -> dict[str, object]:
        faults: list[str] = []
        reloaded = Reloaded((), (), ())
        try:
            reloaded = await self._reload()
        except ConfigError as error:
            faults = [str(fault) for fault in error.faults]
        return {**asdict(reloaded), "faults": faults}

    def _configuration(self) -> dict[str, object]:
        settings = self._settings
        return {
            "fault": told(settings.fault) if settings.fault else None,
            "next_call": settings.next_call,
            "restart": settings.restart,
        }

    def _assistant(self) -> dict[str, object]:
        assistant = self._settings.config.assistant
        return {
            "target_id": assistant.target_id,
            "target_version_id": assistant.target_version_id,
        }

    def _devices(self) -> dict[str, object]:
        faults = self._faults()
        in_use, warnings = self._sound.in_use(), self._sound.warnings()
        return {
            part: {
                "name": name,
                "in_use": in_use.get(part),
                "fault": str(fault) if (fault := faults[part]) else None,
                "advice": fault.advice or None if fault else None,
                "warning": warnings.get(part),
            }
            for part, name in self._names().items()
        }

    def _faults(self) -> dict[str, DeviceError | None]:
        controls = self._controls
        return {
            **self._sound.faults(),
            "button": controls.button_fault,
            "led": controls.lamp_fault,
        }

    def _names(self) -> dict[str, str]:
        config = self._settings.config
        return {
            "capture": ", ".join(config.audio.capture),
            "playout": ", ".join(config.audio.playout),
            "button": _pin(config.button.pin),
            "led": _pin(config.led.pin),
        }

    async def _dial(self, call: LiveCall, digits: str) -> None:
        try:
            await call.dtmf(digits)
        except CallpointError as error:
            self._reporter.error(error)

    def _call(self) -> dict[str, object] | None:
        call = self._client.call
        if call is None:
            return None
        return {
            "id": call.id,
            "state": call.state.value,
            "muted": self._performer.muted,
            "quiet": call.is_quiet,
            "seconds": round(time.monotonic() - call.began_s, 1),
            "figures": dict(call.figures),
        }

    def _require_call(self, act: str) -> LiveCall:
        call = self._client.call
        if call is None:
            raise LocalProtocolError(
                f"cannot {act}: no call is up", "press the button first"
            )
        return call


def _pin(number: int | None) -> str:
    return "none" if number is None else f"pin {number}"
