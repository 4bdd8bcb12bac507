"""Variables that are keys of the configuration; each line is one, NAME=VALUE."""

from callpoint.config.environment import variables
from callpoint.config.faults import checked
from callpoint.config.layers import Layer
from callpoint.errors import ConfigError

SEEDS = [
    b"CALLPOINT_ASSISTANT__TARGET_ID=assistant-1\nCALLPOINT_BUTTON__PIN=17\n",
    b"CALLPOINT_SERVER__WEBRTC_ICE_SERVERS=[{urls = ['stun:a']}]\nCALLPOINT_X=1\n",
    b"CALLPOINT_BUTTO\xd1__PIN=17\nCALLPOINT_LED__PIN=\xd1\n",
    b"CALLPOINT_ASSISTANT__USER_VARIABLES={room = 'a'}\nCALLPOINT_AUDIO__=\n",
]


def survives(received: bytes) -> None:
    """Layers and faults; together a configuration or a ConfigError."""
    lines = received.decode("utf-8", "surrogateescape").split("\n")[:50]
    layers, faults = variables(dict(line.partition("=")[::2] for line in lines))
    told = [str(fault) for fault in faults]
    base = Layer("base", {"assistant": {"target_id": "assistant-1"}})
    try:
        checked([base, *layers], complete=True)
    except ConfigError as error:
        told += map(str, error.faults)
    # As Python writes to a terminal.
    "\n".join(told).encode(errors="surrogateescape")
