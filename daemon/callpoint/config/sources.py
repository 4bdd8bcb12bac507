"""Where the configuration comes from: the layers of this system, or files by name.

Lowest first; a higher one wins, key by key:

    /usr/lib/callpoint/defaults.toml     who builds an image
    /etc/callpoint/callpoint.toml        who owns the device
    /etc/callpoint/conf.d/*.toml         fleet tools, in the order of the names
    /etc/callpoint/lines/NAME.toml       one of several lines, callpoint@NAME.service
    /run/callpoint/conf.d/*.toml         until the next boot
    CALLPOINT_TABLE__KEY                 the environment
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from callpoint.config import files, identity
from callpoint.config.environment import variables
from callpoint.config.files import Loaded
from callpoint.errors import ConfigError, Fault

_DEFAULTS: Final = "usr/lib/callpoint/defaults.toml"
_OWN: Final = "etc/callpoint/callpoint.toml"
_DROP_INS: Final = "etc/callpoint/conf.d"
_LINES: Final = "etc/callpoint/lines"
_UNTIL_BOOT: Final = "run/callpoint/conf.d"
_LINE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True)
class Sources:
    """With `named` just these files, which have to be there; else the layers."""

    named: tuple[Path, ...] = ()
    line: str | None = None
    """NAME of callpoint@NAME.service; its file has to be there."""
    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    root: Path = Path("/")
    """The system that is meant, such as an image that is being built."""

    def load(self, over: Sequence[Path] = (), place: Path | None = None) -> Loaded:
        """The configuration; `over` are files to be tried with it.

        They are laid over the other files. With `place` the only one is read instead of
        the file of that name, which need not be there. Raises ConfigError with every
        fault of every source.
        """
        facts = identity.facts(self.root)
        if self.named:
            return files.loaded([(path, path) for path in self.named], facts=facts)
        if place is not None:
            reads = [(p, over[0] if p == place else p) for p in self.paths(place)]
        else:
            paths = self.paths()
            reads = [(p, p) for p in (*paths, *(p for p in over if p not in paths))]
        layers, found = variables(self.environment)
        if not (reads or layers or found):
            own = str(self.root / _OWN)
            raise ConfigError([Fault(own, "", "a TOML file", "nothing of that name")])
        return files.loaded(reads, layers, found, facts)

    def paths(self, extra: Path | None = None) -> list[Path]:
        """The files in their order; `extra` as if it were there, if it has a place.

        Raises ConfigError for a folder that cannot be read, or a line without a file.
        """
        return list(self._in_order(extra))

    def _in_order(self, extra: Path | None) -> Iterator[Path]:
        yield from self._file(_DEFAULTS, extra)
        yield from self._file(_OWN, extra)
        yield from self._folder(_DROP_INS, extra)
        if self.line is not None:
            yield self._line_file(self.line)
        yield from self._folder(_UNTIL_BOOT, extra)

    def _file(self, place: str, extra: Path | None) -> Iterator[Path]:
        path = self.root / place
        if path == extra or _may_be_there(path):
            yield path

    def _folder(self, place: str, extra: Path | None) -> Iterator[Path]:
        folder = self.root / place
        try:
            paths = set(folder.iterdir())
        except FileNotFoundError:
            paths = set()
        except OSError as error:
            fault = Fault(str(folder), "", "a folder", *files.unreadable(error))
            raise ConfigError([fault]) from None
        if extra is not None and extra.parent == folder:
            paths.add(extra)
        # Editors and fleet tools write aside first, into a file that begins with a dot.
        yield from sorted(p for p in paths if p.match("*.toml") and p.name[0] != ".")

    def _line_file(self, line: str) -> Path:
        path = self.root / _LINES / f"{line}.toml"
        if not _LINE.fullmatch(line):
            expected = "letters, digits and . _ - in the name of a line"
            raise ConfigError([Fault("--line", "", expected, repr(line))])
        return path


def _may_be_there(path: Path) -> bool:
    """Where nobody may look, reading it tells so."""
    try:
        return path.is_symlink() or path.exists()
    except PermissionError:
        return True
