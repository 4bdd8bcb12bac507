"""Files as they are found on a device, and as they should not be."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from callpoint.config.files import load
from callpoint.config.schema import Config
from callpoint.errors import ConfigError

REFERENCE = Path(__file__).parents[3] / "config" / "callpoint.toml"
GOOD = b'[assistant]\ntarget_id = "assistant-1"\n'


def fault(path: Path) -> str:
    """The one thing that is wrong with a file, without the file's name."""
    with pytest.raises(ConfigError) as caught:
        load([path])
    (only,) = caught.value.faults
    assert only.file == str(path)
    return str(only).removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"[button]\npin = \n",
            "line 2, column 7: expected TOML, found a syntax error (Invalid value)",
        ),
        (
            b"[led]\npin = 1\n\n[led]\n",
            "line 4, column 5: expected TOML, found a syntax error "
            "(Cannot declare [led] twice)",
        ),
        (
            b"[call]\nx.y = 1\n[call.x]\n",
            "line 3, column 8: expected TOML, found a syntax error "
            "(Cannot declare [call.x] twice)",
        ),
        (
            b'a = "b',
            "line 1, column 7: expected TOML, found a syntax error "
            "(Unterminated string)",
        ),
        (
            b"a = 1\nb = 2\nc = '\xe4'\n",
            'line 3: expected UTF-8, found byte 0xe4 (save it as "UTF-8")',
        ),
        (
            b"\xef\xbb\xbf" + GOOD,
            "expected UTF-8, found a byte order mark "
            '(save it as plain "UTF-8", not as "UTF-8 with BOM" or "Unicode")',
        ),
        (
            GOOD.decode().encode("utf-16"),
            "expected UTF-8, found a byte order mark "
            '(save it as plain "UTF-8", not as "UTF-8 with BOM" or "Unicode")',
        ),
        (
            GOOD + b"#" * 1_000_000,
            "expected a TOML file, found more than 1000000 bytes",
        ),
    ],
)
def test_a_file_that_is_not_toml_says_where_and_why(
    tmp_path: Path, content: bytes, message: str
) -> None:
    path = tmp_path / "callpoint.toml"
    path.write_bytes(content)
    assert fault(path) == message


@pytest.mark.parametrize("content", ["a = " + "9" * 5000, "a = " + "[" * 5000])
def test_what_tomli_cannot_count_is_a_syntax_error(
    tmp_path: Path, content: str
) -> None:
    path = tmp_path / "callpoint.toml"
    path.write_text(content)
    assert fault(path).startswith("expected TOML, found a syntax error (")


def test_a_file_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    assert fault(tmp_path / "callpoint.toml") == (
        "expected a TOML file, found nothing of that name"
    )
    assert fault(tmp_path) == (
        "expected a TOML file, found a directory (name a file in it)"
    )
    (tmp_path / "file").touch()
    assert fault(tmp_path / "file" / "callpoint.toml") == (
        "expected a TOML file, found an error (Not a directory)"
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every file")
def test_a_file_of_somebody_else_says_so(tmp_path: Path) -> None:
    path = tmp_path / "callpoint.toml"
    path.touch(mode=0)
    assert fault(path) == (
        "expected a TOML file, found no permission to read it "
        "(use sudo, or let the service's user read it)"
    )


def test_a_file_that_never_ends_is_refused() -> None:
    assert fault(Path("/dev/zero")) == (
        "expected a TOML file, found more than 1000000 bytes"
    )


def test_no_file_at_all_is_a_fault() -> None:
    with pytest.raises(ConfigError, match="--config: expected a file, found none"):
        load([])


def test_faults_of_reading_and_faults_of_keys_are_told_together(
    tmp_path: Path,
) -> None:
    broken, wrong = tmp_path / "broken.toml", tmp_path / "wrong.toml"
    broken.write_text("[")
    wrong.write_text("[led]\npin = 99")
    with pytest.raises(ConfigError) as caught:
        load([wrong, tmp_path / "absent.toml", broken])
    assert [(fault.file, fault.key) for fault in caught.value.faults] == [
        (str(tmp_path / "absent.toml"), ""),
        (str(broken), "line 1, column 2"),
        (str(wrong), "led.pin"),
    ]


def test_good_files_beside_one_that_cannot_be_read_make_no_configuration(
    tmp_path: Path,
) -> None:
    assert isinstance(load([REFERENCE]), Config)
    with pytest.raises(ConfigError):
        load([REFERENCE, tmp_path / "absent.toml"])


def load_bytes(folder: Path, *contents: bytes) -> None:
    """Anything but a configuration or a ConfigError fails the test."""
    paths = [folder / f"{number}.toml" for number in range(len(contents))]
    for path, content in zip(paths, contents, strict=True):
        path.write_bytes(content)
    try:
        load(paths)
    except ConfigError as error:
        if not error.faults or not all(map(str.isprintable, map(str, error.faults))):
            raise AssertionError(error.faults) from None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("config")


KEYS = st.sampled_from(
    [
        *("assistant", "server", "button", "call", "audio", "pin", "urls"),
        *("target_id", "user_variables", "custom_headers", "webrtc_ice_servers"),
        *("[key]", "X-A", ""),
    ]
)
QUOTED = KEYS.map(lambda key: f'"{key}"')
VALUES = st.sampled_from(
    [
        *("1", "-1", "0.5", "nan", "true", "07:30:00"),
        *('""', '"a"', '"stun:a"', '"turn:a"', '["stun:a"]', "[]", "[1]"),
        *("{}", "[{}]", '{ urls = "turn:a" }', "[{ urls = 1 }]"),
    ]
)
LINES = st.one_of(
    st.builds("[{}]".format, st.lists(QUOTED, min_size=1, max_size=3).map(".".join)),
    st.builds("[[{}]]".format, st.lists(QUOTED, min_size=1, max_size=3).map(".".join)),
    st.builds("{} = {}".format, st.lists(QUOTED, min_size=1).map(".".join), VALUES),
)
TOML = st.lists(LINES, max_size=6).map("\n".join).map(str.encode)


@settings(max_examples=100, deadline=None)
@given(content=st.binary(max_size=200))
def test_any_bytes_are_a_configuration_or_its_faults(
    folder: Path, content: bytes
) -> None:
    load_bytes(folder, content)


@settings(max_examples=200, deadline=None)
@given(contents=st.lists(TOML, min_size=1, max_size=2))
def test_any_tables_are_a_configuration_or_their_faults(
    folder: Path, contents: list[bytes]
) -> None:
    load_bytes(folder, *contents)


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 6000), length=st.integers(0, 40), with_=st.binary(max_size=4))
def test_a_damaged_file_is_a_configuration_or_its_faults(
    folder: Path, at: int, length: int, with_: bytes
) -> None:
    content = REFERENCE.read_bytes().replace(b"\n#", b"\n").replace(b"\n ", b"\n# ")
    load_bytes(folder, content[:at] + with_ + content[at + length :])
