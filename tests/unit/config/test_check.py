"""`callpoint check`, as somebody at a terminal sees it, or Ansible."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from callpoint.cli.check import check
from tests.recorded_cards import HEADPHONES, record

REFERENCE = Path(__file__).parents[3] / "config" / "callpoint.toml"
GOOD = '[assistant]\ntarget_id = "assistant-1"\n'


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(check, [str(argument) for argument in arguments])


@pytest.fixture
def device(tmp_path: Path) -> Path:
    """A system with a file of its own; others lie beside it in /tmp."""
    (tmp_path / "etc" / "callpoint" / "conf.d").mkdir(parents=True)
    (tmp_path / "etc" / "callpoint" / "callpoint.toml").write_text(GOOD)
    (tmp_path / "tmp").mkdir()
    return tmp_path


def test_a_good_configuration_is_one_line() -> None:
    result = run("--alone", REFERENCE)
    assert result.exit_code == 0
    assert result.stderr == ""
    assert result.stdout == (
        "The configuration is good: "
        "assistant-00000000-0000-0000-0000-000000000000 answers.\n"
    )


def test_every_fault_is_a_line_on_standard_error_and_the_exit_code_is_78(
    tmp_path: Path,
) -> None:
    path = tmp_path / "site.toml"
    path.write_text('[led]\npin = 28\npim = 3\n[assistant]\nuser_variables = "a"\n')
    result = run("--alone", REFERENCE, path)
    assert result.exit_code == 78
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f'{path}: assistant.user_variables: expected a table, found "a"',
        f"{path}: led.pin: expected a whole number from 0 to 27, found 28",
        f'{path}: led.pim: expected a known key, found "pim" (did you mean "pin"?)',
    ]


def test_a_missing_file_is_a_fault_like_others(tmp_path: Path) -> None:
    result = run("--alone", tmp_path / "absent.toml")
    assert result.exit_code == 78
    assert result.stderr == (
        f"{tmp_path}/absent.toml: expected a TOML file, found nothing of that name\n"
    )


def test_without_a_file_the_system_is_checked_as_it_is(device: Path) -> None:
    assert run("--root", device).exit_code == 0
    (device / "etc" / "callpoint" / "conf.d" / "50.toml").write_text("[led]\npim = 1\n")
    result = run("--root", device)
    assert result.exit_code == 78
    assert "50.toml: led.pim" in result.stderr


def test_a_file_is_checked_with_what_the_system_has(device: Path) -> None:
    part = device / "tmp" / "source"
    part.write_text("[button]\npin = 4\n")
    assert run("--root", device, part).exit_code == 0
    assert run("--alone", part).exit_code == 78
    part.write_text("[button]\npin = 44\n")
    assert run("--root", device, part).exit_code == 78


def test_a_file_can_stand_in_for_the_one_that_it_will_be(device: Path) -> None:
    place = device / "etc" / "callpoint" / "callpoint.toml"
    new = device / "tmp" / "source"
    new.write_text("[button]\npin = 4\n")
    result = run("--root", device, "--as", place, new)
    assert result.exit_code == 78
    assert result.stderr.startswith(f"{place}: assistant.target_id: ")
    new.write_text(GOOD)
    place.write_text("[broken")
    assert run("--root", device, "--as", place, new).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        (
            ("--as", "/tmp/a.toml", REFERENCE),
            "/tmp/a.toml is no file that callpoint",
        ),
        (("--as", "/etc/callpoint/callpoint.toml"), "--as wants one file"),
        (("--alone",), "--alone wants files"),
        (("--alone", "--line", "a", REFERENCE), "--alone wants files"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_usage(
    arguments: tuple[str | Path, ...], fault: str
) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert fault in result.stderr


def test_the_help_gives_examples() -> None:
    assert "callpoint check /tmp/site.toml\n" in run("--help").stdout


def test_the_command_alone_does_not_wait_for_pydantic() -> None:
    code = "import sys, callpoint.cli.check; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_card_named_by_its_number_is_told_with_what_to_write(
    tmp_path: Path,
) -> None:
    """The configuration is good for today."""
    machine = record(tmp_path / "machine", [HEADPHONES])
    file = tmp_path / "callpoint.toml"
    file.write_text(
        f'{GOOD}[audio]\ncapture = "usb"\nplayout = ["hw:0,0", "silence"]\n'
    )
    told = run("--root", machine, file)
    assert told.exit_code == 0
    assert told.stderr == (
        'callpoint: audio.playout: "hw:0,0" names a card by its number, which may '
        'change: write "hw:CARD=Headphones,DEV=0"\n'
    )


def test_certificates_that_are_not_there_yet_are_told(tmp_path: Path) -> None:
    file = tmp_path / "callpoint.toml"
    file.write_text(f'{GOOD}[server]\nca_file = "/etc/ssl/site.pem"\n')
    place = tmp_path / "etc" / "ssl" / "site.pem"
    told = run("--root", tmp_path, file)
    assert told.exit_code == 0
    assert told.stderr == f"callpoint: server.ca_file: there is no file {place}\n"
    place.parent.mkdir(parents=True)
    place.touch()
    assert run("--root", tmp_path, file).stderr == ""
