"""A package tries itself in a chroot, with a far end outside, for `scripts/try-deb`.

`python -m tests.device.try_call SUITE ROOT`. What the package says in its call must be
understood here, and the greeting must be in what it played.
"""

import os
import subprocess
import sys
import wave
from pathlib import Path

from callpoint.audio.frames import SAMPLE_BYTES, SAMPLE_RATE_HZ
from callpoint.simulator.speech import load
from tests.daemon.programs import FarEnd, ended
from tests.device.hearing import Ear

WORDS = "front left"
# The far end's greeting is over by then, and an emulated call is up.
SPOKEN_AFTER_S = 12


def main(suite: str, root: Path) -> None:
    write_speech(root / "said.wav")
    with ended(FarEnd(root)) as far:
        subprocess.run(
            ["scripts/in-release", suite, "scripts/deb/try"],
            env={**os.environ, "ROOT": str(root), "FAR_END": far.url},
            check=True,
        )
        heard = far.wait(event="recognised")
    assert heard["text"] == WORDS, heard
    words = [each.words for each in Ear().words(root / "heard.wav")]
    assert "greeting" in words, words
    print(f"a call: the far end heard “{WORDS}”, the speaker played {', '.join(words)}")


def write_speech(path: Path) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(SAMPLE_BYTES)
        file.setframerate(SAMPLE_RATE_HZ)
        file.writeframes(bytes(SPOKEN_AFTER_S * SAMPLE_RATE_HZ * SAMPLE_BYTES))
        file.writeframes(load().clips[WORDS])


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
