"""Plug-ins for ALSA to load, from their C source in this folder."""

import subprocess
import sysconfig
from pathlib import Path

HERE = Path(__file__).parent


def compiled(source: str, kind: str, folder: Path) -> Path:
    """The library of `NAME_card.c` and the like; `kind` is pcm or ctl."""
    name = source.partition("_")[0]
    library = folder / f"libasound_module_{kind}_{name}.so"
    compiler = (sysconfig.get_config_var("CC") or "cc").split()[0]
    options = ("-shared", "-fPIC", "-DPIC", "-Wall", "-Werror")
    subprocess.run(
        [compiler, *options, "-o", str(library), str(HERE / source), "-lasound"],
        check=True,
    )
    return library
