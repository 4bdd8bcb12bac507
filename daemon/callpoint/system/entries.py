"""PURE: the kinds of entries of the log that programs may rely on, and their fields.

Each kind has a MESSAGE_ID, which never changes, and an explanation of the same number
in `systemd/catalog/callpoint.catalog`, which `journalctl -x` shows; a test compares the
two. A field is called CALLPOINT_..., or as the vendor calls it.
"""

from enum import Enum
from typing import Any

_VENDOR = "telnyx_"


class Entry(Enum):
    """A kind of entry; the value is its MESSAGE_ID."""

    STARTED = "5cea3bd390ae420ba4e35a1a7d7b608a"
    STOPPING = "a3a6ae0656fa4d8cab1fd7f062cebb25"
    LOGGED_IN = "6f93f650d47d4fa2a114a86136560382"
    LOGIN_FAILED = "76b1faac94b44d7ab4ffa739988cc74d"
    LINK_LOST = "8f66cebd426e424b83db8dc3128a5b72"
    NO_CONNECTION = "d20dcc15388642b8bb132c7e5a090fda"
    CALL_PLACED = "7eaee17735f744848cc5d09740c7bff0"
    CALL_ANSWERED = "410356d8f16b40ea86ded1b23a5272ac"
    CALL_ENDED = "12d3eb9da00b4f6ab8409426460b9eeb"
    CALL_FAILED = "6a747e2b26af4ab099b93ecaa716d7dc"
    CALL_TOO_LONG = "f2514bc0f48b40dd8f4c64b57f2d09db"
    CALL_MEASURED = "13fc4d44ab664a49a66796a089a0db81"
    TRANSCRIPT = "0e1018ed8bcf417faaef36f1b315824f"
    TOOL_REFUSED = "9aaf10d88575414b84053f1a417759e7"
    BUTTON_STUCK = "7d4c5d851bd740f38a6011f4279c9ec1"
    DEVICE_FAILED = "5d72a9bfe308473ca0af7ea230cb0eb1"
    DEVICE_RECOVERED = "8d98021d99ce4b86b0f7131e08abcac8"
    CONFIG_APPLIED = "a030b471c7b6426cbeee3a74e67b1548"
    CONFIG_REFUSED = "1e372102013f45759dc975c88ceb0cb3"
    CREDENTIAL_MISSING = "99a3fb254ec94fd9b8ae77431cad33b3"
    HANGING = "77a2d6569aec47b69436ac228e44f52a"
    BROKEN = "5f461f725bfd47e29386458b63b03416"
    TROUBLE = "1db73119bfd54eebb785335ec6680073"

    def fields(self, **facts: object) -> dict[str, Any]:
        """`extra` for a line of the log; a fact that is None is left out.

        `call_id` becomes CALLPOINT_CALL_ID, `telnyx_session_id` TELNYX_SESSION_ID.
        """
        named = {
            field(fact): value for fact, value in facts.items() if value is not None
        }
        return {"MESSAGE_ID": self.value, field("event"): self.name.lower(), **named}


def fields_of(attributes: dict[str, Any]) -> dict[str, str]:
    """The fields among the attributes of a line of the log, as text."""
    return {
        name: str(value)
        for name, value in attributes.items()
        if name == "MESSAGE_ID" or name.startswith(("CALLPOINT_", _VENDOR.upper()))
    }


def field(fact: str) -> str:
    """How a fact is called in the journal."""
    return fact.upper() if fact.startswith(_VENDOR) else f"CALLPOINT_{fact.upper()}"
