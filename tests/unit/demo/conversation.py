"""The events of a short conversation, as both programs would tell them."""

from callpoint.demo.story import Happening, Source, happening

PRESS_S = 1000.0
"""CLOCK_MONOTONIC of the first press."""

CALL = "0c6a0d3e-1d7b-4c6e-9d5e-2f6f6f3a9b10"


def told(
    at_s: float, event: str, source: Source = "daemon", **fields: object
) -> Happening:
    """An event `at_s` seconds after the first press."""
    line = {"event": event, "monotonic_s": PRESS_S + at_s, **fields}
    noted = happening(source, line)
    assert noted is not None
    return noted


def said(at_s: float, role: str, text: str, item: str, final: bool = True) -> Happening:
    """A transcript line."""
    return told(at_s, "transcript", role=role, text=text, item_id=item, final=final)


CONVERSATION = (
    told(-0.8, "listening", "simulator", url="ws://127.0.0.1:40123"),
    told(-0.2, "link", state="connecting"),
    told(-0.1, "link", state="ready"),
    told(0.0, "button", state="pressed"),
    told(0.0002, "microphone", open=True),
    told(0.0003, "call", id=CALL, state="calling"),
    told(0.004, "invite", call_id=CALL),
    told(0.045, "media", kind="first_packet_sent", call_id=CALL),
    told(0.048, "call", id=CALL, state="active"),
    told(0.055, "media", kind="first_packet_received", call_id=CALL),
    told(0.098, "media", kind="first_sound_played", call_id=CALL),
    said(0.10, "assistant", "Hello,", "a1", final=False),
    told(0.4, "button", state="released"),
    told(0.4, "microphone", open=False),
    said(2.10, "assistant", "Hello, this is the simulator. Say something.", "a1"),
    told(4.6, "button", state="pressed"),
    told(4.6, "microphone", open=True),
    told(6.5, "button", state="released"),
    told(6.5, "microphone", open=False),
    said(6.9, "user", "front left", "u1"),
    said(7.0, "assistant", "You said: front left.", "a2"),
    told(10.9, "button", state="pressed"),
    told(10.9, "microphone", open=True),
    told(12.8, "button", state="released"),
    told(12.8, "microphone", open=False),
    said(13.2, "user", "rear center", "u2"),
    said(13.3, "assistant", "Goodbye, and thank you for calling.", "a3"),
    told(15.4, "call", id=CALL, state="ended", by="far", cause="NORMAL_CLEARING"),
    told(
        15.41,
        "summary",
        call_id=CALL,
        seconds=15.4,
        packets_sent=768,
        packets_received=766,
        packets_lost=1,
        concealed=2,
    ),
)
