"""The rules of the house, read from the text of every room."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "daemon" / "callpoint"
LONGEST_ROOM_LINES = 400

# Where each outside library may be imported; a folder ends with a slash.
PLACES = {
    "aioice": ("telnyx/ice.py", "telnyx/rtp_path.py"),
    "aiortc": ("telnyx/peer.py", "telnyx/rtp_path.py"),
    "alsaaudio": ("audio/alsa.py", "audio/mixer.py"),
    "av": ("audio/resample.py", "audio/telephony.py"),
    "click": ("cli/",),
    "gpiod": ("controls/lines.py",),
    "gpiozero": ("controls/",),
    "lgpio": ("controls/",),
    "numpy": ("demo/", "simulator/"),
    "pydantic": ("config/",),
    "pylibsrtp": ("telnyx/rtp_path.py",),
    "pydantic_core": ("config/",),
    "rich": ("demo/", "simulator/"),
    "systemd": ("system/",),
    "tomli": ("config/",),
    "websockets": ("simulator/", "telnyx/socket.py"),
}
# Libraries that come as one.
FAMILIES = {
    "aioice": "aiortc",
    "lgpio": "gpiozero",
    "pydantic_core": "pydantic",
    "pylibsrtp": "aiortc",
}

# These put rooms together; all others know their own folder and pure rooms.
COMPOSITIONS = (
    *("__main__.py", "cli/", "demo/", "simulator/"),
    *("station/controls.py", "station/daemon.py", "station/parts.py"),
    "station/supervisor.py",
)

# A pure room has no event loop, threads, sockets, clock, log, files or dice.
IMPURE = {
    *("asyncio", "concurrent", "multiprocessing", "queue", "sched", "threading"),
    *("select", "selectors", "signal", "socket", "socketserver", "ssl"),
    *("time", "logging", "random", "secrets"),
    *("fcntl", "os", "shutil", "subprocess", "tempfile"),
}
# Dice that the caller throws.
PURE_ALL_THE_SAME = {"random.Random"}
PURE_LIBRARIES = {"numpy", "pydantic", "pydantic_core", "tomli"}

# Where everything may be caught: see the errors of the house in CONTRIBUTING.md.
CATCH_ALL = ("cli/", "telnyx/peer.py")

VAGUE = re.compile(r"(manager|handler|helper|util|data|process)s?$", re.IGNORECASE)


@dataclass(frozen=True)
class Import:
    """One imported name: `from a.b import c` is `a.b.c`."""

    name: str
    line: int

    @property
    def library(self) -> str:
        return self.name.partition(".")[0]

    @property
    def is_outside(self) -> bool:
        return self.library not in {"callpoint", *sys.stdlib_module_names}


class Room:
    """A module, as its text tells it."""

    def __init__(self, place: str, text: str) -> None:
        self.place = place
        self.lines = text.count("\n")
        self.tree = ast.parse(text, place)
        self.docstring = ast.get_docstring(self.tree) or ""
        self.imports = list(imports_in(self.tree))

    @property
    def is_pure(self) -> bool:
        return self.docstring.startswith("PURE")

    @property
    def is_neutral(self) -> bool:
        """Whether every room may open it: it is pure, or holds names only."""
        is_door = self.place.endswith("__init__.py") and not self.imports
        return self.is_pure or self.place == "errors.py" or is_door

    @property
    def folder(self) -> str:
        return self.place.rpartition("/")[0]

    def is_in(self, places: tuple[str, ...]) -> bool:
        return any(
            self.place.startswith(place) if place.endswith("/") else self.place == place
            for place in places
        )

    def at(self, line: int, sentence: str) -> str:
        return f"daemon/callpoint/{self.place}:{line}: {sentence}"


def imports_in(tree: ast.AST) -> Iterator[Import]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (Import(alias.name, node.lineno) for alias in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                origin = "." * level + (module or "")
                for alias in names:
                    yield Import(f"{origin}.{alias.name}", node.lineno)


class House:
    """All rooms by their place."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.rooms = {place: Room(place, text) for place, text in texts.items()}

    def opened(self, found: Import) -> Room | None:
        """The room of ours that an import opens."""
        if found.library != "callpoint":
            return None
        parts = found.name.split(".")[1:]
        places = (
            "/".join([*parts[:length], end]).replace("/.py", ".py")
            for length in range(len(parts), -1, -1)
            for end in (".py", "__init__.py")
        )
        return next((self.rooms[p] for p in places if p in self.rooms), None)

    def imports(self) -> Iterator[tuple[Room, Import]]:
        for room in self.rooms.values():
            for found in room.imports:
                yield room, found


