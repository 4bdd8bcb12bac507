"""What goes wrong on the way, as the vendor's SDK takes it."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from callpoint.audio.frames import SAMPLE_RATE_HZ
from callpoint.demo.recording import write_wav
from tests.heard import longest_gap, longest_silence_ms
from tests.interop.stage import Stage, samples

NOISE_S = 20
# An ear hears 50 ms; on a busy machine a DTLS handshake takes 200.
GAP_AT_MOST_MS = 400


@pytest.fixture
def noise(tmp_path: Path) -> Path:
    """A far end that is never silent: each gap in it is heard."""
    path = tmp_path / "noise.wav"
    loud = np.random.default_rng(1).normal(size=NOISE_S * SAMPLE_RATE_HZ) * 3000
    write_wav(path, loud.astype(np.int16))
    return path


@pytest.mark.parametrize(
    ("keeps_media", "scenario"),
    [
        (False, "attach-first"),
        (False, "ok"),
        (True, "ok"),
        (True, "never-attaches"),
    ],
)
async def test_a_call_outlives_its_socket(
    stage: Stage,
    noise: Path,
    keeps_media: bool,
    scenario: str,
    record_property: Callable[[str, object], None],
) -> None:
    simulator, customer = await stage.call(
        f"say:{noise}", scenario, keepConnectionAliveOnSocketClose=keeps_media
    )
    async with stage.listening() as speaker:
        await asyncio.sleep(1)
        cut_s = time.monotonic()
        simulator.drop()
        ready = await customer.told("ready", 2)
        if scenario != "never-attaches":
            await simulator.wait_for("media_connected", 2)
        await asyncio.sleep(1.5)
    await customer.run("call.hangup()")
    assert (await simulator.wait_for("hangup"))["by"] == "caller"
    arrivals_s = (await stage.recorded()).arrivals_s(after_s=cut_s - 1)
    figures = {
        "registered again after ms": 1000 * (ready["monotonic_s"] - cut_s),
        "longest gap up ms": 1000 * longest_gap(arrivals_s),
        "longest gap down ms": longest_silence_ms(samples(speaker)),
    }
    for name, value in figures.items():
        record_property(name, round(value))
    assert figures["longest gap up ms"] < GAP_AT_MOST_MS
    assert figures["longest gap down ms"] < GAP_AT_MOST_MS


async def test_a_mute_outlives_the_socket(stage: Stage) -> None:
    simulator, customer = await stage.call("no-greeting")
    await customer.run("call.muteAudio()")
    simulator.drop()
    await simulator.wait_for("media_connected", 2)
    await stage.speak("Front_Left")
    await customer.run("call.unmuteAudio()")
    await stage.speak("Rear_Right")
    await simulator.wait_for("recognised", text="rear right", timeout_s=20)
    assert [e["text"] for e in simulator.events if "agreement" in e] == ["rear right"]


async def test_a_call_that_the_server_forgot_ends_without_a_bye(stage: Stage) -> None:
    simulator, customer = await stage.call("retention:0")
    customer.excused.append("48501")
    simulator.drop()
    await customer.told("error", code=48501)
    await customer.told("callUpdate", state="destroy")
    assert [e["by"] for e in simulator.events if e["event"] == "hangup"] == ["gateway"]


@pytest.mark.parametrize("code", [1000, 1001, 1011, 1012, 4014])
async def test_a_closed_socket_is_opened_again(stage: Stage, code: int) -> None:
    simulator, customer = await stage.open()
    await customer.told("ready")
    simulator.close_sockets(code)
    await customer.told("ready", 2)
    assert (await simulator.wait_for("login", 2))["reconnection"] is True


@pytest.mark.parametrize("keeps_media", [False, True])
async def test_a_punt_ends_the_call_without_a_bye(
    stage: Stage, keeps_media: bool
) -> None:
    # The SDK would spare a call with healthy media that the punt names; none is seen
    # to name one.
    simulator, customer = await stage.call(keepConnectionAliveOnSocketClose=keeps_media)
    simulator.punt()
    await customer.told("callUpdate", state="purge")
    await simulator.wait_for("disconnected")
    assert not [e for e in simulator.events if e["event"] == "hangup"]


async def test_a_half_dead_socket_is_noticed(stage: Stage) -> None:
    simulator, customer = await stage.call()
    customer.excused += ["36003", "Signaling health: probe timed out"]
    simulator.go_half_dead()
    # 20 s of silence, and 5 s for the answer to a probe.
    await simulator.wait_for("media_connected", 2, timeout_s=40)


async def test_pings_are_answered(stage: Stage) -> None:
    simulator, _ = await stage.open("ping-every:0.5")
    await simulator.wait_for("ping", 4)
    assert not [e for e in simulator.events if e["event"] == "disconnected"]


@pytest.mark.parametrize("scenario", ["login-refused", "login-string-code"])
async def test_a_refused_login_is_told(stage: Stage, scenario: str) -> None:
    _, customer = await stage.open(scenario)
    customer.excused.append(".")
    await customer.told("error", code=46001)


@pytest.mark.parametrize(
    "scenario", ["noreg-then-reged:1", "failed-then-reged", "slow-login:1"]
)
async def test_a_gateway_that_comes_up_is_waited_for(
    stage: Stage, scenario: str
) -> None:
    simulator, customer = await stage.open(scenario)
    customer.excused.append(".")
    await customer.told("ready")
    await customer.run("press()")
    await simulator.wait_for("first_packet", timeout_s=20)


async def test_a_failed_gateway_is_told(stage: Stage) -> None:
    _, customer = await stage.open("gateway-failed")
    customer.excused.append(".")
    await customer.told("error", code=45004)


async def test_a_refused_invite_ends_the_call(stage: Stage) -> None:
    _, customer = await stage.open("refuse-invite")
    customer.excused.append(".")
    await customer.told("ready")
    await customer.run("press()")
    await customer.told("callUpdate", state="destroy")


async def test_media_are_renewed_on_a_live_call(stage: Stage) -> None:
    simulator, customer = await stage.call("no-greeting")
    assert (await customer.run("call.peer.restartIce()"))["started"]
    await simulator.wait_for("media_connected", 2, timeout_s=20)
    await stage.speak("Front_Left")
    await simulator.wait_for("recognised", text="front left", timeout_s=20)
