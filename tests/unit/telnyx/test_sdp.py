"""What goes to signalling, and what a remote description becomes for aiortc."""

import re
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from callpoint.errors import RemoteProtocolError
from callpoint.telnyx.sdp import (
    mend_answer,
    mend_offer,
    prepare_answer,
    prepare_offer,
)
from tests.descriptions import (
    ANSWER,
    ATTACH_OFFER,
    OFFER,
    REFUSED_VIDEO,
    added,
    in_session,
    mutations,
    replaced,
    without,
)

DIGEST = re.findall("sha-256 ([0-9A-F:]+)", ANSWER)[0]


def starting(sdp: str, start: str) -> list[str]:
    return [line for line in sdp.split("\r\n") if line.startswith(start)]


def test_an_offer_goes_out_with_its_sha_256_fingerprint_only() -> None:
    fingerprints = starting(prepare_offer(OFFER), "a=fingerprint:")
    assert [value.split(":")[1:3] for value in fingerprints] == [["sha-256 0C", "CA"]]


def test_an_offer_asks_for_opus_with_fec_and_20_ms_packets() -> None:
    offer = prepare_offer(OFFER)
    assert starting(offer, "a=fmtp:") == ["a=fmtp:96 minptime=10;useinbandfec=1"]
    assert starting(offer, "a=ptime:") == ["a=ptime:20"]
    assert "a=rtpmap:96 opus/48000/2\r\na=fmtp:96 " in offer


def test_an_offer_keeps_other_opus_parameters_and_has_one_ptime() -> None:
    offer = prepare_offer(added(OFFER, "a=fmtp:96 stereo=0; minptime=3", "a=ptime:60"))
    assert starting(offer, "a=fmtp:") == [
        "a=fmtp:96 stereo=0;minptime=10;useinbandfec=1"
    ]
    assert starting(offer, "a=ptime:") == ["a=ptime:20"]


def test_an_offer_stays_as_it_is_otherwise() -> None:
    prepared = prepare_offer(OFFER)
    for start in ("a=fingerprint:sha-384", "a=fingerprint:sha-512"):
        assert start not in prepared
    added_lines = {"a=fmtp:96 minptime=10;useinbandfec=1", "a=ptime:20"}
    kept = [line for line in prepared.splitlines() if line not in added_lines]
    assert kept == [
        x for x in OFFER.splitlines() if "sha-384" not in x and "sha-512" not in x
    ]
    assert len(starting(prepared, "a=candidate:")) == 2


def test_an_offer_without_opus_gets_no_opus_parameters() -> None:
    assert starting(prepare_offer(replaced(OFFER, "96 opus", "96 L16")), "a=fmtp") == []


def test_an_answer_has_the_profile_of_the_offer() -> None:
    answer = prepare_answer(OFFER, ATTACH_OFFER)
    assert starting(answer, "m=") == ["m=audio 33945 RTP/SAVPF 96 9 0 8"]


@pytest.mark.parametrize("mids", [["a=mid:0"], []])
@pytest.mark.parametrize("groups", [["a=group:BUNDLE 0"], []])
def test_an_answer_has_mid_and_bundle_only_where_the_offer_had_them(
    mids: list[str], groups: list[str]
) -> None:
    offer = added(in_session(without(ATTACH_OFFER, "a=mid:"), *groups), *mids)
    answer = prepare_answer(OFFER, offer)
    assert starting(answer, "a=mid:") == mids
    assert starting(answer, "a=group:") == groups


def test_an_answer_refuses_in_its_place_what_is_not_audio() -> None:
    video = "m=video 9 RTP/SAVPF 97 98\r\na=rtpmap:97 VP8/90000\r\n"
    offer = replaced(ATTACH_OFFER, "m=audio", f"{video}m=audio")
    answer = prepare_answer(OFFER, offer)
    assert starting(answer, "m=") == [
        "m=video 0 RTP/SAVPF 97 98",
        "m=audio 33945 RTP/SAVPF 96 9 0 8",
    ]


