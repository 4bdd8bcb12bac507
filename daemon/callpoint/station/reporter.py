"""Tells what happens: the event stream in objects, the log in lines for people."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Final, Literal

from callpoint.audio.events import FirstSoundPlayed
from callpoint.errors import CallpointError
from callpoint.station.events import Indication, Pressed, Released, Tell
from callpoint.system.entries import Entry
from callpoint.telnyx import notices
from callpoint.telnyx.events import ToolCalled
from callpoint.telnyx.messages import TelnyxIds
from callpoint.telnyx.notices import CallState, Notice

_CALL_ENTRIES: Final = {
    CallState.CALLING: Entry.CALL_PLACED,
    CallState.ACTIVE: Entry.CALL_ANSWERED,
    CallState.ENDED: Entry.CALL_ENDED,
}
_OF_A_CALL: Final = (Entry.CALL_FAILED, Entry.CALL_TOO_LONG)

LinkState = Literal["offline", "connecting", "ready"]

log = logging.getLogger(__name__)


class Reporter:
    """`publish` takes one event of the stream; `changed` is called when the link, the
    call, the microphone or the LED is another.

    What the assistant and the caller said is logged only with `log_transcripts`.
    """

    def __init__(
        self,
        publish: Callable[[Mapping[str, object]], None],
        changed: Callable[[], None] = lambda: None,
        log_transcripts: bool = False,
    ) -> None:
        self.link: LinkState = "offline"
        self.link_reason: str | None = "not logged in yet"
        self._publish = publish
        self._changed = changed
        self.log_transcripts = log_transcripts
        self.degraded: str | None = None
        """What is wrong although presses are answered."""
        self._call_id: str | None = None
        self._ids = TelnyxIds()

    def link_is(self, link: LinkState, reason: str | None = None) -> None:
        """The signalling connection came, is tried, or went."""
        self.link_reason = reason
        if link != self.link:
            self.link = link
            self._publish({"event": "link", "state": link, "reason": reason})
        self._changed()

    def button(self, event: Pressed | Released) -> None:
        state = "pressed" if isinstance(event, Pressed) else "released"
        log.debug("button %s", state)
        self._at(event.at_s, {"event": "button", "state": state})

    def microphone(self, is_open: bool) -> None:
        self._publish({"event": "microphone", "open": is_open})
        self._changed()

    def shows(self, indication: Indication) -> None:
        """The LED changed."""
        self._publish({"event": "led", "shows": indication.value})
        self._changed()

    def degrade(self, degraded: str | None) -> None:
        """Remember what is wrong although presses are answered; None: nothing."""
        self.degraded = degraded
        self._changed()

    def tell(self, told: Tell) -> None:
        facts = {"device": told.device, "advice": told.advice or None}
        if told.entry in _OF_A_CALL:
            facts |= self._names_of_call()
        line = f"{told.what}. {told.advice}" if told.advice else told.what
        log.warning("%s", line, extra=told.entry.fields(**facts))
        self._publish({"event": "error", "what": told.what, "advice": told.advice})

    def error(self, error: CallpointError) -> None:
        self.tell(Tell(str(error), error.advice))

    def sound_began(self, event: FirstSoundPlayed) -> None:
        """The first sound of a call leaves the speaker."""
        self._media(event.at_s, self._call_id, "first_sound_played")

    def levels(self, capture: float, playout: float) -> None:
        self._publish(
            {
                "event": "level",
                "capture": round(capture, 4),
                "playout": round(playout, 4),
            }
        )

    def notice(self, notice: Notice) -> None:
        """What the client tells."""
        match notice:
            case notices.ClientReady() | notices.SocketDisconnected():
                _log_link(notice)
            case notices.CallChanged():
                self._call_changed(notice)
            case notices.CallIdentified(at_s, call_id, ids):
                self._ids = ids
                self._at(at_s, {"event": "ids", "call_id": call_id, **asdict(ids)})
            case notices.InviteSent(at_s, call_id):
                self._at(at_s, {"event": "invite", "call_id": call_id})
            case notices.MediaBegan(at_s, call_id, kind):
                self._media(at_s, call_id, kind)
            case notices.MediaChanged(at_s, call_id, is_quiet):
                state = "quiet" if is_quiet else "flowing"
                log.info("the media of call %s: %s", call_id, state)
                self._media(at_s, call_id, state)
            case notices.CallMeasured(at_s, call_id, figures):
                self._at(at_s, {"event": "figures", "call_id": call_id, **figures})
            case notices.CallSummary():
                self._summary(notice)
            case notices.TranscriptChanged():
                self._transcript(notice)
            case ToolCalled():
                self._tool(notice)
            case notices.ClientError(error=error):
                self.error(error)
            case _:
                log.debug("%s", notice)

    def _call_changed(self, changed: notices.CallChanged) -> None:
        if changed.call_id != self._call_id:
            self._call_id, self._ids = changed.call_id, TelnyxIds()
        event: dict[str, object] = {
            "event": "call",
            "id": changed.call_id,
            "state": changed.state.value,
        }
        if changed.state is CallState.ENDED:
            event |= {"by": changed.by, "cause": changed.cause}
        self._log_call(changed)
        self._at(changed.at_s, event)
        self._changed()

    def _log_call(self, changed: notices.CallChanged) -> None:
        entry = _CALL_ENTRIES.get(changed.state)
        if entry is None:
            log.debug("call %s: %s", changed.call_id, changed.state.value)
            return
        line = f"call {changed.call_id}: {changed.state.value}"
        if entry is Entry.CALL_ENDED:
            line = f"call {changed.call_id} ended by {changed.by}: {changed.cause}"
        facts = {
            "state": changed.state.value,
            "by": changed.by,
            "cause": changed.cause,
            **self._names_of_call(),
        }
        log.info("%s", line, extra=entry.fields(**facts))

    def _names_of_call(self) -> dict[str, str | None]:
        """Ours and the vendor's, whose support asks for them."""
        return {"call_id": self._call_id, **asdict(self._ids)}

    def _summary(self, summary: notices.CallSummary) -> None:
        call_id, figures = summary.call_id, summary.figures
        facts = {**figures, **self._names_of_call(), "call_id": call_id}
        log.info(
            "call %s in figures: %s",
            call_id,
            ", ".join(f"{name} {value}" for name, value in figures.items()),
            extra=Entry.CALL_MEASURED.fields(**facts),
        )
        self._at(summary.at_s, {"event": "summary", "call_id": call_id, **figures})

    def _tool(self, called: ToolCalled) -> None:
        log.info(
            "the assistant calls the tool %s, which is unknown",
            called.name,
            extra=Entry.TOOL_REFUSED.fields(tool=called.name, **self._names_of_call()),
        )
        self._publish(
            {
                "event": "tool",
                "tool_call_id": called.call_id,
                "name": called.name,
                "arguments": called.arguments,
            }
        )

    def _transcript(self, changed: notices.TranscriptChanged) -> None:
        line = changed.line
        if self.log_transcripts and line.final:
            log.info(
                "%s: %s",
                line.role,
                line.text,
                extra=Entry.TRANSCRIPT.fields(role=line.role, **self._names_of_call()),
            )
        self._at(
            changed.at_s,
            {
                "event": "transcript",
                "role": line.role,
                "text": line.text,
                "final": line.final,
                "item_id": line.item_id,
            },
        )

    def _media(self, at_s: float, call_id: str | None, kind: str) -> None:
        self._at(at_s, {"event": "media", "kind": kind, "call_id": call_id})

    def _at(self, at_s: float, event: Mapping[str, object]) -> None:
        self._publish({**event, "monotonic_s": round(at_s, 6)})


def _log_link(notice: notices.ClientReady | notices.SocketDisconnected) -> None:
    if isinstance(notice, notices.ClientReady):
        log.info("logged in", extra=Entry.LOGGED_IN.fields())
    else:
        fields = Entry.LINK_LOST.fields(cause=notice.reason)
        line = "the link is lost: %s. It is tried again by itself"
        log.warning(line, notice.reason, extra=fields)
