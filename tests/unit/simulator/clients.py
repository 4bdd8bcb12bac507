"""PURE: a client of a gateway without sockets, for tests."""

import json
from collections.abc import Iterable
from itertools import count
from typing import Any, TypeVar

from callpoint.simulator.actions import GatewayAction, Json, Note, SendText
from callpoint.simulator.gateway import Gateway
from callpoint.simulator.presets import parse

A = TypeVar("A")

CALL_ID = "c1"
OFFER = "an offer"


def numbered() -> Any:
    """Ids that a test can foretell: id-1, id-2, ..."""
    numbers = count(1)
    return lambda: f"id-{next(numbers)}"


class Bench:
    """A gateway of some presets, its clock, and all that it wants done."""

    def __init__(self, *presets: str) -> None:
        self.gateway = Gateway(parse(presets), numbered())
        self.now_s = 100.0
        self.actions: list[GatewayAction] = []

    def take(self, actions: Iterable[GatewayAction]) -> None:
        self.actions += actions

    def wait(self, seconds: float) -> None:
        """Let time pass, with a tick at every deadline."""
        until_s = self.now_s + seconds
        while (due_s := self.gateway.deadline_s) is not None and due_s <= until_s:
            self.now_s = due_s
            self.take(self.gateway.tick(due_s))
        self.now_s = until_s

    def of(self, kind: type[A]) -> list[A]:
        return [action for action in self.actions if isinstance(action, kind)]

    def notes(self, event: str) -> list[Json]:
        return [note.fields for note in self.of(Note) if note.event == event]

    def observations(self) -> list[str]:
        return [fields["what"] for fields in self.notes("observation")]

    def client(self, number: int = 1, voice_sdk_id: str = "") -> "Client":
        query = f"/?voice_sdk_id={voice_sdk_id}" if voice_sdk_id else "/"
        self.take(self.gateway.connected(number, query, self.now_s))
        return Client(self, number)


class Client:
    """One socket of a bench."""

    def __init__(self, bench: Bench, number: int) -> None:
        self.bench = bench
        self.number = number
        self._ids = count(1)

    def send(self, text: str | bytes) -> None:
        gateway, now_s = self.bench.gateway, self.bench.now_s
        self.bench.take(gateway.received(self.number, text, now_s))

    def ask(self, method: str, params: Any) -> str:
        """Send a request and return its id."""
        number = f"r{self.number}-{next(self._ids)}"
        frame = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self.send(json.dumps(frame))
        return number

    def answer_to(self, method: str, params: Any) -> Json | None:
        """Send a request and return what came back at once."""
        number = self.ask(method, params)
        return next((f for f in self.frames() if f.get("id") == number), None)

    def frames(self, method: str | None = None) -> list[Json]:
        """All that was sent to this socket, or what has this method."""
        texts = [
            action.text
            for action in self.bench.of(SendText)
            if action.socket == self.number
        ]
        frames = [json.loads(text) for text in texts if text.startswith("{")]
        return [f for f in frames if method is None or f.get("method") == method]

    def log_in(self, **params: Any) -> Json | None:
        told = {
            "target_type": "ai_assistant",
            "target_id": "assistant-1",
            "User-Agent": {"sdkVersion": "1", "data": "a test"},
        }
        return self.answer_to("anonymous_login", told | params)

    def get_ready(self, **params: Any) -> "Client":
        self.log_in(**params)
        self.answer_to("telnyx_rtc.gatewayState", {})
        return self

    def invite(self, call_id: str = CALL_ID) -> Json | None:
        params = {"sessid": "s", "sdp": OFFER, "dialogParams": {"callID": call_id}}
        return self.answer_to("telnyx_rtc.invite", params)

    def call(self, call_id: str = CALL_ID) -> "Client":
        """Get ready, invite, and let the media end answer."""
        self.get_ready()
        self.invite(call_id)
        self.bench.take(
            self.bench.gateway.offer_answered(call_id, "an answer", self.bench.now_s)
        )
        return self

    def about(self, method: str, call_id: str = CALL_ID, **params: Any) -> Json | None:
        """A request about a call."""
        dialog = {"dialogParams": {"callID": call_id}, "sessid": "s"}
        return self.answer_to(f"telnyx_rtc.{method}", dialog | params)

    def go(self) -> None:
        gateway, now_s = self.bench.gateway, self.bench.now_s
        self.bench.take(gateway.disconnected(self.number, now_s))
