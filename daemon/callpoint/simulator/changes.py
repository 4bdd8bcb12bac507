"""PURE: what a preset changes in a scenario, from the text of its argument.

A change raises ValueError for an argument that does not fit.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, get_args

from callpoint.simulator.freeswitch import Codec
from callpoint.simulator.link import Stall
from callpoint.simulator.scenario import (
    Fault,
    FaultKind,
    Scenario,
    Since,
)

Change = Callable[[Scenario, str], Scenario]


def setting(**changes: Any) -> Change:
    return lambda scenario, _: replace(scenario, **changes)


def seconds(field: str) -> Change:
    return number_of(field, number)


def number_of(field: str, read: Callable[[str], float]) -> Change:
    def change(scenario: Scenario, text: str) -> Scenario:
        changes: dict[str, Any] = {field: read(text)}
        return replace(scenario, **changes)

    return change


def number(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e9:
        raise ValueError(text)
    return value


def fault(kind: FaultKind, since: Since) -> Change:
    def change(scenario: Scenario, text: str) -> Scenario:
        fault = Fault(kind, since, number(text))
        return replace(scenario, faults=(*scenario.faults, fault))

    return change


def close(scenario: Scenario, text: str) -> Scenario:
    code, _, after = text.partition(",")
    if int(code) not in CLOSE_CODES:
        raise ValueError(text)
    fault = Fault(FaultKind.CLOSE, Since.LOGIN, number(after or "0"), int(code))
    return replace(scenario, faults=(*scenario.faults, fault))


def bye_after(scenario: Scenario, text: str) -> Scenario:
    after, _, cause = text.partition(",")
    scenario = fault(FaultKind.BYE, Since.ANSWER)(scenario, after)
    return replace(scenario, bye_cause=cause or scenario.bye_cause)


def noreg(scenario: Scenario, text: str) -> Scenario:
    states = ("NOREG",) * int(text) + ("REGED",)
    return replace(scenario, gateway_states=states)


def states(scenario: Scenario, text: str) -> Scenario:
    return replace(scenario, gateway_states=tuple(text.split(",")))


def codec(scenario: Scenario, text: str) -> Scenario:
    for name in get_args(Codec):
        if name.lower() == text.lower():
            return replace(scenario, quirks=replace(scenario.quirks, codec=name))
    raise ValueError(text)


def sdp(scenario: Scenario, text: str) -> Scenario:
    if text not in SDP_QUIRKS:
        raise ValueError(text)
    return replace(scenario, quirks=replace(scenario.quirks, **SDP_QUIRKS[text]))


def link(change: Callable[[str], dict[str, Any]]) -> Change:
    return lambda scenario, text: replace(
        scenario, link=replace(scenario.link, **change(text))
    )


def loss(text: str) -> dict[str, Any]:
    percent, _, burst = text.partition(",")
    loss = number(percent) / 100
    burst_packets = int(burst or "1")
    if loss > 1 or burst_packets < 1:
        raise ValueError(text)
    return {"loss": loss, "burst_packets": burst_packets}


def stall(scenario: Scenario, text: str) -> Scenario:
    at, _, duration = text.partition(",")
    stall = Stall(number(at), number(duration) / 1000)
    stalls = (*scenario.link.stalls, stall)
    return replace(scenario, link=replace(scenario.link, stalls=stalls))


def lose_one(scenario: Scenario, text: str) -> Scenario:
    times_s = (*scenario.link.single_losses_s, number(text))
    return replace(scenario, link=replace(scenario.link, single_losses_s=times_s))


def clock(scenario: Scenario, text: str) -> Scenario:
    if not abs(ppm := float(text)) <= _MOST_PPM:
        raise ValueError(text)
    return replace(scenario, clock_ppm=ppm)


def words(field: str) -> Change:
    def change(scenario: Scenario, text: str) -> Scenario:
        if not text:
            raise ValueError(text)
        changes: dict[str, Any] = {field: text}
        return replace(scenario, **changes)

    return change


_MOST_PPM: Final = 1000
CLOSE_CODES: Final = {*range(1000, 1004), *range(1006, 1015), *range(3000, 5000)}
"""RFC 6455 section 7.4; 1006 stands for a cut without a close frame."""

SDP_QUIRKS: Final[dict[str, dict[str, Any]]] = {
    "no-mid": {"mid": None},
    "other-mid": {"mid": "audio"},
    "actpass": {"setup": "actpass"},
    "no-setup": {"setup": None},
    "no-rtcp-mux": {"rtcp_mux": False},
    "no-rtpmap": {"rtpmap": False},
    "no-end-of-candidates": {"end_of_candidates": False},
}
