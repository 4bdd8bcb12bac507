"""From the configuration to the parts: the secrets of TURN servers."""

from pathlib import Path

import pytest

from callpoint.config.schema import Server
from callpoint.station.parts import missing_secrets, server_configuration
from callpoint.telnyx.servers import IceServer

STUN = {"urls": "stun:a"}
TURN = {"urls": "turn:a", "username": "u", "credential_name": "callpoint.turn"}


def ice_servers(*servers: dict[str, str]) -> tuple[IceServer, ...]:
    server = Server.model_validate({"webrtc_ice_servers": servers})
    return tuple(server_configuration(server).webrtc_ice_servers)


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    return tmp_path / "callpoint.turn"


def test_a_secret_may_lie_with_systemd(secret: Path) -> None:
    secret.write_text("hush\n")
    assert ice_servers(TURN) == (IceServer(("turn:a",), "u", "hush"),)


def test_without_it_the_server_is_left_out_and_told(secret: Path) -> None:
    assert ice_servers(STUN, TURN) == (IceServer(("stun:a",), None, None),)
    server = Server.model_validate({"webrtc_ice_servers": [STUN, TURN]})
    (told,) = missing_secrets(server)
    assert told.what == (
        "turn:a is left out: there is no credential callpoint.turn:"
        " systemd found none of that name"
    )
    assert told.advice == (
        "put the secret into /etc/credstore/callpoint.turn and restart;"
        " the unit has to have LoadCredential=callpoint.turn"
    )


def test_a_secret_of_the_file_stands_in(secret: Path) -> None:
    both = {**TURN, "credential": "old"}
    assert ice_servers(both) == (IceServer(("turn:a",), "u", "old"),)
    secret.write_text("hush")
    assert ice_servers(both) == (IceServer(("turn:a",), "u", "hush"),)
