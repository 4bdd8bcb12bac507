"""PURE: the timeline of a conversation, and the way to its first word, as SVG.

Colours are classes that the page's style sheet fills in, for light and for dark.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from callpoint.demo.story import CallStory, Line, Role, Story, Stretch
from callpoint.demo.wording import latencies, milliseconds

WIDTH: Final = 1120
LEFT: Final = 104
_RIGHT: Final = 12
_PLOT: Final = WIDTH - LEFT - _RIGHT

_AXIS_Y: Final = 16
_CALL_Y: Final = 34
_BUTTON_Y: Final = 66
_VOICES_Y: Final = 104
_WAVE_HEIGHT: Final = 52
_TEXT_LINE: Final = 15
_TEXT_ROWS: Final = 3
_BETWEEN_VOICES: Final = 34
# An average over running text in a sans-serif of 12 px; a wider font is cut a little.
_CHARACTER: Final = 6.3


@dataclass(frozen=True)
class Shape:
    """Loudness over time: `peaks` are 0 to 1, one every `step_s`."""

    starts_at_s: float
    step_s: float
    peaks: tuple[float, ...]


@dataclass(frozen=True)
class Voice:
    """What one side said, above the line, and what the other side heard, below."""

    role: Role
    spoken: Shape | None
    heard: Shape | None

    @property
    def name(self) -> str:
        return "You" if self.role == "user" else "Assistant"

    @property
    def heard_by(self) -> str:
        return "the assistant" if self.role == "user" else "the speaker"


@dataclass(frozen=True)
class _Scale:
    from_s: float
    until_s: float

    def x(self, at_s: float) -> float:
        share = (at_s - self.from_s) / (self.until_s - self.from_s)
        return LEFT + _PLOT * min(1.0, max(0.0, share))

    def width(self, from_s: float, until_s: float) -> float:
        return max(2.0, self.x(until_s) - self.x(from_s))

    def ticks(self) -> Iterator[int]:
        every = next(
            step
            for step in (1, 2, 5, 10, 30, 60, 300, 3600)
            if (self.until_s - self.from_s) / step <= 24 or step == 3600
        )
        first = math.ceil(self.from_s / every) * every
        yield from range(first, math.floor(self.until_s) + 1, every)


def span_s(story: Story) -> tuple[float, float]:
    """What the timeline shows, in seconds since the first press."""
    return -0.4, max(1.0, story.until_s) + 0.4


def timeline(story: Story, voices: Sequence[Voice]) -> str:
    """The whole conversation; hover titles tell what each part is."""
    scale = _Scale(*span_s(story))
    lanes = [*_call_lane(scale, story.call), *_button_lane(scale, story)]
    height = float(_VOICES_Y)
    for voice in voices:
        captions = _captions(scale, story, voice.role)
        lanes += _voice_lane(scale, voice, captions, height)
        rows = max((len(caption.rows) for caption in captions), default=0)
        height += 2 * _WAVE_HEIGHT + rows * _TEXT_LINE + _BETWEEN_VOICES
    cursor = (
        f'<line class="cursor" id="cursor" x1="{LEFT}" x2="{LEFT}" y1="{_AXIS_Y + 6}"'
        f' y2="{height:.0f}" visibility="hidden"/>'
    )
    parts = [*_axis(scale, height), *lanes, cursor]
    return _svg("timeline", height, "The conversation over time", parts)


def first_word(call: CallStory) -> str:
    """A bar for each step from the press to the first word, in milliseconds."""
    steps = [(name, ms) for name, ms in latencies(call) if ms is not None]
    longest_ms = max((ms for _, ms in steps), default=1.0)
    row = 26
    parts = []
    for number, (name, ms) in enumerate(steps):
        width = max(2.0, (_PLOT - 160) * ms / longest_ms)
        y = number * row
        last = " last" if name == "first word heard" else ""
        parts += [
            f'<text class="label" x="{LEFT + 44}" y="{y + 16}"'
            f' text-anchor="end">{escape(name)}</text>',
            f'<rect class="step{last}" x="{LEFT + 56}" y="{y + 4}" width="{width:.1f}"'
            f' height="{row - 9}" rx="3"/>',
            f'<text class="value" x="{LEFT + 64 + width:.1f}" y="{y + 16}">'
            f"{milliseconds(ms)}</text>",
        ]
    return _svg("steps", max(1, len(steps)) * row, "From the press to a word", parts)


def _svg(name: str, height: float, label: str, parts: Iterable[str]) -> str:
    inner = "\n".join(parts)
    return (
        f'<svg class="{name}" viewBox="0 0 {WIDTH} {height:.0f}" role="img"'
        f' aria-label="{label}; the tables below tell the same in words.">\n'
        f"{inner}\n</svg>"
    )


def _axis(scale: _Scale, height: float) -> Iterator[str]:
    for tick in scale.ticks():
        x = scale.x(tick)
        yield (
            f'<line class="grid" x1="{x:.1f}" x2="{x:.1f}" y1="{_AXIS_Y + 6}"'
            f' y2="{height}"/>'
        )
        yield (
            f'<text class="tick" x="{x:.1f}" y="{_AXIS_Y}" text-anchor="middle">'
            f"{tick} s</text>"
        )


def _call_lane(scale: _Scale, calls: Iterable[Stretch]) -> Iterator[str]:
    yield _lane_name("Call", _CALL_Y + 15)
    for stretch in calls:
        if stretch.state == "ended":
            yield from _end_of_call(scale, stretch)
        else:
            yield _bar(scale, stretch, _CALL_Y, 22, f"call {stretch.state}")


def _end_of_call(scale: _Scale, stretch: Stretch) -> Iterator[str]:
    x = scale.x(stretch.from_s)
    title = _title(f"call ended at {stretch.from_s:.2f} s {stretch.detail}")
    yield (
        f'<line class="ended" x1="{x:.1f}" x2="{x:.1f}" y1="{_CALL_Y - 3}"'
        f' y2="{_CALL_Y + 25}">{title}</line>'
    )


def _button_lane(scale: _Scale, story: Story) -> Iterator[str]:
    yield _lane_name("Button", _BUTTON_Y + 13)
    for press in story.pressed():
        yield _bar(scale, press, _BUTTON_Y, 18, "button pressed")


def _bar(scale: _Scale, stretch: Stretch, y: float, height: float, name: str) -> str:
    x, width = scale.x(stretch.from_s), scale.width(stretch.from_s, stretch.until_s)
    word = stretch.state if width > 9 * len(stretch.state) else ""
    title = _title(f"{name}: {stretch.from_s:.2f} to {stretch.until_s:.2f} s")
    return (
        f'<g class="{escape(stretch.state)}">{title}'
        f'<rect x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="4"/>'
        f'<text x="{x + 8:.1f}" y="{y + height / 2 + 4}">{escape(word)}</text></g>'
    )


def _voice_lane(
    scale: _Scale, voice: Voice, captions: Iterable["_Caption"], top: float
) -> Iterator[str]:
    middle = top + _WAVE_HEIGHT + 4
    yield _lane_name(voice.name, middle - 26)
    yield f'<text class="side" x="0" y="{middle - 9}">said</text>'
    yield f'<text class="side" x="0" y="{middle + 17}">heard by</text>'
    yield f'<text class="side" x="0" y="{middle + 31}">{voice.heard_by}</text>'
    yield (
        f'<line class="rest" x1="{LEFT}" x2="{WIDTH - _RIGHT}" y1="{middle}"'
        f' y2="{middle}"/>'
    )
    for shape, up in ((voice.spoken, True), (voice.heard, False)):
        if shape is not None and shape.peaks:
            kind = "said" if up else "heard"
            what = f"{voice.name}, as {'said' if up else f'heard by {voice.heard_by}'}"
            yield (
                f'<path class="{voice.role} {kind}"'
                f' d="{_wave(scale, shape, middle, up)}">{_title(what)}</path>'
            )
    for caption in captions:
        yield caption.drawn(middle + _WAVE_HEIGHT + 16)


def _wave(scale: _Scale, shape: Shape, middle: float, up: bool) -> str:
    """An outline over the middle line, or under it; quiet parts are lifted a little."""
    loudest = max(*shape.peaks, 0.02)
    points = []
    for number, peak in enumerate(shape.peaks):
        x = scale.x(shape.starts_at_s + (number + 0.5) * shape.step_s)
        height = _WAVE_HEIGHT * (peak / loudest) ** 0.7
        points.append(f"{x:.1f},{middle - height if up else middle + height:.1f}")
    first, last = points[0].split(",")[0], points[-1].split(",")[0]
    return f"M{first},{middle} L{' '.join(points)} L{last},{middle} Z"


@dataclass(frozen=True)
class _Caption:
    """A transcript line under the voice that spoke it, in rows."""

    line: Line
    x: float
    rows: tuple[str, ...]

    def drawn(self, y: float) -> str:
        spans = "".join(
            f'<tspan x="{self.x + 7:.1f}" y="{y + number * _TEXT_LINE:.1f}">'
            f"{escape(row)}</tspan>"
            for number, row in enumerate(self.rows)
        )
        bottom = y + (len(self.rows) - 1) * _TEXT_LINE + 3
        title = _title(f"{self.line.text} ({self.line.from_s:.2f} s)")
        return (
            f'<g class="caption {self.line.role}">{title}<line x1="{self.x:.1f}"'
            f' x2="{self.x:.1f}" y1="{y - 11:.1f}" y2="{bottom:.1f}"/>'
            f"<text>{spans}</text></g>"
        )


def _captions(scale: _Scale, story: Story, role: Role) -> list[_Caption]:
    own = [line for line in story.lines if line.role == role]
    starts = [_caption_x(scale.x(_spoken_s(story, line)), line.text) for line in own]
    ends = [*(start - 10 for start in starts[1:]), WIDTH - _RIGHT]
    return [
        _Caption(line, x, _wrapped(line.text, int((end - x - 7) / _CHARACTER)))
        for line, x, end in zip(own, starts, ends, strict=False)
    ]


def _caption_x(x: float, text: str) -> float:
    """To the left where the last words of a conversation would have no room."""
    room = min(110.0, len(text) * _CHARACTER + 12)
    return min(x, WIDTH - _RIGHT - room)


def _spoken_s(story: Story, line: Line) -> float:
    """When the line was spoken: the caller's is written down only afterwards."""
    presses = [p.from_s for p in story.pressed() if p.from_s < line.from_s]
    return presses[-1] if line.role == "user" and presses else line.from_s


def _wrapped(text: str, columns: int) -> tuple[str, ...]:
    """At most three rows; what does not fit ends in an ellipsis."""
    columns = max(8, columns)
    rows = [""]
    for word in text.split():
        longer = f"{rows[-1]} {word}".strip()
        if len(longer) <= columns or not rows[-1]:
            rows[-1] = longer
        else:
            rows.append(word)
    if len(rows) > _TEXT_ROWS:
        rows = [*rows[: _TEXT_ROWS - 1], f"{rows[_TEXT_ROWS - 1][: columns - 1]}…"]
    return tuple(rows)


def _lane_name(name: str, y: float) -> str:
    return f'<text class="lane" x="0" y="{y}">{escape(name)}</text>'


def _title(text: str) -> str:
    return f"<title>{escape(text)}</title>"
