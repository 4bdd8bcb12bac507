"""The call on file, which an earlier life of the daemon wrote, or anybody."""

import json
from contextlib import suppress

from callpoint.telnyx.requests import CallRequest
from callpoint.telnyx.survivor import Origin, Survivor, read, written

ORIGIN = Origin("wss://rtc.example", "assistant-1", "a boot")
CALL = CallRequest("c1", "Lobby", custom_headers={"X-Floor": "3"})
TEXT = written(Survivor("s1", "VSDK1", CALL, True, False, 100.0), ORIGIN)

SEEDS = [
    TEXT.encode(),
    json.dumps(json.loads(TEXT) | {"placed_s": 10**400}).encode(),
    b"[]",
]


def survives(received: bytes) -> None:
    """A call, or a reason."""
    with suppress(ValueError):
        read(received.decode("utf-8", "replace"), ORIGIN, 200.0, 690.0)
