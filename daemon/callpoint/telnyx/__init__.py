"""The client of the vendor's voice agents, usable alone as a library.

    from callpoint.telnyx import Client, ServerConfiguration

What a client tells is in `notices`, the servers are in `servers`, errors in
`callpoint.errors`.
"""

from importlib import import_module
from typing import Any

_PLACES = {
    "Client": "client",
    "Line": "line",
    "IceServer": "servers",
    "ServerConfiguration": "servers",
}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: most rooms need one of them."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