def test_a_mended_answer_is_written_anew() -> None:
    assert mend_answer(ANSWER, "0").splitlines() == [
        "v=0",
        "o=- 0 0 IN IP4 0.0.0.0",
        "s=-",
        "t=0 0",
        "a=group:BUNDLE 0",
        "m=audio 9 UDP/TLS/RTP/SAVPF 96 101 13",
        "c=IN IP4 0.0.0.0",
        "a=sendrecv",
        "a=mid:0",
        "a=rtcp-mux",
        "a=rtpmap:96 opus/48000/2",
        "a=fmtp:96 useinbandfec=1;maxaveragebitrate=30000;ptime=20;minptime=10",
        "a=rtpmap:101 telephone-event/48000",
        "a=fmtp:101 0-16",
        "a=rtpmap:13 CN/8000",
        "a=ssrc:3699583393 cname:K2HknTRZl1p68VPF",
        "a=ssrc:3699583393 msid:GHVvLj3nPKycSfBNZBXwExoFdYHAQ2AQ a0",
        "a=ssrc:3699583393 mslabel:GHVvLj3nPKycSfBNZBXwExoFdYHAQ2AQ",
        "a=ssrc:3699583393 label:GHVvLj3nPKycSfBNZBXwExoFdYHAQ2AQa0",
        "a=candidate:3068080591 1 udp 2130706431 203.0.113.94 16952 typ host",
        "a=end-of-candidates",
        "a=ice-ufrag:Ve8HU3HAZpKuww8t",
        "a=ice-pwd:U8R0EsQEEyI3gtfTkw5dLsu4",
        f"a=fingerprint:sha-256 {DIGEST}",
        "a=setup:active",
    ]


MENDED: dict[str, tuple[Callable[[str], str], str, list[str]]] = {
    "no mid": (lambda s: without(s, "a=mid:"), "a=mid:", ["a=mid:0"]),
    "another mid": (
        lambda s: replaced(s, "a=mid:0", "a=mid:audio"),
        "a=mid:",
        ["a=mid:0"],
    ),
    "no group": (lambda s: s, "a=group:", ["a=group:BUNDLE 0"]),
    "a group of others": (
        lambda s: in_session(s, "a=group:BUNDLE audio video"),
        "a=group:",
        ["a=group:BUNDLE 0"],
    ),
    "no rtcp-mux": (
        lambda s: without(s, "a=rtcp-mux"),
        "a=rtcp-mux",
        ["a=rtcp-mux"],
    ),
    "component 2": (
        lambda s: s,
        "a=candidate:",
        ["a=candidate:3068080591 1 udp 2130706431 203.0.113.94 16952 typ host"],
    ),
    "no candidates": (lambda s: without(s, "a=candidate:"), "a=candidate:", []),
    "end of candidates": (lambda s: s, "a=end", ["a=end-of-candidates"]),
    "no end of candidates": (lambda s: without(s, "a=end-of-candidates"), "a=end", []),
    "a static payload type without rtpmap": (
        lambda s: replaced(without(s, "a=rtpmap:"), " 96 101 13", " 0 9 8"),
        "a=rtpmap:",
        ["a=rtpmap:0 PCMU/8000", "a=rtpmap:9 G722/8000", "a=rtpmap:8 PCMA/8000"],
    ),
    "a codec that the media line does not name": (
        lambda s: replaced(s, " 96 101 13", " 0 101"),
        "a=rtpmap:",
        ["a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/48000"],
    ),
    "rtpmaps in another order than the media line": (
        lambda s: replaced(s, " 96 101 13", " 13 0 96"),
        "a=rtpmap:",
        ["a=rtpmap:13 CN/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:96 opus/48000/2"],
    ),
    "fmtp without rtpmap": (
        lambda s: added(without(s, "a=rtpmap:101"), "a=fmtp:18 annexb=no"),
        "a=fmtp:",
        ["a=fmtp:96 useinbandfec=1;maxaveragebitrate=30000;ptime=20;minptime=10"],
    ),
    "fmtp with blanks and a bad number": (
        lambda s: replaced(
            s, "useinbandfec=1; max", "useinbandfec=1 ;  stereo=yes;;stereo=; max"
        ),
        "a=fmtp:96",
        ["a=fmtp:96 useinbandfec=1;maxaveragebitrate=30000;ptime=20;minptime=10"],
    ),
    "fmtp without parameters": (
        lambda s: replaced(s, "a=fmtp:101 0-16", "a=fmtp:101 ;"),
        "a=fmtp:101",
        [],
    ),
    "payload types that cannot be": (
        lambda s: added(
            replaced(s, " 96 101 13", " 96 72 200 x 96"),
            "a=rtpmap:72 L8/8000",
            "a=rtpmap:200 L16/8000",
        ),
        "m=",
        ["m=audio 9 UDP/TLS/RTP/SAVPF 96"],
    ),
    "ice-lite at media level": (
        lambda s: added(s, "a=ice-lite"),
        "a=ice-lite",
        ["a=ice-lite"],
    ),
    "no direction": (
        lambda s: without(s, "a=sendrecv"),
        "a=send",
        ["a=sendrecv"],
    ),
    "a direction at session level": (
        lambda s: in_session(without(s, "a=sendrecv"), "a=sendonly"),
        "a=send",
        ["a=sendonly"],
    ),
    "RTP/SAVPF": (lambda s: s, "m=", ["m=audio 9 UDP/TLS/RTP/SAVPF 96 101 13"]),
    "a port with a count": (
        lambda s: replaced(s, "16952 RTP/SAVPF", "16952/2 rtp/savpf"),
        "m=",
        ["m=audio 9 UDP/TLS/RTP/SAVPF 96 101 13"],
    ),
    "a refused video section": (
        lambda s: s + REFUSED_VIDEO,
        "m=",
        ["m=audio 9 UDP/TLS/RTP/SAVPF 96 101 13"],
    ),
    "a refused audio section first": (
        lambda s: replaced(s, "m=audio", "m=audio 0 RTP/AVP 0\r\nm=audio"),
        "m=",
        ["m=audio 9 UDP/TLS/RTP/SAVPF 96 101 13"],
    ),
    "a damaged source": (
        lambda s: added(
            without(s, "a=ssrc:"),
            "a=ssrc:x cname:y",
            "a=ssrc:1 cname",
            "a=ssrc:7 cname:z",
        ),
        "a=ssrc:",
        ["a=ssrc:7 cname:z"],
    ),
    "two fingerprints at media level": (
        lambda s: added(
            s, "a=fingerprint:SHA-1 00:11", f"a=fingerprint:SHA-256 {DIGEST.lower()}"
        ),
        "a=fingerprint:",
        [f"a=fingerprint:sha-256 {DIGEST}"],
    ),
    "another fingerprint at session level": (
        lambda s: in_session(s, f"a=fingerprint:sha-256 {DIGEST.replace('45', '46')}"),
        "a=fingerprint:",
        [f"a=fingerprint:sha-256 {DIGEST}"],
    ),
    "transport at session level": (
        lambda s: in_session(
            without(without(s, "a=ice-"), "a=fingerprint:"),
            "a=ice-ufrag:Ve8H",
            "a=ice-pwd:U8R0EsQEEyI3gtfTkw5dLsu4",
            f"a=fingerprint:sha-256 {DIGEST}",
        ),
        "a=ice-",
        ["a=ice-ufrag:Ve8H", "a=ice-pwd:U8R0EsQEEyI3gtfTkw5dLsu4"],
    ),
    "header extensions": (
        lambda s: added(s, "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid extra"),
        "a=extmap",
        [],
    ),
}


