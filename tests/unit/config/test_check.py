"""`callpoint check`, as somebody at a terminal sees it."""

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from callpoint.cli.check import check

REFERENCE = Path(__file__).parents[3] / "config" / "callpoint.toml"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(check, [str(argument) for argument in arguments])


def test_a_good_configuration_is_one_line() -> None:
    result = run(REFERENCE)
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
    result = run(REFERENCE, path)
    assert result.exit_code == 78
    assert result.stdout == ""
    assert result.stderr.splitlines() == [
        f'{path}: assistant.user_variables: expected a table, found "a"',
        f"{path}: led.pin: expected a whole number from 0 to 27, found 28",
        f'{path}: led.pim: expected a known key, found "pim" (did you mean "pin"?)',
    ]


def test_a_missing_file_is_a_fault_like_others(tmp_path: Path) -> None:
    result = run(tmp_path / "absent.toml")
    assert result.exit_code == 78
    assert result.stderr == (
        f"{tmp_path}/absent.toml: expected a TOML file, found nothing of that name\n"
    )


def test_a_file_has_to_be_named() -> None:
    assert "Missing argument 'FILE...'" in run().stderr


def test_the_help_gives_examples() -> None:
    assert "callpoint check /etc/callpoint/callpoint.toml\n" in run("--help").stdout


def test_the_command_alone_does_not_wait_for_pydantic() -> None:
    code = "import sys, callpoint.cli.check; sys.exit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
