"""PURE: an SDP text cut into sections, and the parts of it that stand a check.

What may be changed or mended is decided in `sdp.py`; this room only reads and writes.
All that it returns is printable ASCII, in one line, without runs of blanks.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from callpoint.errors import RemoteProtocolError

# Ten times the largest description that a browser writes for one audio section.
LONGEST_CHARACTERS: Final = 65_536

# RFC 8866 section 5.14: kind, port, profile and at least one format.
_MEDIA_LINE_WORDS: Final = 4

# RFC 3551 section 6: these may come without an rtpmap.
_STATIC_RTPMAPS: Final = {"0": "PCMU/8000", "8": "PCMA/8000", "9": "G722/8000"}
# RFC 5761 section 4: with rtcp-mux these look like RTCP, and aiortc asserts on them.
_RTCP_LOOKALIKES: Final = range(72, 77)
_DIGEST_BYTES: Final = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
# aiortc converts these to int without looking.
_INTEGER_PARAMETERS: Final = re.compile(
    "apt|max-fr|max-fs|maxplaybackrate|minptime|stereo|useinbandfec"
)
_RTPMAP: Final = re.compile(r"([0-9]{1,3}) ([^ /]+/[0-9]{1,6}(?:/[0-9]{1,2})?)")
_FMTP: Final = re.compile(r"a=fmtp:([0-9]{1,3}) (.+)")
_CANDIDATE: Final = re.compile(
    r"([^ ]+) 1 udp ([0-9]{1,10}) ([^ ]+) ([0-9]{1,5}) typ (host|srflx|prflx|relay)"
    r"(?: .*)?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Section:
    """The session's own lines, or one media section with its `m=` line first."""

    lines: tuple[str, ...]

    @property
    def media_line(self) -> list[str]:
        """Kind, port, profile and formats of a media section."""
        return self.lines[0].removeprefix("m=").split()

    def values(self, attribute: str) -> list[str]:
        """All values of `a=attribute:value`, in order."""
        prefix = f"a={attribute}:"
        found = [line for line in self.lines if line.startswith(prefix)]
        return [line.removeprefix(prefix).strip() for line in found]


@dataclass(frozen=True)
class Description:
    """A description cut into sections."""

    session: Section
    media: tuple[Section, ...]

    @classmethod
    def read(cls, sdp: str) -> Self:
        """Cut any text; what cannot be SDP is left out.

        RemoteProtocolError is raised when it is empty, too long, or has no media.
        """
        if len(sdp) > LONGEST_CHARACTERS:
            raise RemoteProtocolError(
                f"the far end's description has {len(sdp)} characters, more than "
                f"{LONGEST_CHARACTERS}"
            )
        groups: list[list[str]] = [[]]
        for line in split(sdp):
            if line.startswith("m="):
                groups.append([])
            groups[-1].append(line)
        session, *sections = (Section(tuple(group)) for group in groups)
        media = tuple(m for m in sections if len(m.media_line) >= _MEDIA_LINE_WORDS)
        if not media:
            what = "is not SDP: it has no m= line" if sdp.strip() else "is empty"
            raise RemoteProtocolError(f"the far end's description {what}")
        return cls(session, media)

    @property
    def audio(self) -> Section:
        """The first audio section that is not refused (RFC 3264 section 6: port 0)."""
        audio = [m for m in self.media if m.media_line[0] == "audio"]
        if not audio:
            raise RemoteProtocolError("the far end's description has no audio section")
        for section in audio:
            if section.media_line[1] != "0":
                return section
        raise RemoteProtocolError("the far end refused the audio section (port 0)")


