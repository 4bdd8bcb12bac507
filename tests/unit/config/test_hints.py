"""What somebody may have meant by a key that is not known."""

import pytest

from callpoint.config.hints import hint
from callpoint.config.layers import Path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (("assistent",), 'did you mean "assistant"?'),
        (("button", "pim"), 'did you mean "pin"?'),
        (("assistant", "targetId"), 'did you mean "target_id"?'),
        (("assistant", "TARGET-VERSION-ID"), 'did you mean "target_version_id"?'),
        (("server", "iceServers"), 'did you mean "webrtc_ice_servers"?'),
        (("server", "webrtc_ice_servers", 3, "url"), 'did you mean "urls"?'),
        (("target_id",), 'did you mean "target_id" in [assistant]?'),
        (("led", "mode"), 'did you mean "mode" in [button]?'),
        (("call", "userVariables"), 'did you mean "user_variables" in [assistant]?'),
        (("led", "colour"), "known here: pin, active_high"),
        (("led", "audio"), "known here: pin, active_high"),
        (
            ("x",),
            "known here: assistant, server, button, led, call, audio, control, log",
        ),
    ],
)
def test_an_unknown_key_gets_a_hint(path: Path, text: str) -> None:
    assert hint(path) == text
