"""PURE: what a call needs of others: somebody who sounds, somebody who signals."""

from collections.abc import Callable
from typing import Any, Protocol

from callpoint.audio.rtp import Codec, RtpPacket
from callpoint.telnyx.requests import CallRequest, HangupCause


class Media(Protocol):
    """Both media ends of one call at a time; `audio.engine.VoiceEngine` is one."""

    def begin(self) -> None:
        """A call begins: devices run."""
        ...

    def connect(self, codec: Codec, send: Callable[[bytes, int], None]) -> None:
        """Media flows: give `send` a payload and its RTP timestamp every 20 ms.

        They are silence until `speak`. `send` may be called on any thread.
        """
        ...

    def speak(self) -> None:
        """The far end listens: send what was said since `begin`, and what follows."""
        ...

    def tell_loss(self, lost_percent: float) -> None:
        """The far end reports how many of our packets it missed of late."""
        ...

    def receive(self, packet: RtpPacket) -> None:
        """Called on the event loop for every packet."""
        ...

    def open_microphone(self) -> None: ...

    def close_microphone(self) -> None:
        """Send silence from now on; media never stops in a call."""
        ...

    def end(self) -> None:
        """The call is over."""
        ...

    def counters(self) -> dict[str, Any]:
        """The fate of the packets of this call."""
        ...


class Signalling(Protocol):
    """What a call says to the far end."""

    async def invite(self, call: CallRequest, sdp: str) -> None: ...

    async def answer_attach(self, call_id: str, sdp: str) -> bool: ...

    async def bye(self, call_id: str, cause: HangupCause | None) -> None: ...

    async def dtmf(self, call_id: str, digits: str) -> None: ...

    async def begin_anew(self, call_id: str) -> str:
        """The id of the second try of a call; comes when calls can be placed.

        Raises NetworkError when they cannot within some seconds.
        """
        ...

    @property
    def linked_for_s(self) -> float | None:
        """How long we have been registered; None while we are not."""
        ...

    def renew(self, reason: str) -> None:
        """Replace the socket: the server offers its calls anew over the next one."""
        ...
