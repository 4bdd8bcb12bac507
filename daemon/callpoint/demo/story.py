"""PURE: what both programs told, put together to the story of a conversation.

The daemon's event stream and the simulator's lines carry CLOCK_MONOTONIC of the same
machine, so they fit into one order. Times of a story are seconds since the first press.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Source = Literal["daemon", "simulator"]
Role = Literal["user", "assistant"]


@dataclass(frozen=True)
class Happening:
    """One event of one program."""

    source: Source
    kind: str
    monotonic_s: float
    fields: Mapping[str, object] = field(default_factory=dict)

    def text(self, name: str, otherwise: str = "") -> str:
        value = self.fields.get(name)
        return otherwise if value is None else str(value)

    def number(self, name: str) -> float:
        """The field's value, or 0 where it has none."""
        value = self.fields.get(name)
        return float(value) if isinstance(value, int | float) else 0.0


def happening(source: Source, event: Mapping[str, object]) -> Happening | None:
    """The event of one line; None for a line that is none."""
    kind, at_s = event.get("event"), event.get("monotonic_s")
    if not isinstance(kind, str) or not isinstance(at_s, int | float):
        return None
    return Happening(source, kind, float(at_s), event)


@dataclass(frozen=True)
class Stretch:
    """A state, from the event that began it to the one that ended it."""

    state: str
    from_s: float
    until_s: float
    detail: str = ""


@dataclass(frozen=True)
class Line:
    """Something that somebody said, as the transcript has it."""

    role: Role
    text: str
    final: bool
    from_s: float
    """When its first words arrived."""
    until_s: float


@dataclass(frozen=True)
class Trouble:
    """An error that the daemon told."""

    at_s: float
    what: str
    advice: str


@dataclass(frozen=True)
class CallStory:
    """One call, from the press that placed it; None is what never came."""

    call_id: str
    pressed_s: float
    invite_s: float | None
    """The invite went to the wire."""
    sent_s: float | None
    """The first packet of speech went out."""
    received_s: float | None
    """The first packet of the far end came."""
    up_s: float | None
    first_word_s: float | None
    """The far end's first sound was played."""
    ended_s: float | None
    ended_by: str
    cause: str
    packets_sent: int
    packets_received: int
    lost: int
    concealed: int

    def since_press_ms(self, at_s: float | None) -> float | None:
        return None if at_s is None else (at_s - self.pressed_s) * 1000


@dataclass(frozen=True)
class Story:
    """A conversation; times are seconds since the first press."""

    zero_s: float
    """CLOCK_MONOTONIC of the first press, or of the first event without one."""
    until_s: float
    link: tuple[Stretch, ...] = ()
    button: tuple[Stretch, ...] = ()
    call: tuple[Stretch, ...] = ()
    microphone: tuple[Stretch, ...] = ()
    lines: tuple[Line, ...] = ()
    calls: tuple[CallStory, ...] = ()
    troubles: tuple[Trouble, ...] = ()
    led: tuple[Stretch, ...] = ()

    def state(self, of: Literal["link", "call", "microphone", "button", "led"]) -> str:
        """The last state of it; empty before the first."""
        stretches: tuple[Stretch, ...] = getattr(self, of)
        return stretches[-1].state if stretches else ""

    def pressed(self) -> tuple[Stretch, ...]:
        return tuple(stretch for stretch in self.button if stretch.state == "pressed")

    def spoken(self, role: Role) -> tuple[str, ...]:
        """What was said, by its final transcript lines."""
        return tuple(line.text for line in self.lines if line.role == role)


def tell(happenings: Sequence[Happening]) -> Story:
    """The story so far; `happenings` in any order."""
    events = sorted(happenings, key=lambda event: event.monotonic_s)
    daemon = [event for event in events if event.source == "daemon"]
    zero_s = _zero_s(daemon)
    until_s = events[-1].monotonic_s - zero_s if events else 0.0
    clock = _Clock(zero_s, until_s)
    return Story(
        zero_s=zero_s,
        until_s=until_s,
        link=clock.stretches(daemon, "link", "state", "reason"),
        button=clock.stretches(daemon, "button", "state"),
        call=clock.stretches(daemon, "call", "state", "cause"),
        microphone=clock.stretches(daemon, "microphone", "open"),
        lines=clock.lines(daemon),
        calls=clock.calls(daemon),
        troubles=clock.troubles(daemon),
        led=clock.stretches(daemon, "led", "shows"),
    )


