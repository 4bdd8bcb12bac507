"""PURE: the page about a conversation, one file with nothing to fetch from elsewhere.

Its frame is `page.html`, with `string.Template` names.
"""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from string import Template
from typing import Final

from callpoint.demo.picture import LEFT, WIDTH, Voice, first_word, span_s, timeline
from callpoint.demo.story import CallStory, Story
from callpoint.demo.wording import ending, heard, latencies, milliseconds

INLINE_AT_MOST_BYTES: Final = 3_000_000


@dataclass(frozen=True)
class Recording:
    """A WAV file that lies beside the page."""

    title: str
    file: str
    """Its name, relative to the page."""
    wav: bytes
    starts_at_s: float
    """Where its first sample stands in the story."""


@dataclass(frozen=True)
class Agreement:
    """How well one side heard what the other one said."""

    title: str
    correlation: float
    delay_ms: float | None
    lag_moves_ms: float
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Report:
    """All that the page tells."""

    when: str
    story: Story
    voices: tuple[Voice, ...]
    recordings: tuple[Recording, ...]
    agreements: tuple[Agreement, ...]
    faults: tuple[str, ...]
    """What went wrong, a sentence each."""
    versions: str


def page(report: Report, frame: str) -> str:
    """The whole HTML document; `frame` is the text of `page.html`."""
    from_s, until_s = span_s(report.story)
    return Template(frame).substitute(
        when=escape(report.when),
        verdict=_verdict(report.faults),
        figures="\n".join(_figures(report.story)),
        timeline=timeline(report.story, report.voices),
        steps="\n".join(_steps(report.story.calls)),
        recordings="\n".join(_recording(one) for one in report.recordings),
        agreements="\n".join(_agreement(one) for one in report.agreements),
        happened="\n".join(_happened(report.story)),
        versions=escape(report.versions),
        plot=f"{LEFT / WIDTH:.5f},{from_s},{until_s}",
    )


def _verdict(faults: Sequence[str]) -> str:
    if not faults:
        return '<p class="verdict good">Each side heard what the other one said.</p>'
    items = "".join(f"<li>{escape(fault)}</li>" for fault in faults)
    return f'<div class="verdict bad"><p>Something is wrong.</p><ul>{items}</ul></div>'


def _figures(story: Story) -> Iterable[str]:
    if not story.calls:
        yield _figure("none", "calls")
        return
    call = story.calls[0]
    yield _figure(milliseconds(call.since_press_ms(call.up_s)), "press to call up")
    first_word_ms = call.since_press_ms(call.first_word_s)
    yield _figure(milliseconds(first_word_ms), "press to first word heard")
    sent = sum(one.packets_sent for one in story.calls)
    received = sum(one.packets_received for one in story.calls)
    yield _figure(f"{sent} / {received}", "packets sent / received")
    yield _figure(str(sum(one.lost for one in story.calls)), "packets lost")


def _figure(value: str, name: str) -> str:
    return f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"


def _steps(calls: Sequence[CallStory]) -> Iterable[str]:
    for call in calls[:1]:
        yield first_word(call)
        rows = "".join(
            f"<tr><th scope=row>{escape(name)}</th><td>{milliseconds(ms)}</td></tr>"
            for name, ms in latencies(call)
        )
        yield (
            '<table class="spoken-only"><caption>After the press</caption>'
            f"{rows}</table>"
        )


def _recording(recording: Recording) -> str:
    source = escape(recording.file)
    if len(recording.wav) <= INLINE_AT_MOST_BYTES:
        source = "data:audio/wav;base64," + base64.b64encode(recording.wav).decode()
    title = escape(recording.title)
    return (
        f'<figure><figcaption>{title} <a href="{escape(recording.file)}">'
        f"{escape(recording.file)}</a></figcaption>"
        f'<audio controls preload="metadata" aria-label="{title}"'
        f' data-starts="{recording.starts_at_s:.3f}" src="{source}"></audio></figure>'
    )


def _agreement(agreement: Agreement) -> str:
    good = not agreement.faults
    delay_ms = agreement.delay_ms
    delay = "not known" if delay_ms is None else f"{delay_ms:.0f} ms"
    return (
        f"<tr><th scope=row>{escape(agreement.title)}</th>"
        f"<td>{agreement.correlation:.3f}</td>"
        f"<td>{agreement.lag_moves_ms:.2f} ms</td><td>{delay}</td>"
        f'<td class="{"good" if good else "bad"}">'
        f"{'the same' if good else escape(' '.join(agreement.faults))}</td></tr>"
    )


def _happened(story: Story) -> Iterable[str]:
    """The timeline in words, in order: what people who do not see it read."""
    rows: list[tuple[float, str, str]] = []
    for stretch in story.pressed():
        length_s = stretch.until_s - stretch.from_s
        rows.append((stretch.from_s, "Button", f"pressed for {length_s:.2f} s"))
    for stretch in story.call:
        if stretch.state != "ended":
            rows.append((stretch.from_s, "Call", stretch.state))
    for line in story.lines:
        who = "You" if line.role == "user" else "Assistant"
        rows.append((line.from_s, who, f"“{line.text}”"))
    for call in story.calls:
        if call.ended_s is not None:
            rows.append((call.ended_s, "Call", ending(call)))
    for trouble in story.troubles:
        rows.append((trouble.at_s, "Error", f"{trouble.what} {trouble.advice}"))
    for at_s, who, what in sorted(rows):
        yield (
            f"<tr><td>{at_s:.2f} s</td><th scope=row>{who}</th>"
            f"<td>{escape(what)}</td></tr>"
        )
    yield (
        "<tr><td></td><th scope=row>Recognised</th>"
        f"<td>{escape(heard(story))}</td></tr>"
    )
