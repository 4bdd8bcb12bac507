"""PURE: whether the conversation went as it should have, a sentence for each fault."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from callpoint.demo.page import Agreement
from callpoint.demo.script import Script
from callpoint.demo.story import Story
from callpoint.demo.wording import ending, heard, milliseconds

BOTH_WAYS: Final = 2


def faults(
    story: Story, agreements: Sequence[Agreement], script: Script | None
) -> tuple[str, ...]:
    """All that is wrong; with a `script`, also what differs from it."""
    found = [*_troubles(story), *_disagreements(agreements)]
    if script is not None:
        found += _departures(story, script)
        if len(agreements) < BOTH_WAYS:
            found.append("What was said was not recorded both ways.")
    return tuple(found)


def _troubles(story: Story) -> Iterator[str]:
    for trouble in story.troubles:
        yield f"The daemon told an error: {trouble.what}"


def _disagreements(agreements: Iterable[Agreement]) -> Iterator[str]:
    for agreement in agreements:
        for fault in agreement.faults:
            yield f"{agreement.title}: {fault}"


def _departures(story: Story, script: Script) -> Iterator[str]:
    if not story.calls:
        yield "No call was placed."
        return
    call = story.calls[0]
    if call.up_s is None:
        yield f"The call never came up: {ending(call)}."
    elif call.ended_by != "far":
        yield f"The assistant did not hang up when told goodbye: {ending(call)}."
    wanted = [turn.utterance.text for turn in script.turns]
    if [text.lower() for text in story.spoken("user")] != wanted:
        expected = ", ".join(f"“{text}”" for text in wanted)
        yield f"The assistant recognised {heard(story)}; {expected} was said."


def summary(
    story: Story, agreements: Sequence[Agreement], wrong: Sequence[str]
) -> Iterator[str]:
    """The lines at the end of a demo."""
    for call in story.calls:
        since = call.since_press_ms
        yield f"press to call up:     {milliseconds(since(call.up_s))}"
        yield f"press to first word:  {milliseconds(since(call.first_word_s))}"
        yield (
            f"packets:              {call.packets_sent} sent,"
            f" {call.packets_received} received, {call.lost} lost"
        )
        yield f"end:                  {ending(call)}"
    yield f"recognised:           {heard(story)}"
    for agreement in agreements:
        yield (
            f"{agreement.title}: correlation {agreement.correlation:.3f},"
            f" lag moved by {agreement.lag_moves_ms:.2f} ms"
        )
    for fault in wrong:
        yield f"WRONG: {fault}"
