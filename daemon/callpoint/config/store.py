"""The configuration of a daemon: as its sources have it, or as they last had it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from callpoint.config import last_good
from callpoint.config.schema import Config
from callpoint.config.sources import Sources
from callpoint.errors import ConfigError


@dataclass(frozen=True)
class Store:
    """`folder` keeps the last good one; without it a wrong configuration is final.

    `socket` stands in for what `[control] socket` says.
    """

    sources: Sources
    folder: Path | None = None
    socket: Path | None = None

    def start(self) -> tuple[Config, ConfigError | None]:
        """The configuration to start with, and why it is not that of the sources.

        Raises ConfigError when the sources are wrong and there never was a good one.
        """
        try:
            return self.load(), None
        except ConfigError as error:
            kept = last_good.recall(self.folder) if self.folder else None
            if kept is None:
                raise
            return self._with_socket(kept), error

    def load(self) -> Config:
        """The configuration as the sources have it; raises ConfigError."""
        loaded = self.sources.load()
        if self.folder is not None:
            last_good.keep(self.folder, loaded.table)
        return self._with_socket(loaded.config)

    def _with_socket(self, config: Config) -> Config:
        if self.socket is None:
            return config
        control = config.control.model_copy(update={"socket": self.socket})
        return config.model_copy(update={"control": control})


def state_folder(environment: Mapping[str, str]) -> Path | None:
    """Where systemd lets this service keep something: the first of StateDirectory=."""
    first = environment.get("STATE_DIRECTORY", "").partition(os.pathsep)[0]
    return Path(first) if first else None
