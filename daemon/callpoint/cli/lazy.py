"""A group of commands that are imported when they are called, and not to be listed."""

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module

import click

from callpoint.errors import CallpointError


@dataclass(frozen=True)
class Entry:
    """Where a command stands, as `module:name`, and what it does in a few words."""

    place: str
    summary: str

    def command(self) -> click.Command:
        """Import it; raises CallpointError when a library that it needs is missing."""
        module, _, name = self.place.partition(":")
        try:
            found = getattr(import_module(module), name)
        except ModuleNotFoundError as error:
            if error.name is None or error.name.partition(".")[0] == "callpoint":
                raise
            raise CallpointError(
                f"the Python package {error.name} is missing",
                "pip install 'callpoint[simulator]' brings all that any command needs",
            ) from error
        if not isinstance(found, click.Command):
            raise TypeError(f"{self.place} is not a command")
        return found


class LazyGroup(click.Group):
    """A group whose `sections` map titles to names to entries."""

    def __init__(
        self, *, sections: Mapping[str, Mapping[str, Entry]], **settings: object
    ) -> None:
        super().__init__(**settings)  # type: ignore[arg-type]
        self._sections = sections
        self._entries = {
            name: entry
            for section in sections.values()
            for name, entry in section.items()
        }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self._entries)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self._entries.get(cmd_name)
        return entry.command() if entry else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if name not in self._entries and not name.startswith("-"):
            near = difflib.get_close_matches(name, self._entries, n=1)
            hint = f' (did you mean "{near[0]}"?)' if near else ""
            raise click.UsageError(f'there is no command "{name}"{hint}', ctx)
        return super().resolve_command(ctx, args)

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        for title, section in self._sections.items():
            with formatter.section(title):
                formatter.write_dl(
                    [(name, entry.summary) for name, entry in section.items()]
                )
