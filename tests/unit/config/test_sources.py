"""The layers of a system, as they lie on its disk."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from callpoint.config.sources import Sources
from callpoint.errors import ConfigError

Write = Callable[..., Path]
GOOD = '[assistant]\ntarget_id = "assistant-1"\n'
DEFAULTS = "usr/lib/callpoint/defaults.toml"
OWN = "etc/callpoint/callpoint.toml"
DROP_IN = "etc/callpoint/conf.d/50-site.toml"
UNTIL_BOOT = "run/callpoint/conf.d/50-trial.toml"
LINE = "etc/callpoint/lines/gate.toml"


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(place: str, text: str = GOOD) -> Path:
        file = tmp_path / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    return write


@contextmanager
def nobody() -> Iterator[None]:
    """Who may not look into the folders of this test, or of this user."""
    if os.geteuid() != 0:
        pytest.skip("only root can become nobody")
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def name(text: str) -> str:
    return f'[call]\ncaller_name = "{text}"\n'


def faults(sources: Sources) -> list[str]:
    with pytest.raises(ConfigError) as raised:
        sources.load()
    return [str(fault) for fault in raised.value.faults]


def test_each_layer_wins_over_the_one_below(write: Write, tmp_path: Path) -> None:
    write(LINE, "")
    for place in (
        *(DEFAULTS, OWN, "etc/callpoint/conf.d/10-a.toml"),
        *("etc/callpoint/conf.d/20-b.toml", LINE, UNTIL_BOOT),
    ):
        write(place, GOOD + name(place))
        loaded = Sources(line="gate", root=tmp_path).load()
        assert loaded.config.call.caller_name == place
    environment = {"CALLPOINT_CALL__CALLER_NAME": "variable"}
    sources = Sources(root=tmp_path, environment=environment)
    assert sources.load().config.call.caller_name == "variable"


def test_the_file_of_a_line_is_for_this_line_alone(
    write: Write, tmp_path: Path
) -> None:
    write(OWN)
    write(LINE, name("gate"))
    assert Sources(root=tmp_path).load().config.call.caller_name is None


def test_one_file_a_device_is_all_that_a_fleet_tool_drops(
    write: Write, tmp_path: Path
) -> None:
    write(DROP_IN)
    assert Sources(root=tmp_path).load().config.assistant.target_id == "assistant-1"


def test_what_is_no_toml_file_or_not_finished_is_not_read(
    write: Write, tmp_path: Path
) -> None:
    write(OWN)
    for other in ("50-site.toml.dpkg-old", ".50-site.toml", "README"):
        write(f"etc/callpoint/conf.d/{other}", "nonsense")
    assert Sources(root=tmp_path).load().config.assistant.target_id == "assistant-1"


def test_a_system_without_any_names_the_file_to_write(tmp_path: Path) -> None:
    assert faults(Sources(root=tmp_path)) == [
        f"{tmp_path}/{OWN}: expected a TOML file, found nothing of that name"
    ]


def test_every_fault_of_every_layer_is_told_with_its_source(
    write: Write, tmp_path: Path
) -> None:
    own = write(OWN, "[button]\npin = 99\n")
    drop_in = write(DROP_IN, "[led")
    environment = {"CALLPOINT_LED__PIM": "3", "CALLPOINT_NONSENSE": "1"}
    told = faults(Sources(root=tmp_path, environment=environment))
    starts = [line.split(": expected")[0] for line in told]
    assert set(starts) == {
        "CALLPOINT_NONSENSE",
        f"{drop_in}: line 1, column 5",
        f"{own}: button.pin",
        "CALLPOINT_LED__PIM: led.pim",
    }


def test_a_folder_that_is_none_is_told(write: Write, tmp_path: Path) -> None:
    write(OWN)
    write("etc/callpoint/conf.d", "not a folder")
    assert (
        "conf.d: expected a folder, found an error (Not a directory)"
        in faults(Sources(root=tmp_path))[0]
    )


def test_what_may_not_be_looked_at_is_told_with_what_to_do(
    write: Write, tmp_path: Path
) -> None:
    """As for whoever checks the configuration of the service without sudo."""
    write(OWN)
    sources = Sources(root=tmp_path)
    with nobody():
        assert faults(sources) == [
            f"{tmp_path}/etc/callpoint/conf.d: expected a folder, found no permission "
            "to read it (use sudo, or let the service's user read it)"
        ]


def test_a_link_that_leads_nowhere_is_told(write: Write, tmp_path: Path) -> None:
    write(DROP_IN)
    (tmp_path / OWN).symlink_to("missing.toml")
    assert "found nothing of that name" in faults(Sources(root=tmp_path))[0]


@pytest.mark.parametrize("line", ["gate", "../gate", "", ".hidden"])
def test_a_line_without_a_file_or_with_a_strange_name_is_told(
    write: Write, tmp_path: Path, line: str
) -> None:
    write(OWN)
    told = faults(Sources(line=line, root=tmp_path))[0]
    assert LINE in told if line == "gate" else told.startswith("--line: expected")


def test_named_files_are_all_there_is(write: Write, tmp_path: Path) -> None:
    write(OWN, name("own"))
    named = write("elsewhere.toml")
    environment = {"CALLPOINT_CALL__CALLER_NAME": "variable"}
    sources = Sources((named,), root=tmp_path, environment=environment)
    assert sources.load().config.call.caller_name is None


def test_templates_are_filled_in_and_faults_name_the_file(
    write: Write, tmp_path: Path
) -> None:
    write("etc/machine-id", "0123\n")
    write(OWN, GOOD + name("{machine_id}"))
    loaded = Sources(root=tmp_path).load()
    assert loaded.config.call.caller_name == "0123"
    assert loaded.table["call"] == {"caller_name": "0123"}
    drop_in = write(DROP_IN, name("{serial}"))
    assert faults(Sources(root=tmp_path)) == [
        f"{drop_in}: call.caller_name: expected a device that has a serial, found none "
        "(only boards with a device tree have one; {machine_id} is everywhere)"
    ]


def test_a_template_that_a_higher_layer_replaces_is_not_missed(
    write: Write, tmp_path: Path
) -> None:
    write(OWN, GOOD + name("{serial}"))
    write(DROP_IN, name("hall 4"))
    assert Sources(root=tmp_path).load().config.call.caller_name == "hall 4"


class TestTrials:
    """A file that is checked before it is put in its place."""

    def test_it_is_laid_over_the_files_and_under_the_environment(
        self, write: Write, tmp_path: Path
    ) -> None:
        write(OWN, GOOD + name("own"))
        trial = write("tmp/trial.toml", name("trial"))
        sources = Sources(root=tmp_path)
        assert sources.load([trial]).config.call.caller_name == "trial"
        environment = {"CALLPOINT_CALL__CALLER_NAME": "variable"}
        sources = Sources(root=tmp_path, environment=environment)
        assert sources.load([trial]).config.call.caller_name == "variable"

    def test_one_that_is_in_its_place_already_stays_there(
        self, write: Write, tmp_path: Path
    ) -> None:
        own = write(OWN, GOOD + name("own"))
        write(DROP_IN, name("drop-in"))
        loaded = Sources(root=tmp_path).load([own])
        assert loaded.config.call.caller_name == "drop-in"

    def test_it_stands_in_for_the_file_of_its_place(
        self, write: Write, tmp_path: Path
    ) -> None:
        write(OWN)
        place = write(DROP_IN, "[what is wrong with the old one is mended")
        write("etc/callpoint/conf.d/60-later.toml", name("later"))
        trial = write("tmp/trial.toml", name("trial") + 'caller_number = "1"\n')
        call = Sources(root=tmp_path).load([trial], place).config.call
        assert (call.caller_name, call.caller_number) == ("later", "1")

    def test_its_faults_are_told_as_those_of_its_place(
        self, write: Write, tmp_path: Path
    ) -> None:
        write(OWN)
        place = tmp_path / DROP_IN
        trial = write("tmp/trial.toml", "[call]\nquiet = 1\n")
        with pytest.raises(ConfigError, match=rf"^{place}: call\.quiet: "):
            Sources(root=tmp_path).load([trial], place)

    @pytest.mark.parametrize(
        ("place", "has_one"),
        [
            *((DEFAULTS, True), (OWN, True), (DROP_IN, True), (UNTIL_BOOT, True)),
            *(("etc/callpoint/other.toml", False), ("tmp/a.toml", False)),
            ("etc/callpoint/conf.d/50-site.conf", False),
        ],
    )
    def test_places_are_those_that_are_read(
        self, tmp_path: Path, place: str, has_one: bool
    ) -> None:
        path = tmp_path / place
        assert (path in Sources(root=tmp_path).paths(path)) is has_one
