"""From the configuration to the parts: devices by name, rules, the login, a call."""

import socket
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from callpoint.audio import synthetic
from callpoint.audio.binding import Binding, Mixer
from callpoint.audio.devices import CaptureDevice, PlayoutDevice
from callpoint.audio.engine import VoiceEngine
from callpoint.audio.events import AudioEvent
from callpoint.config import schema
from callpoint.errors import CallpointError
from callpoint.station.events import Tell
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
