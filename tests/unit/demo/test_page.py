import re
from dataclasses import replace
from html.parser import HTMLParser
from importlib import resources
from xml.etree import ElementTree

import pytest

from callpoint.demo import picture
from callpoint.demo.page import (
    INLINE_AT_MOST_BYTES,
    Agreement,
    Recording,
    Report,
    page,
)
from callpoint.demo.picture import Shape, Voice
from callpoint.demo.story import Story, tell
from tests.unit.demo.conversation import CALL, CONVERSATION, said, told

VOID = {"meta", "link", "br", "hr", "img", "input"}
SHAPE = Shape(0.0, 0.5, (0.0, 0.2, 0.9, 0.1))
VOICES = (Voice("user", SHAPE, SHAPE), Voice("assistant", SHAPE, None))
REPORT = Report(
    when="23 November 2026, 08:43 UTC",
    story=tell(CONVERSATION),
    voices=VOICES,
    recordings=(Recording("What the assistant heard", "heard.wav", b"RIFF", 0.5),),
    agreements=(Agreement("What you said", 0.934, 61.2, 0.07, ()),),
    faults=(),
    versions="callpoint 0.1.0",
)


class Reader(HTMLParser):
    """Fails on a tag that is closed wrongly; collects what the tests look at."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "script"} & set(self.open):
            self.text += data

    def attributes(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]


def written(report: Report = REPORT) -> str:
    frame = resources.files("callpoint.demo").joinpath("page.html")
    return page(report, frame.read_text(encoding="utf-8"))


def read(report: Report = REPORT) -> Reader:
    reader = Reader()
    reader.feed(written(report))
    reader.close()
    assert reader.open == []
    return reader


def with_text(text: str) -> Story:
    return tell([*CONVERSATION, said(14, "assistant", text, "a9")])


def test_every_tag_is_closed_and_every_id_is_there_once() -> None:
    reader = read()
    ids = [attributes["id"] for _, attributes in reader.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in reader.tags:
        if "aria-labelledby" in attributes:
            assert attributes["aria-labelledby"] in ids


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert not re.search(r"(https?:)?//[a-z]", written().replace("//[a-z]", ""))
    for _, attributes in read().tags:
        for name in ("src", "href"):
            target = attributes.get(name, "")
            assert target.startswith("data:") or "/" not in target
    assert "@import" not in written()
    assert "url(" not in written()


def test_the_pictures_are_well_formed() -> None:
    pictures = re.findall(r"<svg.*?</svg>", written(), re.DOTALL)
    assert len(pictures) == 2
    for one in pictures:
        root = ElementTree.fromstring(one)
        assert root.get("role") == "img"
        assert root.get("aria-label")


def test_no_number_of_a_picture_is_wrong() -> None:
    assert not re.search(r"nan|inf\b", written())


def test_what_happened_is_told_in_words_too() -> None:
    text = read().text
    for words in (
        "“front left”",
        "“Goodbye, and thank you for calling.”",
        "pressed for 1.90 s",
        "the assistant hung up (NORMAL_CLEARING)",
        "48 ms",
        "98 ms",
        "768 / 766",
        "0.934",
        "Each side heard what the other one said.",
    ):
        assert words in text


def test_what_is_wrong_is_told_at_the_top() -> None:
    text = read(replace(REPORT, faults=("The far end was deaf.",))).text
    assert "The far end was deaf." in text
    assert "Each side heard" not in text


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", '"&<b>', "$when ${x}"])
def test_what_people_say_cannot_become_markup(text: str) -> None:
    reader = read(replace(REPORT, story=with_text(text)))
    assert len(reader.attributes("script")) == 1
    assert reader.attributes("b") == []
    assert text in reader.text


def test_a_small_recording_is_inside_the_page() -> None:
    (audio,) = read().attributes("audio")
    assert audio["src"] == "data:audio/wav;base64,UklGRg=="
    assert audio["data-starts"] == "0.500"


def test_a_large_recording_is_a_link() -> None:
    large = replace(REPORT.recordings[0], wav=bytes(INLINE_AT_MOST_BYTES + 1))
    (audio,) = read(replace(REPORT, recordings=(large,))).attributes("audio")
    assert audio["src"] == "heard.wav"


def test_a_story_without_a_call_has_a_page() -> None:
    empty = replace(REPORT, story=tell([]), voices=(), recordings=(), agreements=())
    assert "calls" in read(empty).text


def test_a_call_that_never_came_up_has_a_page() -> None:
    story = tell(
        [
            told(0, "button", state="pressed"),
            told(0.01, "call", id=CALL, state="calling"),
            told(9, "call", id=CALL, state="ended", by="fault", cause="no answer"),
            told(9, "error", what="The call failed.", advice="Try again."),
        ]
    )
    text = read(replace(REPORT, story=story)).text
    assert "never" in text
    assert "The call failed. Try again." in text


def test_long_words_are_cut_and_told_whole_on_hovering() -> None:
    text = "There is so much to say about this small button. " * 8
    drawn = picture.timeline(with_text(text), VOICES)
    assert "…</tspan>" in drawn
    assert text.strip() in drawn


def test_a_caption_stands_where_its_words_were_spoken() -> None:
    """The caller's transcript comes when the assistant has understood it."""
    drawn = ElementTree.fromstring(picture.timeline(tell(CONVERSATION), VOICES))
    by_text = {
        "".join(group.itertext()): float(line.get("x1", "0"))
        for group in drawn.iter("g")
        if "user" in (group.get("class") or "")
        for line in group.iter("line")
    }
    pressed = [
        float(rect.get("x", "0"))
        for group in drawn.iter("g")
        if group.get("class") == "pressed"
        for rect in group.iter("rect")
    ]
    front_left = next(x for text, x in by_text.items() if "front left" in text)
    assert front_left == pytest.approx(pressed[1], abs=0.2)


@pytest.mark.parametrize("until_s", [0.1, 20, 90, 1000, 100_000])
def test_the_axis_has_a_readable_number_of_ticks(until_s: float) -> None:
    story = replace(tell(CONVERSATION), until_s=until_s)
    assert 1 <= picture.timeline(story, ()).count('class="tick"') <= 30