@pytest.mark.parametrize("case", MENDED)
def test_an_answer_is_mended(case: str) -> None:
    edit, start, expected = MENDED[case]
    assert starting(mend_answer(edit(ANSWER), "0"), start) == expected


@pytest.mark.parametrize("case", [case for case in MENDED if case != "another mid"])
def test_an_offer_is_mended_alike(case: str) -> None:
    edit, start, expected = MENDED[case]
    assert starting(mend_offer(edit(ATTACH_OFFER)), start) == expected


@pytest.mark.parametrize("offered_mid", ["0", "audio"])
def test_an_answer_gets_the_mid_that_was_offered(offered_mid: str) -> None:
    mended = mend_answer(ANSWER, offered_mid)
    assert starting(mended, "a=mid:") == [f"a=mid:{offered_mid}"]
    assert starting(mended, "a=group:") == [f"a=group:BUNDLE {offered_mid}"]


@pytest.mark.parametrize(("mid", "kept"), [("audio", "audio"), ("a b", "0"), ("", "0")])
def test_an_offer_keeps_its_mid_where_it_has_one(mid: str, kept: str) -> None:
    mended = mend_offer(replaced(ATTACH_OFFER, "a=mid:0", f"a=mid:{mid}"))
    assert starting(mended, "a=mid:") == [f"a=mid:{kept}"]
    assert starting(mended, "a=group:") == [f"a=group:BUNDLE {kept}"]


SETUPS = [
    # (written, in an answer, in an offer)
    ("a=setup:active", "active", "active"),
    ("a=setup:passive", "passive", "passive"),
    ("a=setup:actpass", "active", "actpass"),
    ("a=setup:holdconn", "active", "actpass"),
    ("a=silly", "active", "actpass"),
]


@pytest.mark.parametrize(("written", "in_an_answer", "in_an_offer"), SETUPS)
def test_setup_becomes_a_role_that_can_be(
    written: str, in_an_answer: str, in_an_offer: str
) -> None:
    sdp = replaced(ANSWER, "a=setup:active", written)
    assert starting(mend_answer(sdp, "0"), "a=setup") == [f"a=setup:{in_an_answer}"]
    assert starting(mend_offer(sdp), "a=setup") == [f"a=setup:{in_an_offer}"]


