"""From the configuration to the parts: devices by name, the button, the LED, rules."""

import socket
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from callpoint.audio import synthetic
from callpoint.audio.binding import Binding, Mixer
from callpoint.audio.devices import CaptureDevice, PlayoutDevice
from callpoint.audio.engine import VoiceEngine
from callpoint.audio.events import AudioEvent
from callpoint.config import schema
from callpoint.controls.button import Button, MockButton, open_button
from callpoint.controls.faults import found_down
from callpoint.controls.led import Led, NoLed, open_led
from callpoint.controls.pins import OpenFactory, open_factory
from callpoint.errors import CallpointError, DeviceError
from callpoint.station.events import (
    DeviceFailed,
    DeviceRecovered,
    Pressed,
    Released,
    Tell,
)
from callpoint.station.finger import Finger
from callpoint.station.survival import Survival
from callpoint.station.table import Rules
from callpoint.system import credentials
from callpoint.system.entries import Entry
from callpoint.system.runtime_file import RuntimeFile, boot_id, runtime_directory
from callpoint.telnyx.servers import (
    DEFAULT_ICE_SERVERS,
    IceServer,
    ServerConfiguration,
)
from callpoint.telnyx.survivor import Origin, Survivor


def voice(audio: schema.Audio, emit: Callable[[AudioEvent], None]) -> VoiceEngine:
    """The microphone and the speaker as configured; `emit` as the engine has it."""
    return VoiceEngine(
        _capture(audio),
        _playout(audio),
        emit,
        keep_open=audio.keep_open,
        preroll_s=audio.preroll_s,
        capture_gain_db=audio.capture_gain_db,
    )


def _capture(audio: schema.Audio) -> Binding[CaptureDevice]:
    """A microphone: the first of the names configured that is there."""

    def opened(name: str) -> CaptureDevice:
        if (device := synthetic.open_capture(name)) is not None:
            return device
        from callpoint.audio.alsa import AlsaCapture

        return AlsaCapture(name)

    return Binding(
        audio.capture, "capture", opened, forget=_forget_cards, mixer=_mixer(audio)
    )


def _playout(audio: schema.Audio) -> Binding[PlayoutDevice]:
    """A speaker: the first of the names configured that is there."""

    def opened(name: str) -> PlayoutDevice:
        if (device := synthetic.open_playout(name)) is not None:
            return device
        from callpoint.audio.alsa import AlsaPlayout

        return AlsaPlayout(name)

    return Binding(
        audio.playout, "playout", opened, forget=_forget_cards, mixer=_mixer(audio)
    )


def _mixer(audio: schema.Audio) -> Callable[[], Mixer]:
    """Made when there is a card: without one, nothing of ALSA is loaded."""

    @cache
    def made() -> Mixer:
        from callpoint.audio.mixer import CardMixer

        return CardMixer(audio.mixer)

    return made


def _forget_cards() -> None:
    from callpoint.audio import alsa

    alsa.forget_cards()


def rules(config: schema.Config) -> Rules:
    return Rules(
        mode=config.button.mode,
        quiet_s=config.call.quiet_s,
        longest_call_s=config.call.longest_call_s,
        longest_press_s=config.call.longest_press_s,
        wait_for_link_s=config.call.wait_for_link_s,
        continue_lost=config.call.continue_lost,
        double_press_hangs_up=config.button.double_press_hangs_up,
    )


def login(config: schema.Config) -> dict[str, Any]:
    """The arguments of `Client.anonymous_login`."""
    assistant = config.assistant
    return {
        "target_id": assistant.target_id,
        "target_type": assistant.target_type,
        "target_version_id": assistant.target_version_id,
        "user_variables": assistant.user_variables,
        "conversation_id": assistant.conversation_id,
        "server_configuration": server_configuration(config.server),
    }


def server_configuration(server: schema.Server) -> ServerConfiguration:
    """Where to log in; without ICE servers of its own, the vendor's."""
    return ServerConfiguration(
        signaling_server=server.signaling_server,
        webrtc_ice_servers=DEFAULT_ICE_SERVERS
        if server.webrtc_ice_servers is None
        else tuple(filter(None, map(_ice_server, server.webrtc_ice_servers))),
        region=server.region,
        ca_file=str(server.ca_file) if server.ca_file else None,
        proxy=server.proxy,
        allow_insecure=server.allow_insecure,
    )


def _ice_server(server: schema.IceServer) -> IceServer | None:
    """None where its secret is missing: calls do without it then."""
    try:
        return IceServer(tuple(server.urls), server.username, _secret(server))
    except CallpointError:
        return None


