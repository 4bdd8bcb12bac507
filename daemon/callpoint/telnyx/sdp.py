"""PURE: what we change in a description of ours, what we mend in a remote one.

The far end writes classic FreeSWITCH SDP; aiortc 1.16 reads strict WebRTC SDP and fails
on the difference in many ways, some of them silent. A mended description is therefore
written anew from what was understood, so that a line that aiortc would stumble over
never reaches it.
"""

import re
from typing import Final

from callpoint.errors import RemoteProtocolError
from callpoint.telnyx.description import (
    Description,
    Section,
    Transport,
    candidates,
    fmtp_line,
    fmtps,
    join,
    rtpmaps,
    split,
)

# Without useinbandfec the far end sends no FEC (RFC 7587 section 6.1).
_OPUS_PARAMETERS: Final = {"minptime": "10", "useinbandfec": "1"}
_SPOKEN_CODECS: Final = {"opus/48000", "g722/8000", "pcmu/8000", "pcma/8000"}
_DIRECTIONS: Final = {"a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"}
_SSRC: Final = re.compile("[0-9]{1,10} [a-z]+:.+")


def prepare_offer(sdp: str) -> str:
    """The offer as it goes to signalling; the local description stays as it is.

    Only the sha-256 fingerprint is left of aiortc's three, for a far end that reads but
    one. aiortc names no Opus parameters and no ptime: both are added.
    """
    kept = [line for line in split(sdp) if _is_signalled(line)]
    opus = _opus_payload_type(sdp)
    parameters = fmtps(kept).get(opus, {}) | _OPUS_PARAMETERS
    lines = []
    for line in kept:
        if not line.startswith(f"a=fmtp:{opus} "):
            lines.append(line)
        if line.startswith(f"a=rtpmap:{opus} "):
            lines.append(fmtp_line(opus, parameters))
    return join([*lines, "a=ptime:20"])


def prepare_answer(sdp: str, offer: str) -> str:
    """Our answer as it goes to signalling; `offer` is what the far end sent, unmended.

    As `prepare_offer`, and it matches the offer where aiortc's answer does not: one
    section for each of the offer's, in its order (RFC 3264 section 6), with its profile
    (FreeSWITCH refuses audio whose profile changed), and a mid and a BUNDLE group only
    where it had them (RFC 9143 section 7.3).
    """
    ours, theirs = Description.read(prepare_offer(sdp)), Description.read(offer)
    audio = theirs.audio
    bundled = any(v.startswith("BUNDLE") for v in theirs.session.values("group"))
    lines = list(ours.session.lines)
    if not bundled:
        lines = [line for line in lines if not line.startswith("a=group:BUNDLE")]
    for section in theirs.media:
        accepted = section is audio
        lines += _accepted(ours.audio, section) if accepted else _refused(section)
    return join(lines)


def mend_offer(sdp: str) -> str:
    """A remote offer as aiortc takes it; RemoteProtocolError tells what it lacks."""
    description = Description.read(sdp)
    mids = [mid for mid in description.audio.values("mid") if mid and " " not in mid]
    return _mended(description, [*mids, "0"][0], ("actpass", "active", "passive"))


def mend_answer(sdp: str, offered_mid: str) -> str:
    """A remote answer as aiortc takes it; RemoteProtocolError tells what it lacks.

    `offered_mid` is the mid of the audio section that we offered, our only one.
    """
    # By RFC 4145 section 4 an answer without setup is passive. Browsers, which the far
    # end is made for, take it for active (libwebrtc, NegotiateDtlsRole).
    return _mended(Description.read(sdp), offered_mid, ("active", "passive"))


def _mended(description: Description, mid: str, setups: tuple[str, ...]) -> str:
    """The first of `setups` stands in for a missing or an impossible one."""
    audio, session = description.audio, description.session
    lines, codecs = {*audio.lines, *session.lines}, _spoken_codecs(audio)
    setup = [s for s in audio.values("setup") + session.values("setup") if s in setups]
    return join(
        [
            "v=0",
            "o=- 0 0 IN IP4 0.0.0.0",
            "s=-",
            "t=0 0",
            # aiortc reads it at session level only.
            *({"a=ice-lite"} & lines),
            f"a=group:BUNDLE {mid}",
            f"m=audio 9 UDP/TLS/RTP/SAVPF {' '.join(codecs)}",
            "c=IN IP4 0.0.0.0",
            _direction(audio, session),
            f"a=mid:{mid}",
            "a=rtcp-mux",
            *_codec_lines(codecs, fmtps(audio.lines)),
            *[f"a=ssrc:{v}" for v in audio.values("ssrc") if _SSRC.fullmatch(v)],
            *candidates(audio),
            *({"a=end-of-candidates"} & lines),
            *_transport_lines(Transport.read(description)),
            f"a=setup:{[*setup, setups[0]][0]}",
        ]
    )


def _spoken_codecs(audio: Section) -> dict[str, str]:
    """All codecs by payload type, of which we speak at least one."""
    codecs = rtpmaps(audio)
    if not any(_is_spoken(codec) for codec in codecs.values()):
        raise RemoteProtocolError(
            "the far end's description has no codec that we speak, only "
            f"{', '.join(codecs.values()) or 'unknown ones'}",
            "The far end must allow Opus, G722, PCMU or PCMA.",
        )
    return codecs


def _codec_lines(
    codecs: dict[str, str], parameters: dict[str, dict[str, str]]
) -> list[str]:
    """In the order of the media line, which aiortc does not heed."""
    lines = []
    for payload_type, codec in codecs.items():
        lines.append(f"a=rtpmap:{payload_type} {codec}")
        if parameters.get(payload_type):
            lines.append(fmtp_line(payload_type, parameters[payload_type]))
    return lines


def _transport_lines(transport: Transport) -> list[str]:
    return [
        f"a=ice-ufrag:{transport.ufrag}",
        f"a=ice-pwd:{transport.pwd}",
        *(f"a=fingerprint:{value}" for value in transport.fingerprints),
    ]


def _direction(*levels: Section) -> str:
    """RFC 8866 section 6.7: sendrecv unless told; untold, aiortc sends nothing."""
    told = [line for level in levels for line in level.lines if line in _DIRECTIONS]
    return told[0] if told else "a=sendrecv"


def _accepted(ours: Section, offered: Section) -> list[str]:
    kind, port, _, *formats = ours.media_line
    has_mid = bool(offered.values("mid"))
    return [
        f"m={kind} {port} {offered.media_line[2]} {' '.join(formats)}",
        *(line for line in ours.lines[1:] if has_mid or not line.startswith("a=mid:")),
    ]


def _refused(offered: Section) -> list[str]:
    kind, _, profile, *formats = offered.media_line
    return [f"m={kind} 0 {profile} {' '.join(formats)}", "c=IN IP4 0.0.0.0"]


def _is_signalled(line: str) -> bool:
    if line.startswith("a=fingerprint:"):
        return line.startswith("a=fingerprint:sha-256 ")
    return not line.startswith("a=ptime:")


def _is_spoken(codec: str) -> bool:
    return "/".join(codec.lower().split("/")[:2]) in _SPOKEN_CODECS


def _opus_payload_type(sdp: str) -> str:
    """Of our own description; empty when Opus is not in it."""
    match = re.search(
        "^a=rtpmap:([0-9]+) opus/48000", sdp, re.MULTILINE | re.IGNORECASE
    )
    return match[1] if match else ""
