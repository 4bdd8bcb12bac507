"""`callpoint devices`, on recorded machines and on this one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from callpoint.audio.inventory import Inventory
from callpoint.cli import main
from tests.recorded_cards import (
    HDMI,
    HEADPHONES,
    RESPEAKER,
    SPEAKERPHONE,
    STICK,
    RecordedCard,
    hold,
    record,
)


def told(
    root: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, str]:
    code = main(["devices", "--root", str(root), *options])
    return code, capsys.readouterr().out


def test_a_card_is_told_with_the_lines_to_paste(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, [STICK])
    hold(tmp_path, "card0/pcm0p/sub0", 812, 790, "pipewire")
    assert told(tmp_path, capsys) == (
        0,
        """\
USB Audio Device (Device)
              C-Media Electronics Inc. USB Audio Device at usb-0000:01:00.0-1.2, full speed
  names       "usb:0d8c:0014", "usb-port:1-1.2", "Device", "usb"
  microphone  44100, 48000 Hz, 1 channel, S16_LE
  speaker     44100, 48000 Hz, 2 channels, S16_LE; held by pipewire, process 790 at 48000 Hz, 2 channels, S16_LE
  to paste    capture = "usb:0d8c:0014"
              playout = "usb:0d8c:0014"
""",  # noqa: E501
    )


@pytest.mark.parametrize(
    ("card", "line"),
    [
        (SPEAKERPHONE, "  speaker     8000 to 48000 Hz, 2 channels, S16_LE\n"),
        (HEADPHONES, '  to paste    playout = "Headphones"\n'),
        (RESPEAKER, '  to paste    capture = "seeed2micvoicec"\n'),
        (HDMI, "it is silent where the screen has no loudspeaker"),
        (HEADPHONES, "  microphone  none\n"),
    ],
)
def test_every_kind_of_card_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], card: RecordedCard, line: str
) -> None:
    assert line in told(record(tmp_path, [card]), capsys)[1]


def test_of_two_alike_the_ports_are_to_be_pasted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = told(record(tmp_path, [STICK, STICK.at_port("1-1.3")]), capsys)
    assert code == 0
    assert 'playout = "usb-port:1-1.2"' in out
    assert 'playout = "usb-port:1-1.3"' in out


def test_programs_get_the_same_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record(tmp_path, [STICK])
    hold(tmp_path, "card0/pcm0p/sub0", 812, 790, "pipewire")
    [card] = json.loads(told(tmp_path, capsys, "--json")[1])["cards"]
    assert card["names"][0] == "usb:0d8c:0014"
    assert card["capture"]["abilities"] == {
        "rates_hz": [44_100, 48_000],
        "is_range": False,
        "channels": [1],
        "formats": ["S16_LE"],
    }
    assert (card["playout"]["holder"], card["playout"]["holder_pid"]) == (
        "pipewire",
        790,
    )
    assert card["playout"]["running"]["rates_hz"] == [48_000]


@pytest.mark.parametrize(
    ("has_driver", "cause"), [(False, "no sound driver loaded"), (True, "none is pl")]
)
def test_without_a_card_what_to_do_is_told(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    has_driver: bool,
    cause: str,
) -> None:
    code, out = told(record(tmp_path, []) if has_driver else tmp_path, capsys)
    assert code == 1
    assert out.startswith("No sound card: ")
    assert cause in out
    assert json.loads(told(tmp_path, capsys, "--json")[1]) == {"cards": []}


def test_the_command_looks_at_this_machine() -> None:
    """Whatever that has."""
    done = subprocess.run(
        [sys.executable, "-m", "callpoint", "devices", "--json"],
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )
    found = json.loads(done.stdout)["cards"]
    assert [card["id"] for card in found] == [c.id for c in Inventory().cards()]
    assert done.returncode == (0 if found else 1)
    assert done.stderr == ""


def test_nothing_is_imported_that_takes_long(tmp_path: Path) -> None:
    """A person waits: without a PCM to open it is 150 ms at most."""
    code = (
        "import sys; from callpoint.cli import main; "
        f"main(['devices', '--root', {str(record(tmp_path, [STICK]))!r}]); "
        "print([m for m in ('pydantic', 'aiortc', 'av', 'asyncio', 'alsaaudio') "
        "if m in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stderr.strip() == "[]"
