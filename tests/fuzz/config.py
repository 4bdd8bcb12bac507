"""The configuration's file, whatever its bytes."""

import tempfile
from pathlib import Path

from callpoint.config.files import load
from callpoint.errors import ConfigError, Fault

REFERENCE = Path(__file__).parents[2] / "config/callpoint.toml"
FOLDER = tempfile.TemporaryDirectory(prefix="fuzz-config-")

SEEDS = [
    REFERENCE.read_bytes()[:8000],
    b'[assistant]\ntarget_id = "assistant-1"\n[button]\npin = 17\n[led]\npin = 27\n',
    b'[assistant]\ntarget_id = "{hostname}"\n[assistant.user_variables]\nroom = "a"\n',
    b'[server]\nsignaling_server = "ws://127.0.0.1:1"\n[[server.webrtc_ice_servers]]\n'
    b'urls = ["turn:a?transport=tcp"]\nusername = "u"\ncredential = "c"\n',
    b'[button]\npin = "GPIO17"\nbounce_s = 1e400\n[log]\nlevel = "loud"\n[nonsense]\n',
]


def survives(received: bytes) -> None:
    """A configuration, or a ConfigError whose words can be printed."""
    path = Path(FOLDER.name, "callpoint.toml")
    path.write_bytes(received)
    faults = _faults(path)
    assert faults is None or faults
    "\n".join(map(str, faults or ())).encode()


def _faults(path: Path) -> list[Fault] | None:
    try:
        load([path])
    except ConfigError as error:
        return error.faults
    return None
