"""PURE: aiortc's descriptions in the shape that the vendor's FreeSWITCH writes them.

The model is a real offer, kept as a comment in the vendor's SDK (`messages/attach.ts`
of @telnyx/react-native-voice-sdk 1.1.0). What varies is a quirk to choose.

A gateway made of aiortc gives the client's offer to `take_offer` and its own answer to
`write`; its own offer (of a re-attach) to `write` with `OFFER`, and the client's answer
to `callpoint.telnyx.sdp.mend_answer`, since the two may differ in their mid.
"""

from dataclasses import dataclass
from typing import Final, Literal

from callpoint.errors import RemoteProtocolError
from callpoint.telnyx.description import Description, Section, join, rtpmaps, split
from callpoint.telnyx.sdp import mend_offer

Codec = Literal["opus", "G722", "PCMU", "PCMA"]

# As FreeSWITCH writes them, blanks included (signalwire/freeswitch issue 1310).
_OPUS_PARAMETERS: Final = (
    "useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; "
    "minptime=10; maxptime=40"
)


@dataclass(frozen=True)
class Quirks:
    """What this FreeSWITCH says; the defaults are those of an answer."""

    codec: Codec = "opus"
    """The one codec that it settles on."""
    mid: str | None = "0"
    setup: Literal["active", "actpass"] | None = "active"
    rtcp_mux: bool = True
    rtpmap: bool = True
    """False leaves out the rtpmap of a static payload type: G722, PCMU and PCMA."""
    end_of_candidates: bool = True
    stream: str = ""
    """The stream's name, which a call keeps when its media are renewed (32 letters).

    Without one aiortc's is taken, which each peer connection makes anew."""


OFFER: Final = Quirks(setup="actpass")


def take_offer(offer: str, codec: Codec) -> str:
    """The client's offer as an aiortc gateway takes it, with the one codec left.

    aiortc answers with all codecs of the offer, FreeSWITCH with the one that it chose.
    RemoteProtocolError is raised for an offer that lacks it, or cannot be mended.
    """
    mended = mend_offer(offer)
    chosen = _payload_type(Description.read(mended).audio, codec)
    lines = []
    for line in split(mended):
        if line.startswith("m=audio "):
            lines.append(" ".join([*line.split()[:3], chosen]))
        elif _is_about(line, chosen):
            lines.append(line)
    return join(lines)


def write(sdp: str, quirks: Quirks) -> str:
    """aiortc's local description as FreeSWITCH would have written it.

    RemoteProtocolError is raised when aiortc did not negotiate the codec to write.
    """
    description = Description.read(sdp)
    audio = description.audio
    _, session_id, version, *_ = _value(description.session, "o=").split()
    connection = _value(audio, "c=")
    return join(
        [
            "v=0",
            f"o=FreeSWITCH {session_id} {int(version) + 1} {connection}",
            "s=FreeSWITCH",
            f"c={connection}",
            "t=0 0",
            f"a=msid-semantic: WMS {_stream(audio, quirks)}",
            *_media_lines(audio, quirks),
            *_transport_lines(audio, quirks),
            *_source_lines(audio, quirks),
        ]
    )


def unreachable(sdp: str) -> str:
    """A description that leads nowhere, and whose checks fail."""
    kept = [line for line in split(sdp) if not line.startswith("a=candidate:")]
    return join(
        [f"{line}x" if line.startswith("a=ice-pwd:") else line for line in kept]
    )


def _media_lines(audio: Section, quirks: Quirks) -> list[str]:
    payload_type = _payload_type(audio, quirks.codec)
    lines = [f"m=audio {audio.media_line[1]} RTP/SAVPF {payload_type}"]
    if quirks.rtpmap or quirks.codec == "opus":
        lines.append(f"a=rtpmap:{payload_type} {rtpmaps(audio)[payload_type]}")
    if quirks.codec == "opus":
        lines.append(f"a=fmtp:{payload_type} {_OPUS_PARAMETERS}")
    lines += ["a=silenceSupp:off - - - -", "a=ptime:20", "a=sendrecv"]
    if quirks.mid is not None:
        lines.append(f"a=mid:{quirks.mid}")
    return lines


def _transport_lines(audio: Section, quirks: Quirks) -> list[str]:
    sha_256 = [v for v in audio.values("fingerprint") if v.startswith("sha-256 ")]
    lines = [f"a=fingerprint:{sha_256[0]}"]
    if quirks.setup is not None:
        lines.append(f"a=setup:{quirks.setup}")
    if quirks.rtcp_mux:
        lines.append("a=rtcp-mux")
    lines += [
        f"a=rtcp:{audio.media_line[1]} {_value(audio, 'c=')}",
        f"a=ice-ufrag:{audio.values('ice-ufrag')[0]}",
        f"a=ice-pwd:{audio.values('ice-pwd')[0]}",
        *_candidate_lines(audio),
    ]
    if quirks.end_of_candidates:
        lines.append("a=end-of-candidates")
    return lines


def _candidate_lines(audio: Section) -> list[str]:
    """Each candidate for component 1 and, on the same port, for component 2."""
    lines = []
    for value in audio.values("candidate"):
        foundation, _, protocol, priority, *rest = value.split()
        tail = f"{' '.join(rest)} generation 0"
        for component in (1, 2):
            lowered = int(priority) - component + 1
            start = f"{foundation} {component} {protocol} {lowered}"
            lines.append(f"a=candidate:{start} {tail}")
    return lines


def _source_lines(audio: Section, quirks: Quirks) -> list[str]:
    ssrc, cname = audio.values("ssrc")[0].split(" ", 1)
    stream = _stream(audio, quirks)
    values = [cname, f"msid:{stream} a0", f"mslabel:{stream}", f"label:{stream}a0"]
    return [f"a=ssrc:{ssrc} {value}" for value in values]


def _value(section: Section, start: str) -> str:
    return next(line[2:] for line in section.lines if line.startswith(start))


def _stream(audio: Section, quirks: Quirks) -> str:
    """The name of the stream, without dashes: FreeSWITCH writes 32 letters."""
    return quirks.stream or audio.values("msid")[0].split()[0].replace("-", "")


def _payload_type(audio: Section, codec: Codec) -> str:
    for payload_type, name in rtpmaps(audio).items():
        if name.split("/")[0].lower() == codec.lower():
            return payload_type
    raise RemoteProtocolError(f"the client's description does not offer {codec}")


def _is_about(line: str, payload_type: str) -> bool:
    """Whether a line concerns this payload type, or none at all."""
    if line.startswith(("a=rtpmap:", "a=fmtp:")):
        return line.split(":", 1)[1].startswith(f"{payload_type} ")
    return True
