"""Descriptions that stand for what is seen on the wire, and small edits of them."""

from hypothesis import strategies as st

# As aiortc 1.16 writes it, with the longer digests cut to what a reader can bear.
OFFER = """\
v=0
o=- 4004412249 4004412249 IN IP4 0.0.0.0
s=-
t=0 0
a=group:BUNDLE 0
a=msid-semantic:WMS *
m=audio 33945 UDP/TLS/RTP/SAVPF 96 9 0 8
c=IN IP4 192.0.2.2
a=sendrecv
a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid
a=mid:0
a=msid:c10fc0c4-242b-46fe-91d7-23fb5442c927 3ea14311-6b57-4bbd-ac59-61d030421723
a=rtcp:9 IN IP4 0.0.0.0
a=rtcp-mux
a=ssrc:3753758188 cname:3a6c8c03-06d7-4ab9-a4a8-dea815d6ffde
a=rtpmap:96 opus/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000
a=candidate:f957a2332b1715da 1 udp 2130706431 192.0.2.2 33945 typ host
a=candidate:d0bcf3d9c29a2bc8 1 udp 1694498815 198.51.100.7 40001 typ srflx raddr \
192.0.2.2 rport 33945
a=end-of-candidates
a=ice-ufrag:eAqZ
a=ice-pwd:9vQbZKo3PKXF9VhNExNnUY
a=fingerprint:sha-256 0C:CA:74:05:2B:44:E6:95:B4:7D:73:6C:0E:7C:22:C9:B6:F0:E0:9D:83:FB\
:79:C0:3A:93:11:6F:52:1A:A9:C5
a=fingerprint:sha-384 E3:22:45
a=fingerprint:sha-512 DC:E9:02
a=setup:actpass
""".replace("\n", "\r\n")

# The vendor's FreeSWITCH: the shape of the offer in messages/attach.ts of
# @telnyx/react-native-voice-sdk 1.1.0, as an answer with Opus.
ANSWER = """\
v=0
o=FreeSWITCH 1753331097 1753331099 IN IP4 203.0.113.94
s=FreeSWITCH
c=IN IP4 203.0.113.94
t=0 0
a=msid-semantic: WMS GHVvLj3nPKycSfBNZBXwExoFdYHAQ2AQ
m=audio 16952 RTP/SAVPF 96 101 13
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1; maxaveragebitrate=30000; ptime=20; minptime=10
a=rtpmap:101 telephone-event/48000
a=fmtp:101 0-16
a=rtpmap:13 CN/8000
a=silenceSupp:off - - - -
a=ptime:20
a=sendrecv
a=mid:0
a=fingerprint:sha-256 45:57:25:EC:5D:91:D9:DD:B0:63:16:19:96:35:69:74:50:10:D4:0F:AF:7C\
:4A:48:10:B5:0C:9E:D8:81:62:28
a=setup:active
a=rtcp-mux
a=rtcp:16952 IN IP4 203.0.113.94
a=ice-ufrag:Ve8HU3HAZpKuww8t
a=ice-pwd:U8R0EsQEEyI3gtfTkw5dLsu4
a=candidate:3068080591 1 udp 2130706431 203.0.113.94 16952 typ host generation 0
a=candidate:3068080591 2 udp 2130706430 203.0.113.94 16952 typ host generation 0
a=end-of-candidates
a=ssrc:3699583393 cname:K2HknTRZl1p68VPF
a=ssrc:3699583393 msid:GHVvLj3nPKycSfBNZBXwExoFdYHAQ2AQ a0
a=ssrc:3699583393 mslabel:GHVvLj3nPKycSfBNZBXwExoFdYHAQ2AQ
a=ssrc:3699583393 label:GHVvLj3nPKycSfBNZBXwExoFdYHAQ2AQa0
""".replace("\n", "\r\n")

# The same FreeSWITCH, as it asks for a new leg of a call after a reconnection.
ATTACH_OFFER = ANSWER.replace("a=setup:active", "a=setup:actpass")

REFUSED_VIDEO = "m=video 0 RTP/SAVPF 19\r\n"


def without(sdp: str, start: str) -> str:
    """Without the lines that start so; there must be one."""
    lines = sdp.splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(start)]
    assert len(kept) < len(lines), start
    return "".join(kept)


def replaced(sdp: str, old: str, new: str) -> str:
    """With another text in its place, which must be there."""
    assert old in sdp, old
    return sdp.replace(old, new)


def added(sdp: str, *lines: str) -> str:
    """With more lines at the end, which is in the last media section."""
    return sdp + "".join(f"{line}\r\n" for line in lines)


def in_session(sdp: str, *lines: str) -> str:
    """With more lines at the session level."""
    return replaced(sdp, "t=0 0\r\n", added("t=0 0\r\n", *lines))


def _cut(line: str, at: int) -> list[str]:
    return [line[: at % (len(line) + 1)]]


def _filled(line: str, at: int, text: str) -> list[str]:
    place = at % (len(line) + 1)
    return [line[:place] + text + line[place:]]


@st.composite
def mutations(draw: st.DrawFn, sdp: str) -> str:
    """The description after a few accidents to its lines."""
    lines = sdp.splitlines()
    for _ in range(draw(st.integers(1, 8))):
        index = draw(st.integers(0, len(lines) - 1))
        line, at, text = lines[index], draw(st.integers(0, 200)), draw(st.text())
        accidents = {
            "lost": [],
            "doubled": [line, line],
            "cut": _cut(line, at),
            "filled": _filled(line, at, text),
            "replaced": [text],
            "moved": [lines[at % len(lines)], line],
        }
        lines[index : index + 1] = accidents[draw(st.sampled_from(sorted(accidents)))]
        lines = lines or [""]
    return draw(st.sampled_from(["\r\n", "\n", "\r"])).join(lines)


def without_candidates(sdp: str) -> str:
    """Of a far end that nobody can reach; it must not reach us either."""
    return "\r\n".join(line for line in sdp.split("\r\n") if "candidate" not in line)