def _secret(server: schema.IceServer) -> str | None:
    given = server.credential.get_secret_value() if server.credential else None
    if server.credential_name is None:
        return given
    try:
        return credentials.read(server.credential_name)
    except CallpointError:
        if given is None:
            raise
        return given


def missing_secrets(server: schema.Server) -> Iterator[Tell]:
    """What to tell of each ICE server that is left out."""
    for each in server.webrtc_ice_servers or ():
        try:
            _secret(each)
        except CallpointError as error:
            what = f"{each.urls[0]} is left out: {error}"
            yield Tell(what, error.advice, Entry.CREDENTIAL_MISSING)


def call(options: schema.Call) -> dict[str, Any]:
    """The arguments of `Client.new_call`."""
    return {
        "caller_name": options.caller_name or socket.gethostname(),
        "caller_number": options.caller_number,
        "destination_number": options.destination_number,
        "custom_headers": options.custom_headers,
    }


def survival(
    config: Callable[[], schema.Config], live: Callable[[], Survivor | None]
) -> Survival:
    """The live call on file, in the runtime directory that systemd made."""
    boot = boot_id()

    def origin() -> Origin:
        server, assistant = config().server, config().assistant
        return Origin(server.signaling_server, assistant.target_id, boot)

    return Survival(
        RuntimeFile(runtime_directory(), "call.json"),
        origin,
        config().call.longest_call_s,
        live,
    )


class Controls:
    """The button and the LED as configured.

    `post` takes the presses, and `recovered` is told when a button that was found down
    comes up. A pin that cannot be had is told in `failures`, and the control socket is
    the only finger left. Where it `may_be_held` a button that is down at the start is
    held by somebody in a call that has survived, and no fault.
    """

    def __init__(
        self,
        config: schema.Config,
        post: Callable[[Pressed | Released], None],
        recovered: Callable[[DeviceRecovered], None],
        open_factory: OpenFactory = open_factory,
        may_be_held: bool = False,
    ) -> None:
        self.failures: list[DeviceFailed] = []
        self.button_fault: str | None = None
        self._post = post
        self._recovered = recovered
        self._open_factory = open_factory
        self._may_be_held = may_be_held
        self._button: Button | None = None
        self._found_down: DeviceError | None = None
        self._finger = Finger(config.button.debounce_ms, self._is_down, self._moved)
        self.lamp: Led = self._open_lamp(config)
        if config.button.pin is not None:
            self._open_button(config.button, config.button.pin)

    @property
    def is_held(self) -> bool:
        """Whether the button is down."""
        return self._is_down()

    def drive(self, down: bool, at_s: float) -> None:
        """Push or release for the control socket: through the pin if it is a mock."""
        if isinstance(self._button, MockButton):
            self._button.drive(down)
        else:
            self._post(Pressed(at_s) if down else Released(at_s))

    def debounce(self, debounce_ms: float) -> None:
        """Another time of quiet for the button, from its next edge on."""
        self._finger.debounce(debounce_ms)

    def close(self) -> None:
        self._finger.close()
        if self._button is not None:
            self._button.close()
        self.lamp.close()

    def _is_down(self) -> bool:
        return self._button is not None and self._button.is_down()

    def _moved(self, event: Pressed | Released) -> None:
        if self._found_down is not None:
            # Whatever held it has let go.
            self._recovered(DeviceRecovered(event.at_s, self._found_down.device))
            self._found_down = self.button_fault = None
        self._post(event)

    def _open_button(self, button: schema.Button, pin: int) -> None:
        try:
            self._button = open_button(
                pin,
                button.pull_up,
                button.pin_factory,
                self._finger.edge,
                self._open_factory,
            )
        except DeviceError as error:
            self.button_fault = str(error)
            self._failed(error)
            return
        if self._button.is_down():
            self._finger.found_down()
            if self._may_be_held:
                return
            self._found_down = found_down(f"button on pin {pin}", button.pull_up)
            self.button_fault = str(self._found_down)
            self._failed(self._found_down)

    def _open_lamp(self, config: schema.Config) -> Led:
        try:
            return open_led(
                config.led.pin,
                config.led.active_high,
                config.button.pin_factory,
                self._open_factory,
            )
        except DeviceError as error:
            self._failed(error)
            return NoLed()

    def _failed(self, error: DeviceError) -> None:
        failed = DeviceFailed(time.monotonic(), error.device, error.cause, error.advice)
        self.failures.append(failed)
