from pathlib import Path

import pytest

from callpoint.errors import CallpointError
from callpoint.simulator.changes import SDP_QUIRKS
from callpoint.simulator.link import Conditions, Stall
from callpoint.simulator.presets import PRESETS, parse
from callpoint.simulator.scenario import (
    Answer,
    Fault,
    FaultKind,
    LoginAnswer,
    Scenario,
    Since,
)

ARGUMENTS = {
    "SECONDS": "1.5",
    "SECONDS[,CAUSE]": "1.5,USER_BUSY",
    "CODE[,SECONDS]": "4014,2",
    "NAME": "PCMU",
    "QUIRK": "no-mid",
    "TIMES": "3",
    "STATE,...": "NOREG,REGED",
    "BYTES": "10",
    "FILE": "speech.wav",
    "PERCENT[,PACKETS]": "5,3",
    "MILLISECONDS": "40",
    "SECONDS,MILLISECONDS": "20,500",
    "NUMBER": "7",
    "STATUS": "503",
    "WORDS": "No",
    "PPM": "-200",
}


def test_no_name_at_all_is_a_gateway_without_faults() -> None:
    assert parse([]) == parse(["ok"]) == Scenario()


@pytest.mark.parametrize("name", sorted(PRESETS.keys() - {"ok"}))
def test_every_preset_changes_something(name: str) -> None:
    argument = PRESETS[name].argument
    text = f"{name}:{ARGUMENTS[argument]}" if argument else name
    assert parse([text]) != Scenario()


@pytest.mark.parametrize("quirk", SDP_QUIRKS)
def test_every_sdp_quirk_changes_something(quirk: str) -> None:
    assert parse([f"sdp:{quirk}"]).quirks != Scenario().quirks


def test_presets_combine_and_a_later_one_wins() -> None:
    scenario = parse(["login-error", "ringing-first", "login-refused", "never-answers"])
    assert scenario.login is LoginAnswer.LOGIN_INCORRECT
    assert scenario.ringing
    assert scenario.answer is Answer.NEVER


def test_faults_add_up() -> None:
    scenario = parse(["drop-after:2", "close:4014,0.5", "bye-after:9,USER_BUSY"])
    assert scenario.faults == (
        Fault(FaultKind.DROP, Since.ANSWER, 2.0),
        Fault(FaultKind.CLOSE, Since.LOGIN, 0.5, 4014),
        Fault(FaultKind.BYE, Since.ANSWER, 9.0),
    )
    assert scenario.bye_cause == "USER_BUSY"


def test_the_network_is_put_together_of_its_faults() -> None:
    names = ["loss:5,3", "jitter:40", "stall:20,500", "lose-one:9", "seed:7"]
    assert parse(names).link == Conditions(
        loss=0.05,
        burst_packets=3,
        jitter_s=0.04,
        stalls=(Stall(20.0, 0.5),),
        single_losses_s=(9.0,),
        seed=7,
    )


@pytest.mark.parametrize(
    ("text", "sentence", "advice"),
    [
        ("never-answer", "is not known", 'did you mean "never-answers"?'),
        ("xyz", "is not known", "known are ok, login-error"),
        ("ok:1", "takes no argument", 'use "ok"'),
        ("bye-after", "needs an argument", "bye-after:SECONDS[,CAUSE]"),
        ("bye-after:soon", '"soon" does not fit', "bye-after:SECONDS"),
        ("drop-after:-1", '"-1" does not fit', "drop-after:SECONDS"),
        ("drop-after:nan", '"nan" does not fit', "drop-after:SECONDS"),
        ("close:1005", '"1005" does not fit', "close:CODE[,SECONDS]"),
        ("codec:mp3", '"mp3" does not fit', "codec:NAME"),
        ("sdp:odd", '"odd" does not fit', "sdp:QUIRK"),
        ("loss:101", '"101" does not fit', "loss:PERCENT[,PACKETS]"),
        ("loss:5,0", '"5,0" does not fit', "loss:PERCENT[,PACKETS]"),
        ("stall:3", '"3" does not fit', "stall:SECONDS,MILLISECONDS"),
        ("say:", '"" does not fit', "say:FILE"),
        ("noreg-then-reged:x", '"x" does not fit', "noreg-then-reged[:TIMES]"),
    ],
)
def test_a_wrong_name_or_argument_is_told_with_what_would_be_right(
    text: str, sentence: str, advice: str
) -> None:
    with pytest.raises(CallpointError, match="scenario") as caught:
        parse([text])
    assert sentence in str(caught.value)
    assert advice in caught.value.advice


def test_the_document_has_every_preset_and_no_other(project: Path) -> None:
    text = (project / "docs" / "simulator.md").read_text(encoding="utf-8")
    part = text.partition("\n## Scenarios\n")[2].partition("\n## ")[0]
    rows = [line.split("`")[1] for line in part.splitlines() if line[:3] == "| `"]
    assert sorted(rows) == sorted(p.usage(name) for name, p in PRESETS.items())
