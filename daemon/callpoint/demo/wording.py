"""PURE: what events and figures are called in front of people."""

from callpoint.demo.story import CallStory, Happening, Story

LED = {
    "off": "off",
    "connecting": "connecting to the assistant's gateway",
    "ready": "ready: press to call",
    "calling": "calling",
    "microphone open": "the assistant hears you",
    "listening": "in a call, microphone closed",
    "fault": "something is wrong",
}
"""What the LED's states mean."""

_SPEAKERS = {"user": "you", "assistant": "assistant"}


def log_line(event: Happening, since_s: float) -> str | None:
    """One line of the demo's log; None for what nobody needs to read.

    `since_s` is the CLOCK_MONOTONIC time from which the log counts.
    """
    words = _words(event)
    if words is None:
        return None
    what, told = words
    return f"{event.monotonic_s - since_s:8.3f} s  {what:<10} {told}"


def _words(event: Happening) -> tuple[str, str] | None:
    if event.source == "simulator":
        return _simulator_words(event)
    match event.kind:
        case "link" | "button" | "call":
            reason = event.text("reason") or event.text("cause")
            state = event.text("state")
            return event.kind, f"{state} ({reason})" if reason else state
        case "microphone":
            return "microphone", "open" if event.fields.get("open") else "closed"
        case "transcript" if event.fields.get("final"):
            role = event.text("role")
            return _SPEAKERS.get(role, role), f"“{event.text('text').strip()}”"
        case "media":
            return "media", event.text("kind").replace("_", " ")
        case "invite":
            return "call", "invite sent"
        case "error":
            return "error", f"{event.text('what')} {event.text('advice')}".strip()
    return None


def _simulator_words(event: Happening) -> tuple[str, str] | None:
    if event.kind == "listening":
        return "far end", f"listening at {event.text('url')}"
    return None


def milliseconds(value: float | None) -> str:
    """`83 ms`, or what to say where it never came."""
    return "never" if value is None else f"{value:.0f} ms"


def latencies(call: CallStory) -> list[tuple[str, float | None]]:
    """What happened how many milliseconds after the press, in order."""
    steps = (
        ("invite on the wire", call.invite_s),
        ("call up", call.up_s),
        ("first packet sent", call.sent_s),
        ("first packet received", call.received_s),
        ("first word heard", call.first_word_s),
    )
    told = [(name, call.since_press_ms(at_s)) for name, at_s in steps]
    return sorted(told, key=lambda step: float("inf") if step[1] is None else step[1])


def ending(call: CallStory) -> str:
    """Who ended the call, and why."""
    who = {
        "far": "the assistant hung up",
        "near": "the device hung up",
        "fault": "a fault ended it",
    }
    return who.get(call.ended_by, "it did not end") + (
        f" ({call.cause})" if call.cause else ""
    )


def heard(story: Story) -> str:
    """What the assistant recognised, in quotes."""
    words = [f"“{text}”" for text in story.spoken("user")]
    return ", ".join(words) if words else "nothing"
