"""The systemd units: what they promise, and what systemd makes of them."""

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from callpoint.errors import EXIT_CONFIG

MOST_EXPOSED = 1.3
"""What raspotify's unit has, the tightest of the audio daemons that play by ALSA."""

UNITS = ("callpoint.service", "callpoint@.service")


@pytest.fixture
def folder(project: Path) -> Path:
    return project / "systemd"


@pytest.fixture(params=UNITS)
def unit_file(folder: Path, request: pytest.FixtureRequest) -> Path:
    return folder / str(request.param)


@pytest.fixture
def settings(unit_file: Path) -> dict[str, list[str]]:
    """Each setting and its values, in their order."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", unit_file.read_text(), re.M):
        found.setdefault(name, []).append(value)
    return found


def test_a_wrong_configuration_is_the_only_failure_that_is_final(
    settings: dict[str, list[str]],
) -> None:
    assert settings["Restart"] == ["always"]
    assert settings["StartLimitIntervalSec"] == ["0"]
    assert settings["RestartPreventExitStatus"] == [str(EXIT_CONFIG)]


def test_systemd_waits_for_ready_and_not_for_the_network(
    settings: dict[str, list[str]],
) -> None:
    assert settings["Type"] == ["notify"]
    assert settings["After"] == ["alsa-restore.service"]
    assert not {"Requires", "BindsTo"} & settings.keys()


def test_gpio_chips_have_their_group_when_the_daemon_starts(
    settings: dict[str, list[str]],
) -> None:
    [before] = settings["ExecStartPre"]
    assert before.startswith("-udevadm settle --timeout=")


def test_it_may_write_where_it_works(settings: dict[str, list[str]]) -> None:
    assert settings["WorkingDirectory"] == [f"%t/{settings['RuntimeDirectory'][0]}"]


def test_what_would_break_a_call_or_hide_the_cards_is_left_out(
    settings: dict[str, list[str]],
) -> None:
    assert not {"MemoryDenyWriteExecute", "ProcSubset"} & settings.keys()


def test_a_system_call_that_is_refused_ends_nothing(
    settings: dict[str, list[str]],
) -> None:
    assert settings["SystemCallErrorNumber"] == ["EPERM"]


def test_only_sound_cards_and_gpio_chips_are_opened(
    settings: dict[str, list[str]],
) -> None:
    assert settings["DevicePolicy"] == ["closed"]
    assert settings["DeviceAllow"] == ["char-alsa rw", "char-gpiochip rw"]
    assert settings["SupplementaryGroups"] == ["audio gpio"]


def test_a_missing_credential_is_no_failure(settings: dict[str, list[str]]) -> None:
    # With a path of its own it would be: systemd.exec(5).
    assert not any(":" in name for name in settings["LoadCredential"])


def test_its_group_and_its_device_classes_are_there_before_it(folder: Path) -> None:
    made = (folder / "sysusers.d" / "callpoint.conf").read_text().splitlines()
    assert {"g gpio - -", "m callpoint audio", "m callpoint gpio"} <= set(made)
    loaded = (folder / "modules-load.d" / "callpoint.conf").read_text().splitlines()
    assert "snd" in loaded
    rule = (folder / "udev" / "60-callpoint.rules").read_text()
    assert 'KERNEL=="gpiochip*", GROUP="gpio", MODE="0660"' in rule


def test_a_line_differs_from_the_only_one_in_its_own_places_alone(
    folder: Path,
) -> None:
    one, line = ((folder / name).read_text().splitlines() for name in UNITS)
    own = [text for text in line if text not in one]
    named = [text for text in own if not text.startswith("#")]
    assert all("%i" in text for text in named)
    shared = [text for text in one if text in line]
    assert [text for text in line if text not in own] == shared
    assert [text.partition("=")[0] for text in one if text not in line] == [
        text.partition("=")[0] for text in named
    ]


def analyzed(unit_file: Path, folder: Path, command: Sequence[str]) -> str:
    """What systemd-analyze says of a unit; the program is installed elsewhere here."""
    name = unit_file.name.replace("@.", "@hall.")
    copy = folder / name
    text = unit_file.read_text().replace("=callpoint run", f"={sys.executable} run")
    copy.write_text(text.replace("%i", "hall"))
    told = subprocess.run(
        ["systemd-analyze", *command, copy],
        capture_output=True,
        text=True,
        check=False,
        env={"SYSTEMD_COLORS": "0", "PATH": "/usr/bin:/bin"},
    )
    assert (told.returncode, told.stderr) == (0, "")
    return told.stdout


def test_systemd_understands_every_line(unit_file: Path, tmp_path: Path) -> None:
    analyzed(unit_file, tmp_path, ["verify", "--man=no", "--recursive-errors=no"])


def test_it_is_as_closed_as_a_unit_with_sound_and_gpio_can_be(
    unit_file: Path, tmp_path: Path
) -> None:
    told = analyzed(unit_file, tmp_path, ["security", "--offline=true", "--no-pager"])
    exposure = re.search(r"Overall exposure level for \S+: (\d+\.\d)", told)
    assert exposure, told
    assert float(exposure[1]) <= MOST_EXPOSED
