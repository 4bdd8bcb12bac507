import pytest

from callpoint.demo.page import Agreement
from callpoint.demo.script import Utterance, lay_out
from callpoint.demo.story import Happening, tell
from callpoint.demo.verdict import faults, summary
from tests.unit.demo.conversation import CALL, CONVERSATION, said, told

SCRIPT = lay_out([Utterance("Front_Left", 1.5), Utterance("Rear_Center", 1.4)])
GOOD = Agreement("What you said", 0.934, 61.2, 0.07, ())
BAD = Agreement("What you said", 0.5, 61.2, 20.1, ("The sound moved.",))


def without(*texts: str) -> list[Happening]:
    return [event for event in CONVERSATION if event.text("text") not in texts]


def test_a_conversation_as_scripted_has_no_fault() -> None:
    assert faults(tell(CONVERSATION), [GOOD, GOOD], SCRIPT) == ()


def test_a_recording_that_differs_is_a_fault() -> None:
    assert faults(tell(CONVERSATION), [GOOD, BAD], SCRIPT) == (
        "What you said: The sound moved.",
    )


def test_a_script_is_compared_both_ways() -> None:
    (fault,) = faults(tell(CONVERSATION), [GOOD], SCRIPT)
    assert "not recorded both ways" in fault


def test_an_error_of_the_daemon_is_a_fault() -> None:
    story = tell([*CONVERSATION, told(3, "error", what="No speaker.", advice="")])
    assert faults(story, [], None) == ("The daemon told an error: No speaker.",)


@pytest.mark.parametrize(
    ("events", "told_about"),
    [
        ([], "No call was placed"),
        (without("front left"), "“front left”, “rear center” was said"),
        ([*CONVERSATION, said(14, "user", "side left", "u9")], "side left"),
        (
            [event for event in CONVERSATION if event.text("state") != "active"],
            "never came up: the assistant hung up",
        ),
        (
            [
                *(event for event in CONVERSATION if event.text("state") != "ended"),
                told(20, "call", id=CALL, state="ended", by="near", cause="bye"),
            ],
            "did not hang up when told goodbye: the device hung up",
        ),
    ],
)
def test_what_departs_from_the_script_is_a_fault(
    events: list[Happening], told_about: str
) -> None:
    (fault,) = faults(tell(events), [GOOD, GOOD], SCRIPT)
    assert told_about in fault
    assert faults(tell(events), [], None) == ()


def test_the_summary_has_the_figures() -> None:
    text = "\n".join(summary(tell(CONVERSATION), [GOOD], ["It rained."]))
    for words in ("48 ms", "98 ms", "768 sent", "1 lost", "front left", "0.934"):
        assert words in text
    assert text.endswith("WRONG: It rained.")
