from pathlib import Path

import tomli

from callpoint.config.schema import Config
from callpoint.demo.settings import Settings

SETTINGS = Settings(
    signaling_server="ws://127.0.0.1:40123",
    socket=Path("/tmp/a folder/control.sock"),
    capture='wav:/tmp/a "quoted" ö 🎤/microphone.wav',
    playout="record:/tmp/speaker.wav",
)


def test_the_daemon_takes_the_configuration() -> None:
    config = Config.model_validate(tomli.loads(SETTINGS.toml()))
    assert config.server.signaling_server == SETTINGS.signaling_server
    assert config.server.webrtc_ice_servers == ()
    assert config.button.pin_factory == "mock"
    assert config.button.mode == "hold"
    assert config.control.socket == SETTINGS.socket


def test_odd_file_names_survive() -> None:
    audio = tomli.loads(SETTINGS.toml())["audio"]
    assert audio == {"capture": SETTINGS.capture, "playout": SETTINGS.playout}
