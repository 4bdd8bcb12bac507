from pathlib import Path

import pytest

from callpoint.config.sources import Sources
from callpoint.config.store import Store, state_folder
from callpoint.errors import ConfigError

GOOD = '[assistant]\ntarget_id = "a"\n[control]\nsocket = "/run/c.sock"\n'
WRONG = "[button]\npin = 99\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "callpoint.toml"
    file.write_text(GOOD)
    return file


@pytest.fixture
def store(file: Path, tmp_path: Path) -> Store:
    (tmp_path / "state").mkdir()
    return Store(Sources((file,)), tmp_path / "state")


def test_a_good_configuration_starts_without_a_fault(store: Store) -> None:
    config, fault = store.start()
    assert config.assistant.target_id == "a"
    assert fault is None


def test_a_wrong_one_starts_as_it_last_was_with_the_fault(
    store: Store, file: Path
) -> None:
    store.start()
    file.write_text(GOOD + WRONG)
    config, fault = store.start()
    assert config.assistant.target_id == "a"
    assert "button.pin" in str(fault)


def test_a_file_that_is_gone_is_a_wrong_one(store: Store, file: Path) -> None:
    store.start()
    file.unlink()
    assert store.start()[0].assistant.target_id == "a"


def test_one_that_was_good_at_a_reload_is_the_last_good_one(
    store: Store, file: Path
) -> None:
    store.start()
    file.write_text(GOOD.replace('"a"', '"b"'))
    store.load()
    file.write_text(WRONG)
    with pytest.raises(ConfigError):
        store.load()
    assert store.start()[0].assistant.target_id == "b"


def test_without_a_good_one_ever_it_does_not_start(store: Store, file: Path) -> None:
    file.write_text(WRONG)
    with pytest.raises(ConfigError, match=r"button\.pin"):
        store.start()


def test_without_a_folder_nothing_is_kept(file: Path) -> None:
    store = Store(Sources((file,)))
    store.start()
    file.write_text(WRONG)
    with pytest.raises(ConfigError):
        store.start()


def test_a_socket_that_is_named_stands_in_for_the_configured_one(
    store: Store, file: Path
) -> None:
    assert store.load().control.socket == Path("/run/c.sock")
    named = Store(store.sources, store.folder, Path("/tmp/d"))
    assert named.load().control.socket == Path("/tmp/d")
    file.write_text(WRONG)
    assert named.start()[0].control.socket == Path("/tmp/d")
    # It is the command line's, and not the configuration's.
    assert store.start()[0].control.socket == Path("/run/c.sock")


@pytest.mark.parametrize(
    ("variable", "folder"),
    [
        (None, None),
        ("", None),
        ("/var/lib/callpoint", Path("/var/lib/callpoint")),
        ("/var/lib/a:/var/lib/b", Path("/var/lib/a")),
    ],
)
def test_systemd_says_where_something_may_be_kept(
    variable: str | None, folder: Path | None
) -> None:
    environment = {} if variable is None else {"STATE_DIRECTORY": variable}
    assert state_folder(environment) == folder
