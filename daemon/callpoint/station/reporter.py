"""Tells what happens: the event stream in objects, the log in lines for people."""

import logging
from collections.abc import Callable, Mapping
from typing import Literal

from callpoint.audio.events import FirstSoundPlayed
from callpoint.errors import CallpointError
from callpoint.station.events import Indication, Pressed, Released, Tell
from callpoint.telnyx import notices
from callpoint.telnyx.events import ToolCalled
from callpoint.telnyx.notices import CallState, Notice

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
        log.warning("%s. %s", told.what, told.advice)
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
            case notices.CallChanged():
                self._call_changed(notice)
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
            case notices.CallSummary(at_s, call_id, figures):
                log.info("call %s in figures: %s", call_id, _listed(figures))
                self._at(at_s, {"event": "summary", "call_id": call_id, **figures})
            case notices.TranscriptChanged():
                self._transcript(notice)
            case ToolCalled(call_id, name, arguments):
                log.info("the assistant calls the tool %s, which is unknown", name)
                self._publish(
                    {
                        "event": "tool",
                        "tool_call_id": call_id,
                        "name": name,
                        "arguments": arguments,
                    }
                )
            case notices.ClientError(error=error):
                self.error(error)
            case _:
                log.debug("%s", notice)

    def _call_changed(self, changed: notices.CallChanged) -> None:
        self._call_id = changed.call_id
        event: dict[str, object] = {
            "event": "call",
            "id": changed.call_id,
            "state": changed.state.value,
        }
        if changed.state is CallState.ENDED:
            event |= {"by": changed.by, "cause": changed.cause}
            log.info(
                "call %s ended by %s: %s", changed.call_id, changed.by, changed.cause
            )
        else:
            log.info("call %s: %s", changed.call_id, changed.state.value)
        self._at(changed.at_s, event)
        self._changed()

    def _transcript(self, changed: notices.TranscriptChanged) -> None:
        line = changed.line
        if self.log_transcripts and line.final:
            log.info("%s: %s", line.role, line.text)
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


def _listed(figures: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items())
