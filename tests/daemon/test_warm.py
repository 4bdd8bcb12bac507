"""The warm line: a press waits for no server, and what lies ready is told."""

import shutil
import statistics
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until
from tests.integration.ice_servers import silence

NONE = "webrtc_ice_servers = []"
SILENT = """
webrtc_ice_servers = [
    {{ urls = ["stun:127.0.0.1:{stun}"] }},
    {{ urls = ["turn:127.0.0.1:{turn}"], username = "me", credential = "secret" }},
]"""


def call(daemon: Daemon, far: FarEnd) -> float:
    """A call from the press to the bye; returns the milliseconds up to its invite."""
    far.events.clear()
    daemon.events.clear()
    daemon.press()
    invited = far.wait(event="invite")
    pressed = daemon.wait(event="button", state="pressed")
    daemon.wait(event="call", state="active")
    daemon.release()
    daemon.wait(event="button", state="released")
    daemon.command("hangup")
    daemon.wait(event="summary")
    far.wait(event="hangup")
    return 1000 * float(invited["monotonic_s"] - pressed["monotonic_s"])


@pytest.mark.alone
def test_a_press_waits_for_no_silent_server(
    programs: ExitStack, tmp_path: Path
) -> None:
    stun, turn = (programs.enter_context(silence()) for _ in range(2))
    far = programs.enter_context(ended(FarEnd(tmp_path)))
    toml = configuration(far.url).replace(NONE, SILENT.format(stun=stun, turn=turn))
    daemon = programs.enter_context(ended(Daemon(tmp_path, toml))).ready()
    wait_until(lambda: daemon.status()["warm"])
    waited_ms = [call(daemon, far) for _ in range(5)]
    assert statistics.median(waited_ms) < 50, waited_ms


def test_what_lies_ready_is_told_and_gone_in_a_call(
    programs: ExitStack, tmp_path: Path
) -> None:
    far = programs.enter_context(ended(FarEnd(tmp_path)))
    toml = configuration(far.url)
    daemon = programs.enter_context(ended(Daemon(tmp_path, toml))).ready()
    wait_until(lambda: daemon.status()["warm"])
    warm = daemon.status()["warm"]
    assert warm["candidates"].keys() == {"host"}
    assert 0 <= warm["age_s"] < 10
    daemon.press()
    daemon.wait(event="call", state="active")
    assert daemon.status()["warm"] is None
    daemon.release()
    daemon.command("hangup")
    wait_until(lambda: daemon.status()["warm"])


def test_an_address_that_comes_is_offered_by_the_next_press(tmp_path: Path) -> None:
    if shutil.which("unshare") is None:
        pytest.skip("unshare is not installed")
    own_network = ("unshare", "--user", "--map-root-user", "--net")
    ran = subprocess.run(
        [*own_network, sys.executable, "-m", "tests.daemon.moving", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    if "unshare failed" in ran.stderr:
        pytest.skip(f"no network of its own is allowed here: {ran.stderr}")
    assert ran.returncode == 0, ran.stderr
