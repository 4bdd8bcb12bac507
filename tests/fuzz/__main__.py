"""Lets libFuzzer change the samples of a target, by what they reach: scripts/fuzz."""

import argparse
import hashlib
import logging
import subprocess
import sys
from pathlib import Path

import atheris

CACHE = Path(__file__).parents[2] / ".cache/fuzz"


def main() -> None:
    parser = argparse.ArgumentParser("scripts/fuzz", description=__doc__)
    parser.add_argument("target", nargs="?", help="all of them without one")
    parser.add_argument("seconds", nargs="?", type=int, default=60)
    options = parser.parse_args()
    if options.target is None:
        sys.exit(fuzz_all(options.seconds))
    fuzz(options.target, options.seconds)


def fuzz_all(seconds: int) -> int:
    """One process a target: libFuzzer ends it."""
    from tests.fuzz import NAMES

    failed = []
    for name in NAMES:
        print(f"{name}:", flush=True)
        command = [sys.executable, "-m", "tests.fuzz", name, str(seconds)]
        if subprocess.run(command, check=False).returncode:
            failed.append(name)
    print(f"findings: {', '.join(failed) or 'none'}")
    return len(failed)


def fuzz(name: str, seconds: int) -> None:
    # Some tell the log of each wrong input: thousands a second.
    logging.getLogger("callpoint").setLevel(logging.CRITICAL)
    # What is imported here is watched.
    with atheris.instrument_imports(include=["callpoint", "tests.fuzz"]):
        from tests.fuzz import NAMES, target

        if name not in NAMES:
            sys.exit(f"scripts/fuzz: {name} is no target; there are {', '.join(NAMES)}")
        chosen = target(name)
    corpus = CACHE / name
    corpus.mkdir(parents=True, exist_ok=True)
    for seed in chosen.SEEDS:
        (corpus / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    libfuzzer = [
        *(f"-max_total_time={seconds}", f"-artifact_prefix={CACHE}/{name}-"),
        *("-timeout=10", "-rss_limit_mb=1024", "-max_len=8192"),
        *("-print_final_stats=1", "-verbosity=0", "-len_control=0"),
    ]
    atheris.Setup([sys.argv[0], *libfuzzer, str(corpus)], chosen.survives)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
