"""PURE: the names by which a behaviour is chosen: `NAME` or `NAME:ARGUMENT`.

docs/simulator.md has them as a table; a test holds the two together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from http import HTTPStatus
from typing import Final

from callpoint.audio.rtp import SPOKEN
from callpoint.errors import CallpointError
from callpoint.simulator import changes
from callpoint.simulator.scenario import (
    Answer,
    Attach,
    FaultKind,
    InviteAnswer,
    LoginAnswer,
    Scenario,
    Since,
    UserText,
)


@dataclass(frozen=True)
class Preset:
    """A named behaviour."""

    change: changes.Change
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


PRESETS: Final[dict[str, Preset]] = {
    "ok": Preset(changes.setting(), "A gateway without faults."),
    "login-error": Preset(
        changes.setting(login=LoginAnswer.AUTHENTICATION_REQUIRED),
        "A login gets error -32000.",
    ),
    "login-refused": Preset(
        changes.setting(login=LoginAnswer.LOGIN_INCORRECT), "A login gets error -32001."
    ),
    "refuse-login": Preset(
        changes.words("login_refusal"), "A login is refused with these words.", "WORDS"
    ),
    "login-string-code": Preset(
        changes.setting(login=LoginAnswer.STRING_CODE),
        "A login gets an error whose code is text.",
    ),
    "silent-login": Preset(
        changes.setting(login=LoginAnswer.NOTHING), "A login is never answered."
    ),
    "close-on-login": Preset(
        changes.setting(login=LoginAnswer.CLOSE), "A login closes the socket."
    ),
    "conversation-over": Preset(
        changes.setting(conversation_over=True),
        "A login that names a conversation gets error 10007.",
    ),
    "slow-login": Preset(
        changes.seconds("login_delay_s"), "A login is answered late.", "SECONDS"
    ),
    "no-client-ready": Preset(
        changes.setting(client_ready=False),
        "The login is answered, clientReady never comes.",
    ),
    "state-in-client-ready": Preset(
        changes.setting(state_in_client_ready=True),
        "clientReady carries the gateway's state.",
    ),
    "noreg-then-reged": Preset(
        changes.noreg, "The first polls get NOREG, the next REGED.", "TIMES", "2"
    ),
    "gateway-failed": Preset(
        changes.setting(gateway_states=("FAILED",)), "Every poll gets FAILED."
    ),
    "failed-then-reged": Preset(
        changes.setting(gateway_states=("FAILED", "REGED")),
        "The first poll of all gets FAILED.",
    ),
    "gateway-silent": Preset(
        changes.setting(gateway_states=("",)), "No poll is answered."
    ),
    "gateway-states": Preset(
        changes.states,
        "Polls get these states in a row; the last one stays.",
        "STATE,...",
    ),
    "gateway-down": Preset(
        changes.number_of("down_invites", int),
        "So many invites get an error, because the gateway is down.",
        "TIMES",
        "1",
    ),
    "unreachable": Preset(
        changes.number_of("unreachable_answers", int),
        "So many answers lead nowhere: no path for media is found.",
        "TIMES",
        "1",
    ),
    "refuse-invite": Preset(
        changes.setting(invite=InviteAnswer.REFUSED), "An invite gets an error."
    ),
    "silent-invite": Preset(
        changes.setting(invite=InviteAnswer.NOTHING), "An invite gets nothing at all."
    ),
    "ringing-first": Preset(
        changes.setting(ringing=True), "A ringing comes before the answer."
    ),
    "early-media": Preset(
        changes.setting(early_media=True, answer_delay_s=0.3),
        "A media with SDP comes first, then an answer with the same SDP.",
    ),
    "media-then-answer-without-sdp": Preset(
        changes.setting(
            early_media=True, answer=Answer.WITHOUT_SDP, answer_delay_s=0.3
        ),
        "A media with SDP comes first, then an answer without.",
    ),
    "duplicate-answer": Preset(
        changes.setting(duplicate_answer=True), "The answer comes twice."
    ),
    "never-answers": Preset(
        changes.setting(answer=Answer.NEVER), "CALL CREATED, and then nothing."
    ),
    "slow-answer": Preset(
        changes.seconds("answer_delay_s"), "The answer comes late.", "SECONDS"
    ),
    "media-timeout": Preset(
        changes.seconds("media_timeout_s"),
        "Without a packet for that long: a bye with MEDIA_TIMEOUT.",
        "SECONDS",
    ),
    "codec": Preset(
        changes.codec,
        f"The gateway insists on this codec: {', '.join(SPOKEN)}.",
        "NAME",
    ),
    "sdp": Preset(
        changes.sdp, f"The SDP is strange: {', '.join(changes.SDP_QUIRKS)}.", "QUIRK"
    ),
    "ping-every": Preset(
        changes.seconds("ping_every_s"),
        "Pings that often, and drops a socket silent for twice as long.",
        "SECONDS",
    ),
    "bye-after": Preset(
        changes.bye_after, "A bye that long after the answer.", "SECONDS[,CAUSE]"
    ),
    "bye-with-nothing": Preset(
        changes.setting(bye_cause=""), "A bye carries the call's id alone."
    ),
    "punt-after": Preset(
        changes.fault(FaultKind.PUNT, Since.ANSWER),
        "A punt that long after the answer.",
        "SECONDS",
    ),
    "punt-after-login": Preset(
        changes.fault(FaultKind.PUNT, Since.LOGIN),
        "A punt that long after the login.",
        "SECONDS",
    ),
    "mutes-after": Preset(
        changes.fault(FaultKind.MUTE, Since.ANSWER),
        "No RTP comes from then on, but reports do (RTCP): a far end that is silent.",
        "SECONDS",
    ),
    "media-dies-after": Preset(
        changes.fault(FaultKind.MEDIA_DEATH, Since.ANSWER),
        "Its media end closes then; the call can be had again over a new socket.",
        "SECONDS",
    ),
    "drop-after": Preset(
        changes.fault(FaultKind.DROP, Since.ANSWER),
        "The TCP connection is cut that long after the answer; the call lives on.",
        "SECONDS",
    ),
    "drop-after-login": Preset(
        changes.fault(FaultKind.DROP, Since.LOGIN),
        "The TCP connection is cut that long after the login.",
        "SECONDS",
    ),
    "close": Preset(
        changes.close,
        "The socket is closed with this code after the login.",
        "CODE[,SECONDS]",
    ),
    "hang-upgrade": Preset(
        changes.number_of("hung_upgrades", int),
        "The first sockets get no answer to their upgrade, and are cut after 10 s.",
        "TIMES",
        "1",
    ),
    "http": Preset(
        changes.number_of("http_status", lambda text: HTTPStatus(int(text)).value),
        "An upgrade gets this HTTP status.",
        "STATUS",
    ),
    "half-dead": Preset(
        changes.fault(FaultKind.HALF_DEAD, Since.LOGIN),
        "The socket stays open that long after the login, but nothing passes any more.",
        "SECONDS",
        "0",
    ),
    "half-dead-after": Preset(
        changes.fault(FaultKind.HALF_DEAD, Since.ANSWER),
        "The same, after the answer.",
        "SECONDS",
    ),
    "retention": Preset(
        changes.seconds("retention_s"),
        "A session outlives its socket for that long; 0: it is forgotten at once.",
        "SECONDS",
        "90",
    ),
    "attach-first": Preset(
        changes.setting(attach=Attach.BEFORE_READY),
        "An attach comes before clientReady.",
    ),
    "never-attaches": Preset(
        changes.setting(attach=Attach.NEVER),
        "reattached_sessions names the call, no attach comes.",
    ),
    "attach-stops-media": Preset(
        changes.setting(attach_stops_media=True),
        "The old media stop when the attach is offered, not when the new ones flow.",
    ),
    "attach-unknown": Preset(
        changes.setting(attach_unknown=True),
        "An attach comes for a call that nobody knows.",
    ),
    "silent-assistant": Preset(
        changes.setting(greets=False, replies=False),
        "The assistant listens and says nothing.",
    ),
    "no-greeting": Preset(
        changes.setting(greets=False), "The assistant waits to be spoken to."
    ),
    "monologue": Preset(
        changes.seconds("monologue_s"),
        "The assistant speaks known recordings for that long and replies to nothing.",
        "SECONDS",
    ),
    "say": Preset(
        changes.words("say"),
        "The assistant says this WAV file and replies to nothing.",
        "FILE",
    ),
    "loss": Preset(
        changes.link(changes.loss),
        "Of what it sends this share is lost, as many packets in a row.",
        "PERCENT[,PACKETS]",
    ),
    "jitter": Preset(
        changes.link(lambda text: {"jitter_s": changes.number(text) / 1000}),
        "Each packet that it sends is held for up to that long.",
        "MILLISECONDS",
    ),
    "stall": Preset(
        changes.stall,
        "Nothing that it sends passes for that long, and then all of it.",
        "SECONDS,MILLISECONDS",
    ),
    "lose-one": Preset(
        changes.lose_one,
        "It loses one packet, that long after the first one.",
        "SECONDS",
    ),
    "seed": Preset(
        changes.link(lambda text: {"seed": int(text)}),
        "Of the dice that lose and hold packets.",
        "NUMBER",
    ),
    "clock": Preset(
        changes.clock,
        "The far end's clock is that much quicker (or slower, below 0).",
        "PPM",
    ),
    "no-fec": Preset(
        changes.setting(fec=False), "Its packets do not repeat the ones before."
    ),
    "bare-user-text": Preset(
        changes.setting(user_text=UserText.BARE),
        "The content of user items is a bare string.",
    ),
    "user-text-in-parts": Preset(
        changes.setting(user_text=UserText.PARTS),
        "The content of user items has several parts.",
    ),
    "no-partial-items": Preset(
        changes.setting(partial_user_items=False), "User items come completed only."
    ),
    "tool-timeout": Preset(
        changes.seconds("tool_timeout_s"), "How long a tool may take.", "SECONDS"
    ),
    "junk-frames": Preset(
        changes.setting(junk=True),
        "Frames to be survived: no JSON, unknown methods, types and ids.",
    ),
    "big-frame": Preset(
        changes.number_of("big_frame_bytes", lambda text: int(changes.number(text))),
        "A frame of that size after the login.",
        "BYTES",
        "1000000",
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
