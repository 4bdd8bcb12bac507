"""Secrets that systemd hands to the service, each under its name: systemd.exec(5)."""

import os
from pathlib import Path

from callpoint.errors import CallpointError


def read(name: str) -> str:
    """A secret without its last line break; CallpointError where there is none."""
    folder = os.environ.get("CREDENTIALS_DIRECTORY")
    if folder is None:
        raise CallpointError(
            f"there is no credential {name}, for systemd gave none",
            "start callpoint as a service, or use credential instead of"
            " credential_name",
        )
    try:
        return (Path(folder) / name).read_text().rstrip("\n")
    except FileNotFoundError:
        cause = "systemd found none of that name"
    except OSError as error:
        cause = error.strerror or str(error)
    except UnicodeDecodeError:
        cause = "it is no text"
    raise CallpointError(
        f"there is no credential {name}: {cause}",
        f"put the secret into /etc/credstore/{name} and restart; the unit has to have"
        f" LoadCredential={name}",
    )
