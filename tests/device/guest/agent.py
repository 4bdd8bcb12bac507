#!/usr/bin/python3
"""Hands and eyes in the guest: does what the test asks over a virtio-serial port.

A request is a JSON object a line, and so is its answer, in the same order:

* `{"run": COMMAND, "timeout_s": S}`: by the shell; `{"code": ..., "out": ...}`, with
  standard error in it.
* `{"write": PATH, "text": TEXT}`: `{}`; a button's pull, a file.
* `{"read": PATH}`: `{"text": ...}`.
* `{"watch": PATH, "for_s": S}`: reads a small file again and again, and answers with
  every change, `{"changes": [[seconds, text], ...]}`, the first at 0.

What fails answers `{"error": TEXT}`.
"""

import json
import subprocess
import time
from pathlib import Path
from typing import Any

PORT = "/dev/virtio-ports/agent"
LOOK_EVERY_S = 0.005


def main() -> None:
    while not Path(PORT).exists():
        time.sleep(0.5)
    with open(PORT, "r+b", buffering=0) as port:
        rest = b""
        while True:
            chunk = port.read(65536)
            if not chunk:  # nobody is connected on the other side
                time.sleep(0.1)
                continue
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                answer = json.dumps(answered(json.loads(line))).encode() + b"\n"
                while answer:
                    answer = answer[port.write(answer) :]


def answered(request: dict[str, Any]) -> dict[str, Any]:
    try:
        return do(request)
    except (OSError, subprocess.SubprocessError, UnicodeError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def do(request: dict[str, Any]) -> dict[str, Any]:
    match request:
        case {"run": command, "timeout_s": timeout_s}:
            done = subprocess.run(
                ["/bin/bash", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=timeout_s,
                check=False,
            )
            return {"code": done.returncode, "out": done.stdout.decode()}
        case {"write": path, "text": text}:
            Path(path).write_text(text)
            return {}
        case {"read": path}:
            return {"text": Path(path).read_text()}
        case {"watch": path, "for_s": for_s}:
            return {"changes": watched(Path(path), for_s)}
        case _:
            return {"error": f"what is {request}?"}


def watched(path: Path, for_s: float) -> list[tuple[float, str]]:
    began_s = time.monotonic()
    changes: list[tuple[float, str]] = []
    while (now_s := time.monotonic() - began_s) < for_s:
        text = path.read_text().strip()
        if not changes or changes[-1][1] != text:
            changes.append((round(now_s, 3), text))
        time.sleep(LOOK_EVERY_S)
    return changes


if __name__ == "__main__":
    main()