@dataclass(frozen=True)
class Transport:
    """What leads to an ICE and DTLS peer, each from the media or the session level."""

    ufrag: str
    pwd: str
    fingerprints: tuple[str, ...]
    """Those that aiortc can check, each as `sha-256 AB:CD:...`."""

    @classmethod
    def read(cls, description: Description) -> Self:
        """RemoteProtocolError names all that is missing or malformed."""
        audio, session = description.audio, description.session
        ufrag = _token(audio, "ice-ufrag") or _token(session, "ice-ufrag")
        pwd = _token(audio, "ice-pwd") or _token(session, "ice-pwd")
        # A media level fingerprint takes the place of the session's (RFC 8122
        # section 5); aiortc adds them up, and then fails the handshake.
        fingerprints = _fingerprints(audio) or _fingerprints(session)
        wanted = {"ice-ufrag": ufrag, "ice-pwd": pwd, "fingerprint": fingerprints}
        lacking = [name for name, value in wanted.items() if not value]
        if lacking:
            raise RemoteProtocolError(
                f"the far end's description has no usable {', '.join(lacking)}"
            )
        return cls(ufrag, pwd, fingerprints)


def split(sdp: str) -> list[str]:
    """The lines in printable ASCII, whatever ends them."""
    lines = [" ".join(line.split()) for line in sdp.splitlines()]
    return [x for x in lines if x and x.isascii() and x.isprintable()]


def join(lines: Iterable[str]) -> str:
    """A text of lines that each end in CR LF (RFC 8866 section 5)."""
    return "".join(f"{line}\r\n" for line in lines)


def rtpmaps(audio: Section) -> dict[str, str]:
    """Payload type to codec (`opus/48000/2`), in the order of the media line."""
    found = [match for match in map(_RTPMAP.fullmatch, audio.values("rtpmap")) if match]
    named = _STATIC_RTPMAPS | {match[1]: match[2] for match in found}
    offered = [pt for pt in audio.media_line[3:] if pt in named]
    return {pt: named[pt] for pt in offered if _is_payload_type(int(pt))}


def fmtps(lines: Iterable[str]) -> dict[str, dict[str, str]]:
    """Payload type to format parameters by name; a bare one has an empty value."""
    found = [match for match in map(_FMTP.fullmatch, lines) if match]
    return {match[1]: _parameters(match[2]) for match in found}


def fmtp_line(payload_type: str, parameters: dict[str, str]) -> str:
    """The line without blanks: aiortc takes a blank after ";" for part of a name."""
    text = ";".join(f"{n}={v}" if v else n for n, v in parameters.items())
    return f"a=fmtp:{payload_type} {text}"


def candidates(audio: Section) -> list[str]:
    """What aioice can pair: component 1, UDP, a literal address; one line each.

    With rtcp-mux FreeSWITCH's component 2 has no use. A name ending in `.local` would
    hold setRemoteDescription for up to a second; its owner's checks find us anyway.
    """
    lines = []
    for match in map(_CANDIDATE.fullmatch, audio.values("candidate")):
        if match and _is_address(match[3]) and 0 < int(match[4]) < 65_536:
            foundation, priority, address, port, kind = match.groups()
            where = f"1 udp {priority} {address} {port} typ {kind.lower()}"
            lines.append(f"a=candidate:{foundation} {where}")
    return lines


def _parameters(text: str) -> dict[str, str]:
    parts = [part.strip().partition("=") for part in text.split(";") if part.strip()]
    return {name: value for name, _, value in parts if _is_parameter(name, value)}


def _fingerprints(level: Section) -> tuple[str, ...]:
    values = [value.partition(" ") for value in level.values("fingerprint")]
    checkable = [
        f"{algorithm.lower()} {digest.upper()}"
        for algorithm, _, digest in values
        if _is_digest(digest, _DIGEST_BYTES.get(algorithm.lower(), 0))
    ]
    return tuple(dict.fromkeys(checkable))


def _token(level: Section, attribute: str) -> str:
    values = [v for v in level.values(attribute) if v and " " not in v]
    return values[0] if values else ""


def _is_parameter(name: str, value: str) -> bool:
    if _INTEGER_PARAMETERS.fullmatch(name):
        return re.fullmatch("[0-9]{1,9}", value) is not None
    return True


def _is_digest(text: str, length_bytes: int) -> bool:
    octets = text.split(":")
    return len(octets) == length_bytes and all(
        re.fullmatch("[0-9A-Fa-f]{2}", octet) for octet in octets
    )


def _is_payload_type(number: int) -> bool:
    return number < 128 and number not in _RTCP_LOOKALIKES


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
