"""PURE: what lets a new socket continue the session of the one before it."""

from typing import Final

from callpoint.telnyx.jsonrpc import Failure, JsonObject, Request, Result
from callpoint.telnyx.messages import text

RETENTION_S: Final = 90.0
"""So long the server keeps a session without a socket (JS SDK, util/reconnect.ts:40).
"""


class Resumption:
    """`sessid` names the session, `voice_sdk_id` the node that owns it."""

    def __init__(self) -> None:
        self.sessid: str | None = None
        self.voice_sdk_id: str | None = None
        self._lost_s: float | None = None
        self._sick_voice_sdk_id: str | None = None

    def adopt(self, frame: Request | Result | Failure) -> None:
        """Take over whatever ids the server gives, from any frame."""
        self.voice_sdk_id = frame.voice_sdk_id or self.voice_sdk_id
        if isinstance(frame, Failure):
            return
        values: JsonObject = frame.params if isinstance(frame, Request) else frame.body
        if sessid := text(values, "sessid"):
            self.sessid, self._lost_s = sessid, None

    def take_up(self, sessid: str, voice_sdk_id: str | None, now_s: float) -> None:
        """Continue the session of a program that died, a moment ago at best."""
        self.sessid, self.voice_sdk_id, self._lost_s = sessid, voice_sdk_id, now_s

    def socket_opened(self, now_s: float) -> None:
        """Forget a session that the server has forgotten."""
        if not self.can_reattach(now_s):
            self.sessid = None

    def registered(self) -> None:
        """The session lives, and its node is well."""
        self._lost_s = self._sick_voice_sdk_id = None

    def socket_closed(self, now_s: float) -> None:
        """A socket that never got as far as the session does not make it younger."""
        if self._lost_s is None:
            self._lost_s = now_s

    def can_reattach(self, now_s: float) -> bool:
        """Whether a login now would find its calls again."""
        if self.sessid is None:
            return False
        return self._lost_s is None or now_s - self._lost_s <= RETENTION_S

    def blame_node(self) -> None:
        """The node is sick: ask for another one next time.

        Without this the id brings every new socket back to it (JS SDK #610, #616).
        """
        self._sick_voice_sdk_id = self.voice_sdk_id

    def query_parameters(self) -> dict[str, str]:
        """For the URL of the next socket (JS SDK, services/Connection.ts:166-193)."""
        if self.voice_sdk_id is None:
            return {}
        parameters = {"voice_sdk_id": self.voice_sdk_id}
        if self.voice_sdk_id == self._sick_voice_sdk_id:
            parameters["skip_last_voice_sdk_id"] = "true"
        return parameters
