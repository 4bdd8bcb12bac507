"""PURE: the names by which a behaviour is chosen: `NAME` or `NAME:ARGUMENT`.

docs/simulator.md has them as a table; a test holds the two together.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final, get_args

from callpoint.audio.rtp import SPOKEN
from callpoint.errors import CallpointError
from callpoint.simulator.freeswitch import Codec
from callpoint.simulator.link import Stall
from callpoint.simulator.scenario import (
    Answer,
    Attach,
    Fault,
    FaultKind,
    InviteAnswer,
    LoginAnswer,
    Scenario,
    Since,
    UserText,
)

Change = Callable[[Scenario, str], Scenario]


@dataclass(frozen=True)
class Preset:
    """A named behaviour."""

    change: Change
    meaning: str
    argument: str = ""
    """What stands after the colon, such as `SECONDS`; empty takes none."""
    default: str | None = None
    """Of the argument; None when it has to be given."""

    def usage(self, name: str) -> str:
        """As it is typed, such as `close:CODE[,SECONDS]`."""
        if not self.argument:
            return name
        argument = f":{self.argument}"
        return name + (argument if self.default is None else f"[{argument}]")


def _set(**changes: Any) -> Change:
    return lambda scenario, _: replace(scenario, **changes)


def _seconds(field: str) -> Change:
    def change(scenario: Scenario, text: str) -> Scenario:
        changes: dict[str, Any] = {field: _number(text)}
        return replace(scenario, **changes)

    return change


def _number(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1e9:
        raise ValueError(text)
    return value


def _fault(kind: FaultKind, since: Since) -> Change:
    def change(scenario: Scenario, text: str) -> Scenario:
        fault = Fault(kind, since, _number(text))
        return replace(scenario, faults=(*scenario.faults, fault))

    return change


def _close(scenario: Scenario, text: str) -> Scenario:
    code, _, after = text.partition(",")
    if int(code) not in CLOSE_CODES:
        raise ValueError(text)
    fault = Fault(FaultKind.CLOSE, Since.LOGIN, _number(after or "0"), int(code))
    return replace(scenario, faults=(*scenario.faults, fault))


def _bye_after(scenario: Scenario, text: str) -> Scenario:
    after, _, cause = text.partition(",")
    scenario = _fault(FaultKind.BYE, Since.ANSWER)(scenario, after)
    return replace(scenario, bye_cause=cause or scenario.bye_cause)


def _noreg(scenario: Scenario, text: str) -> Scenario:
    states = ("NOREG",) * int(text) + ("REGED",)
    return replace(scenario, gateway_states=states)


def _states(scenario: Scenario, text: str) -> Scenario:
    return replace(scenario, gateway_states=tuple(text.split(",")))


def _codec(scenario: Scenario, text: str) -> Scenario:
    for name in get_args(Codec):
        if name.lower() == text.lower():
            return replace(scenario, quirks=replace(scenario.quirks, codec=name))
    raise ValueError(text)


def _sdp(scenario: Scenario, text: str) -> Scenario:
    if text not in SDP_QUIRKS:
        raise ValueError(text)
    return replace(scenario, quirks=replace(scenario.quirks, **SDP_QUIRKS[text]))


def _link(change: Callable[[str], dict[str, Any]]) -> Change:
    return lambda scenario, text: replace(
        scenario, link=replace(scenario.link, **change(text))
    )


def _loss(text: str) -> dict[str, Any]:
    percent, _, burst = text.partition(",")
    loss = _number(percent) / 100
    burst_packets = int(burst or "1")
    if loss > 1 or burst_packets < 1:
        raise ValueError(text)
    return {"loss": loss, "burst_packets": burst_packets}


def _stall(scenario: Scenario, text: str) -> Scenario:
    at, _, duration = text.partition(",")
    stall = Stall(_number(at), _number(duration) / 1000)
    stalls = (*scenario.link.stalls, stall)
    return replace(scenario, link=replace(scenario.link, stalls=stalls))


def _lose_one(scenario: Scenario, text: str) -> Scenario:
    times_s = (*scenario.link.single_losses_s, _number(text))
    return replace(scenario, link=replace(scenario.link, single_losses_s=times_s))


def _say(scenario: Scenario, text: str) -> Scenario:
    if not text:
        raise ValueError(text)
    return replace(scenario, say=text)


def _big_frame(scenario: Scenario, text: str) -> Scenario:
    return replace(scenario, big_frame_bytes=int(_number(text)))


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

PRESETS: Final[dict[str, Preset]] = {
    "ok": Preset(_set(), "A gateway without faults."),
    "login-error": Preset(
        _set(login=LoginAnswer.AUTHENTICATION_REQUIRED), "A login gets error -32000."
    ),
    "login-refused": Preset(
        _set(login=LoginAnswer.LOGIN_INCORRECT), "A login gets error -32001."
    ),
    "login-string-code": Preset(
        _set(login=LoginAnswer.STRING_CODE), "A login gets an error whose code is text."
    ),
    "silent-login": Preset(
        _set(login=LoginAnswer.NOTHING), "A login is never answered."
    ),
    "close-on-login": Preset(
        _set(login=LoginAnswer.CLOSE), "A login closes the socket."
    ),
    "slow-login": Preset(
        _seconds("login_delay_s"), "A login is answered late.", "SECONDS"
    ),
    "no-client-ready": Preset(
        _set(client_ready=False), "The login is answered, clientReady never comes."
    ),
    "state-in-client-ready": Preset(
        _set(state_in_client_ready=True), "clientReady carries the gateway's state."
    ),
    "noreg-then-reged": Preset(
        _noreg, "The first polls get NOREG, the next REGED.", "TIMES", "2"
    ),
    "gateway-failed": Preset(
        _set(gateway_states=("FAILED",)), "Every poll gets FAILED."
    ),
    "failed-then-reged": Preset(
        _set(gateway_states=("FAILED", "REGED")), "The first poll of all gets FAILED."
    ),
    "gateway-silent": Preset(_set(gateway_states=("",)), "No poll is answered."),
    "gateway-states": Preset(
        _states, "Polls get these states in a row; the last one stays.", "STATE,..."
    ),
    "refuse-invite": Preset(
        _set(invite=InviteAnswer.REFUSED), "An invite gets an error."
    ),
    "silent-invite": Preset(
        _set(invite=InviteAnswer.NOTHING), "An invite gets nothing at all."
    ),
    "ringing-first": Preset(_set(ringing=True), "A ringing comes before the answer."),
    "early-media": Preset(
        _set(early_media=True, answer_delay_s=0.3),
        "A media with SDP comes first, then an answer with the same SDP.",
    ),
    "media-then-answer-without-sdp": Preset(
        _set(early_media=True, answer=Answer.WITHOUT_SDP, answer_delay_s=0.3),
        "A media with SDP comes first, then an answer without.",
    ),
    "duplicate-answer": Preset(_set(duplicate_answer=True), "The answer comes twice."),
    "never-answers": Preset(
        _set(answer=Answer.NEVER), "CALL CREATED, and then nothing."
    ),
    "slow-answer": Preset(
        _seconds("answer_delay_s"), "The answer comes late.", "SECONDS"
    ),
    "media-timeout": Preset(
        _seconds("media_timeout_s"),
        "Without a packet for that long: a bye with MEDIA_TIMEOUT.",
        "SECONDS",
    ),
    "codec": Preset(
        _codec, f"The gateway insists on this codec: {', '.join(SPOKEN)}.", "NAME"
    ),
    "sdp": Preset(_sdp, f"The SDP is strange: {', '.join(SDP_QUIRKS)}.", "QUIRK"),
    "ping-every": Preset(
        _seconds("ping_every_s"),
        "Pings that often, and drops a socket silent for twice as long.",
        "SECONDS",
    ),
    "bye-after": Preset(
        _bye_after, "A bye that long after the answer.", "SECONDS[,CAUSE]"
    ),
    "bye-with-nothing": Preset(
        _set(bye_cause=""), "A bye carries the call's id alone."
    ),
    "punt-after": Preset(
        _fault(FaultKind.PUNT, Since.ANSWER),
        "A punt that long after the answer.",
        "SECONDS",
    ),
    "punt-after-login": Preset(
        _fault(FaultKind.PUNT, Since.LOGIN),
        "A punt that long after the login.",
        "SECONDS",
    ),
    "drop-after": Preset(
        _fault(FaultKind.DROP, Since.ANSWER),
        "The TCP connection is cut that long after the answer; the call lives on.",
        "SECONDS",
    ),
    "drop-after-login": Preset(
        _fault(FaultKind.DROP, Since.LOGIN),
        "The TCP connection is cut that long after the login.",
        "SECONDS",
    ),
    "close": Preset(
        _close, "The socket is closed with this code after the login.", "CODE[,SECONDS]"
    ),
    "half-dead": Preset(
        _fault(FaultKind.HALF_DEAD, Since.LOGIN),
        "The socket stays open that long after the login, but nothing passes any more.",
        "SECONDS",
        "0",
    ),
    "half-dead-after": Preset(
        _fault(FaultKind.HALF_DEAD, Since.ANSWER),
        "The same, after the answer.",
        "SECONDS",
    ),
    "retention": Preset(
        _seconds("retention_s"),
        "A session outlives its socket for that long; 0: it is forgotten at once.",
        "SECONDS",
        "90",
    ),
    "attach-first": Preset(
        _set(attach=Attach.BEFORE_READY), "An attach comes before clientReady."
    ),
    "never-attaches": Preset(
        _set(attach=Attach.NEVER),
        "reattached_sessions names the call, no attach comes.",
    ),
    "attach-unknown": Preset(
        _set(attach_unknown=True), "An attach comes for a call that nobody knows."
    ),
    "silent-assistant": Preset(
        _set(greets=False, replies=False), "The assistant listens and says nothing."
    ),
    "no-greeting": Preset(_set(greets=False), "The assistant waits to be spoken to."),
    "monologue": Preset(
        _seconds("monologue_s"),
        "The assistant speaks known recordings for that long and replies to nothing.",
        "SECONDS",
    ),
    "say": Preset(
        _say, "The assistant says this WAV file and replies to nothing.", "FILE"
    ),
    "loss": Preset(
        _link(_loss),
        "Of what it sends this share is lost, as many packets in a row.",
        "PERCENT[,PACKETS]",
    ),
    "jitter": Preset(
        _link(lambda text: {"jitter_s": _number(text) / 1000}),
        "Each packet that it sends is held for up to that long.",
        "MILLISECONDS",
    ),
    "stall": Preset(
        _stall,
        "Nothing that it sends passes for that long, and then all of it.",
        "SECONDS,MILLISECONDS",
    ),
    "lose-one": Preset(
        _lose_one, "It loses one packet, that long after the first one.", "SECONDS"
    ),
    "seed": Preset(
        _link(lambda text: {"seed": int(text)}),
        "Of the dice that lose and hold packets.",
        "NUMBER",
    ),
    "no-fec": Preset(_set(fec=False), "Its packets do not repeat the ones before."),
    "bare-user-text": Preset(
        _set(user_text=UserText.BARE), "The content of user items is a bare string."
    ),
    "user-text-in-parts": Preset(
        _set(user_text=UserText.PARTS), "The content of user items has several parts."
    ),
    "no-partial-items": Preset(
        _set(partial_user_items=False), "User items come completed only."
    ),
    "tool-timeout": Preset(
        _seconds("tool_timeout_s"), "How long a tool may take.", "SECONDS"
    ),
    "junk-frames": Preset(
        _set(junk=True),
        "Frames to be survived: no JSON, unknown methods, types and ids.",
    ),
    "big-frame": Preset(
        _big_frame, "A frame of that size after the login.", "BYTES", "1000000"
    ),
}


def parse(names: Iterable[str]) -> Scenario:
    """Combine presets, each `NAME` or `NAME:ARGUMENT`; a later one wins.

    Raises CallpointError for a name that is not known or an argument that is wrong.
    """
    scenario = Scenario()
    for name in names:
        scenario = _apply(scenario, name)
    return scenario


def _apply(scenario: Scenario, text: str) -> Scenario:
    name, colon, argument = text.partition(":")
    preset = PRESETS.get(name)
    if preset is None:
        raise CallpointError(f'scenario "{name}" is not known', _advice(name))
    if colon and not preset.argument:
        raise CallpointError(f'scenario "{name}" takes no argument', f'use "{name}"')
    value = argument if colon else preset.default
    usage = f'use "{preset.usage(name)}"'
    if value is None and preset.argument:
        raise CallpointError(f'scenario "{name}" needs an argument', usage)
    try:
        return preset.change(scenario, value or "")
    except ValueError:
        problem = f'scenario "{name}": "{value}" does not fit'
        raise CallpointError(problem, usage) from None


def _advice(name: str) -> str:
    close = get_close_matches(name, PRESETS, 1)
    if close:
        return f'did you mean "{close[0]}"?'
    return f"known are {', '.join(PRESETS)}"