def _zero_s(events: Sequence[Happening]) -> float:
    for event in events:
        if event.kind == "button" and event.text("state") == "pressed":
            return event.monotonic_s
    return events[0].monotonic_s if events else 0.0


@dataclass(frozen=True)
class _Clock:
    """Reads events of one kind, with times as the story has them."""

    zero_s: float
    until_s: float

    def at_s(self, event: Happening) -> float:
        return event.monotonic_s - self.zero_s

    def stretches(
        self, events: Iterable[Happening], kind: str, state: str, detail: str = ""
    ) -> tuple[Stretch, ...]:
        """Each state until the next event of the kind; the last one until the end."""
        own = [event for event in events if event.kind == kind]
        ends = [*(self.at_s(event) for event in own[1:]), self.until_s]
        return tuple(
            Stretch(_state(event, state), self.at_s(event), end, event.text(detail))
            for event, end in zip(own, ends, strict=False)
        )

    def lines(self, events: Iterable[Happening]) -> tuple[Line, ...]:
        """One line an item, in the order in which they began."""
        found: dict[tuple[str, str], Line] = {}
        for event in events:
            if event.kind != "transcript":
                continue
            key = event.text("role"), event.text("item_id")
            found[key] = self._line(event, found.get(key))
        return tuple(found.values())

    def _line(self, event: Happening, earlier: Line | None) -> Line:
        at_s = self.at_s(event)
        return Line(
            role="user" if event.text("role") == "user" else "assistant",
            text=event.text("text").strip(),
            final=bool(event.fields.get("final")),
            from_s=earlier.from_s if earlier else at_s,
            until_s=at_s,
        )

    def troubles(self, events: Iterable[Happening]) -> tuple[Trouble, ...]:
        return tuple(
            Trouble(self.at_s(event), event.text("what"), event.text("advice"))
            for event in events
            if event.kind == "error"
        )

    def calls(self, events: Sequence[Happening]) -> tuple[CallStory, ...]:
        ids = dict.fromkeys(e.text("id") for e in events if e.kind == "call")
        return tuple(self._call(events, call_id) for call_id in ids)

    def _call(self, events: Sequence[Happening], call_id: str) -> CallStory:
        own = [e for e in events if call_id in (e.text("id"), e.text("call_id"))]
        first_s = own[0].monotonic_s
        presses = [
            self.at_s(event)
            for event in events
            if event.kind == "button"
            and event.text("state") == "pressed"
            and event.monotonic_s <= first_s
        ]
        ended = _first(own, _is_call("ended"))
        summary = _first(own, lambda event: event.kind == "summary")
        return CallStory(
            call_id=call_id,
            pressed_s=presses[-1] if presses else first_s - self.zero_s,
            invite_s=self._first_s(own, lambda event: event.kind == "invite"),
            sent_s=self._first_s(own, _is_media("first_packet_sent")),
            received_s=self._first_s(own, _is_media("first_packet_received")),
            up_s=self._first_s(own, _is_call("active")),
            first_word_s=self._first_s(own, _is_media("first_sound_played")),
            ended_s=self.at_s(ended) if ended else None,
            ended_by=ended.text("by") if ended else "",
            cause=ended.text("cause") if ended else "",
            packets_sent=_count(summary, "packets_sent"),
            packets_received=_count(summary, "packets_received"),
            lost=_count(summary, "packets_lost"),
            concealed=_count(summary, "concealed"),
        )

    def _first_s(
        self, events: Iterable[Happening], fits: Callable[[Happening], bool]
    ) -> float | None:
        event = _first(events, fits)
        return self.at_s(event) if event else None


def _state(event: Happening, name: str) -> str:
    value = event.fields.get(name)
    if isinstance(value, bool):
        return "open" if value else "closed"
    return str(value)


def _first(
    events: Iterable[Happening], fits: Callable[[Happening], bool]
) -> Happening | None:
    return next((event for event in events if fits(event)), None)


def _is_call(state: str) -> Callable[[Happening], bool]:
    return lambda event: event.kind == "call" and event.text("state") == state


def _is_media(kind: str) -> Callable[[Happening], bool]:
    return lambda event: event.kind == "media" and event.text("kind") == kind


def _count(event: Happening | None, name: str) -> int:
    return int(event.number(name)) if event else 0