Rule = Callable[[House], Iterator[str]]


def every_room_says_what_it_is(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        if not room.docstring:
            yield room.at(1, "what is this room?")


def no_room_is_larger_than_a_room(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        if room.lines > LONGEST_ROOM_LINES:
            yield room.at(room.lines, "is it two rooms?")


def imports_give_the_whole_name(house: House) -> Iterator[str]:
    for room, found in house.imports():
        if found.name.startswith("."):
            yield room.at(found.line, f"say callpoint. and not {found.name}")


def a_pure_room_has_no_loop_thread_socket_clock_log_or_dice(
    house: House,
) -> Iterator[str]:
    for room, found in house.imports():
        if room.is_pure and is_impure(found):
            yield room.at(found.line, f"a pure room does not import {found.name}")


def is_impure(found: Import) -> bool:
    if found.is_outside:
        return found.library not in PURE_LIBRARIES
    return found.library in IMPURE and found.name not in PURE_ALL_THE_SAME


def a_pure_room_opens_only_pure_rooms(house: House) -> Iterator[str]:
    for room, found in house.imports():
        opened = house.opened(found)
        if room.is_pure and opened and not opened.is_neutral:
            yield room.at(found.line, f"{opened.place} is not pure")


def an_outside_library_is_imported_in_its_place(house: House) -> Iterator[str]:
    for room, found in house.imports():
        places = PLACES.get(found.library, ())
        if found.is_outside and not room.is_in(places):
            yield room.at(found.line, f"{found.library} belongs in {list(places)}")


def an_adapter_has_one_outside_library(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        libraries = {found.library for found in room.imports if found.is_outside}
        families = {FAMILIES.get(library, library) for library in libraries}
        if len(families) > 1 and not room.is_in(COMPOSITIONS):
            yield room.at(1, f"one room, one library, and not {sorted(families)}")


def adapters_do_not_know_one_another(house: House) -> Iterator[str]:
    for room, found in house.imports():
        opened = house.opened(found)
        if (
            opened
            and not opened.is_neutral
            and opened.folder != room.folder
            and not room.is_in(COMPOSITIONS)
        ):
            yield room.at(found.line, f"only a composition names {opened.place}")


def the_daemon_runs_without_its_simulator(house: House) -> Iterator[str]:
    # It would bring numpy and rich: 18 MB and a fifth of a second, on a fast machine.
    for room, found in house.imports():
        leads_there = found.name.startswith(("callpoint.demo", "callpoint.simulator"))
        if leads_there and not room.is_in(("cli/", "demo/", "simulator/")):
            yield room.at(found.line, f"{found.name} is no part of the daemon")


def systemd_is_imported_by_its_names(house: House) -> Iterator[str]:
    # The project's own folder systemd/ lets a bare `import systemd` succeed, empty.
    for room, found in house.imports():
        if found.name == "systemd":
            yield room.at(found.line, "say from systemd import ...")


def toml_is_read_by_one_parser(house: House) -> Iterator[str]:
    # The faults of tomli carry line and column; those of Python 3.11's tomllib do not.
    for room, found in house.imports():
        if found.library == "tomllib":
            yield room.at(found.line, "tomli, not tomllib")


def only_the_top_swallows_everything(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        handlers = (n for n in ast.walk(room.tree) if isinstance(n, ast.ExceptHandler))
        for handler in handlers:
            if swallows_everything(handler) and not room.is_in(CATCH_ALL):
                yield room.at(handler.lineno, "which error is it?")


def swallows_everything(handler: ast.ExceptHandler) -> bool:
    caught = ast.walk(handler.type) if handler.type else []
    names = {node.id for node in caught if isinstance(node, ast.Name)}
    is_broad = not handler.type or bool(names & {"Exception", "BaseException"})
    last = handler.body[-1]
    return is_broad and not (isinstance(last, ast.Raise) and last.exc is None)


def names_say_something(house: House) -> Iterator[str]:
    for room in house.rooms.values():
        if VAGUE.search(room.place.removesuffix(".py")):
            yield room.at(1, "what is done here?")
        for node in ast.walk(room.tree):
            if isinstance(node, ast.ClassDef) and VAGUE.search(node.name):
                yield room.at(node.lineno, f"what does {node.name} do?")


CARD = '"""An adapter."""\nimport alsaaudio\n'
# Each rule, and the smallest house that breaks it.
RULES: list[tuple[Rule, dict[str, str]]] = [
    (every_room_says_what_it_is, {"a.py": "import json\n"}),
    (no_room_is_larger_than_a_room, {"a.py": "\n" * (LONGEST_ROOM_LINES + 1)}),
    (imports_give_the_whole_name, {"a.py": "from .b import c\n"}),
    (
        a_pure_room_has_no_loop_thread_socket_clock_log_or_dice,
        {"a.py": '"""PURE: a."""\ndef now():\n    from time import monotonic\n'},
    ),
    (
        a_pure_room_opens_only_pure_rooms,
        {
            "a.py": '"""PURE: a."""\nimport callpoint.audio.alsa\n',
            "audio/alsa.py": CARD,
        },
    ),
    (an_outside_library_is_imported_in_its_place, {"station/card.py": CARD}),
    (an_adapter_has_one_outside_library, {"audio/alsa.py": CARD + "import click\n"}),
    (
        adapters_do_not_know_one_another,
        {"a/b.py": "from callpoint.audio.alsa import Card\n", "audio/alsa.py": CARD},
    ),
    (
        the_daemon_runs_without_its_simulator,
        {"station/supervisor.py": "from callpoint.simulator.speech import prompts\n"},
    ),
    (systemd_is_imported_by_its_names, {"system/notify.py": "import systemd\n"}),
    (toml_is_read_by_one_parser, {"config/load.py": "from tomllib import loads\n"}),
    (
        only_the_top_swallows_everything,
        {"a.py": "try:\n    b()\nexcept (OSError, Exception):\n    pass\n"},
    ),
    (names_say_something, {"call_manager.py": ""}),
]
NAMES = [rule.__name__ for rule, _ in RULES]


@pytest.fixture(scope="module")
def house() -> House:
    return House(
        {
            path.relative_to(PACKAGE).as_posix(): path.read_text()
            for path in sorted(PACKAGE.rglob("*.py"))
        }
    )


@pytest.mark.parametrize("rule", [rule for rule, _ in RULES], ids=NAMES)
def test_in_this_house(house: House, rule: Rule) -> None:
    if offences := dict.fromkeys(rule(house)):
        pytest.fail("\n".join(offences), pytrace=False)


@pytest.mark.parametrize(("rule", "broken"), RULES, ids=NAMES)
def test_a_house_that_breaks_it_is_told(rule: Rule, broken: dict[str, str]) -> None:
    assert len(list(rule(House(broken)))) == 1


def test_the_source_root_is_no_package() -> None:
    # A package called daemon would collide with python-daemon.
    assert not (PACKAGE.parent / "__init__.py").exists()