def test_a_session_level_setup_counts() -> None:
    sdp = in_session(without(ANSWER, "a=setup:"), "a=setup:passive")
    assert starting(mend_answer(sdp, "0"), "a=setup") == ["a=setup:passive"]


ENDINGS: dict[str, Callable[[str], str]] = {
    "bare LF": lambda s: s.replace("\r\n", "\n"),
    "bare CR": lambda s: s.replace("\r\n", "\r"),
    "blank lines": lambda s: s.replace("\r\n", "\r\n\r\n"),
    "indented": lambda s: s.replace("\r\n", " \r\n  "),
    "no last line end": lambda s: s.removesuffix("\r\n"),
    "rubbish behind it": lambda s: f'{s}"}}\x00\x00\ufffd\r\na=caf\xe9:1\r\n\r\n==',
    "a byte order mark": lambda s: f"\ufeff{s}",
    "cut-off media lines behind it": lambda s: f"{s}m=\r\nm=audio\r\nm=audio 9",
}


@pytest.mark.parametrize("case", ENDINGS)
def test_how_lines_end_and_what_is_no_line_changes_nothing(case: str) -> None:
    assert mend_answer(ENDINGS[case](ANSWER), "0") == mend_answer(ANSWER, "0")


UNMENDABLE: dict[str, tuple[str, str]] = {
    "empty": ("", "is empty"),
    "blank": (" \r\n", "is empty"),
    "not SDP": ("<html>502 Bad Gateway</html>", "is not SDP: it has no m= line"),
    "1 MB of rubbish": ("m=audio 9 RTP/SAVPF 0\r\n" * 45_000, "1035000 characters"),
    "no media": (ANSWER.partition("m=")[0], "is not SDP: it has no m= line"),
    "no audio": (replaced(ANSWER, "m=audio", "m=video"), "has no audio section"),
    "refused": (
        replaced(ANSWER, "m=audio 16952", "m=audio 0"),
        r"refused .*\(port 0\)",
    ),
    "no fingerprint": (without(ANSWER, "a=fingerprint:"), "no usable fingerprint"),
    "an old fingerprint": (replaced(ANSWER, "sha-256", "md5"), "no usable fingerprint"),
    "a cut fingerprint": (replaced(ANSWER, ":62:28", ":62"), "no usable fingerprint"),
    "no ice-ufrag": (without(ANSWER, "a=ice-ufrag:"), "no usable ice-ufrag"),
    "another alphabet": (replaced(ANSWER, "frag:Ve", "frag:V\xe9"), "no usable ice-uf"),
    "a control character": (
        replaced(ANSWER, "frag:V", "frag:\x01"),
        "no usable ice-uf",
    ),
    "a blank ice-pwd": (replaced(ANSWER, "pwd:U8R0", "pwd:U8 R0"), "no usable ice-pwd"),
    "no transport": (
        without(without(ANSWER, "a=ice-"), "a=fingerprint:"),
        "no usable ice-ufrag, ice-pwd, fingerprint$",
    ),
    "a foreign codec": (replaced(ANSWER, "opus", "SILK"), "only SILK/48000/2, teleph"),
    "another clock": (replaced(ANSWER, "opus/48", "opus/16"), "only opus/16000/2, te"),
    "no codec": (without(ANSWER, "a=rtpmap:"), "only unknown ones"),
}


@pytest.mark.parametrize("case", UNMENDABLE)
def test_a_description_that_cannot_be_mended_tells_what_it_lacks(case: str) -> None:
    sdp, sentence = UNMENDABLE[case]
    with pytest.raises(RemoteProtocolError, match=sentence):
        mend_answer(sdp, "0")
    with pytest.raises(RemoteProtocolError, match=sentence):
        mend_offer(sdp)


def test_mending_twice_is_mending_once() -> None:
    once = mend_answer(ANSWER, "0")
    assert mend_answer(once, "0") == once


@settings(deadline=None)
@given(st.text(), st.text(max_size=3))
@example("m=audio 9 RTP/SAVPF 0", "0")
@example("a=candidate:\r\nm=audio 1 2 3\r\na=fmtp:", "0")
def test_any_text_is_mended_or_refused(sdp: str, mid: str) -> None:
    try:
        mended = mend_answer(sdp, mid)
    except RemoteProtocolError:
        return
    assert mended.startswith("v=0\r\n")


@settings(deadline=None)
@given(mutations(ANSWER))
def test_any_mutation_is_mended_or_refused(sdp: str) -> None:
    try:
        once = mend_answer(sdp, "0")
    except RemoteProtocolError:
        return
    assert mend_answer(once, "0") == once
    assert starting(once, "m=") == starting(once, "m=audio 9 UDP/TLS/RTP/SAVPF ")
