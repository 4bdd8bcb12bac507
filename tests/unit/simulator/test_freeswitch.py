"""aiortc's descriptions in the shape that the vendor's FreeSWITCH writes them."""

from dataclasses import replace

import pytest

from callpoint.errors import RemoteProtocolError
from callpoint.simulator.freeswitch import OFFER as AN_OFFER
from callpoint.simulator.freeswitch import Codec, Quirks, take_offer, write
from tests.descriptions import OFFER, in_session, replaced, without

AN_ANSWER = Quirks()

WRITTEN = """\
v=0
o=FreeSWITCH 4004412249 4004412250 IN IP4 192.0.2.2
s=FreeSWITCH
c=IN IP4 192.0.2.2
t=0 0
a=msid-semantic: WMS c10fc0c4242b46fe91d723fb5442c927
m=audio 33945 RTP/SAVPF 96
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1; maxaveragebitrate=30000; maxplaybackrate=48000; ptime=20; \
minptime=10; maxptime=40
a=silenceSupp:off - - - -
a=ptime:20
a=sendrecv
a=mid:0
a=fingerprint:sha-256 0C:CA:74:05:2B:44:E6:95:B4:7D:73:6C:0E:7C:22:C9:B6:F0:E0:9D:83:FB\
:79:C0:3A:93:11:6F:52:1A:A9:C5
a=setup:active
a=rtcp-mux
a=rtcp:33945 IN IP4 192.0.2.2
a=ice-ufrag:eAqZ
a=ice-pwd:9vQbZKo3PKXF9VhNExNnUY
a=candidate:f957a2332b1715da 1 udp 2130706431 192.0.2.2 33945 typ host generation 0
a=candidate:f957a2332b1715da 2 udp 2130706430 192.0.2.2 33945 typ host generation 0
a=candidate:d0bcf3d9c29a2bc8 1 udp 1694498815 198.51.100.7 40001 typ srflx raddr \
192.0.2.2 rport 33945 generation 0
a=candidate:d0bcf3d9c29a2bc8 2 udp 1694498814 198.51.100.7 40001 typ srflx raddr \
192.0.2.2 rport 33945 generation 0
a=end-of-candidates
a=ssrc:3753758188 cname:3a6c8c03-06d7-4ab9-a4a8-dea815d6ffde
a=ssrc:3753758188 msid:c10fc0c4242b46fe91d723fb5442c927 a0
a=ssrc:3753758188 mslabel:c10fc0c4242b46fe91d723fb5442c927
a=ssrc:3753758188 label:c10fc0c4242b46fe91d723fb5442c927a0
""".replace("\n", "\r\n")


def test_an_answer_is_written_line_by_line_as_freeswitch_does() -> None:
    assert write(OFFER, AN_ANSWER) == WRITTEN


QUIRKS: dict[str, tuple[Quirks, str]] = {
    "an offer": (AN_OFFER, replaced(WRITTEN, "setup:active", "setup:actpass")),
    "no mid": (Quirks(mid=None), without(WRITTEN, "a=mid:")),
    "another mid": (Quirks(mid="audio"), replaced(WRITTEN, "mid:0", "mid:audio")),
    "no setup": (Quirks(setup=None), without(WRITTEN, "a=setup:")),
    "no rtcp-mux": (Quirks(rtcp_mux=False), without(WRITTEN, "a=rtcp-mux")),
    "no end of candidates": (
        Quirks(end_of_candidates=False),
        without(WRITTEN, "a=end-of-candidates"),
    ),
    "a stream's name": (
        Quirks(stream=32 * "e"),
        replaced(WRITTEN, "c10fc0c4242b46fe91d723fb5442c927", 32 * "e"),
    ),
    "Opus has its rtpmap at all times": (Quirks(rtpmap=False), WRITTEN),
}


@pytest.mark.parametrize("case", QUIRKS)
def test_a_quirk_changes_its_own_line_only(case: str) -> None:
    quirks, expected = QUIRKS[case]
    assert write(OFFER, quirks) == expected


STATIC: list[tuple[Codec, str]] = [("G722", "9"), ("PCMU", "0"), ("PCMA", "8")]


@pytest.mark.parametrize(("codec", "payload_type"), STATIC)
def test_a_static_payload_type_may_go_without_its_rtpmap(
    codec: Codec, payload_type: str
) -> None:
    with_it = write(OFFER, Quirks(codec=codec))
    expected = replaced(
        without(WRITTEN, "a=fmtp:"),
        "a=rtpmap:96 opus/48000/2",
        f"a=rtpmap:{payload_type} {codec}/8000",
    )
    assert with_it == replaced(expected, "SAVPF 96", f"SAVPF {payload_type}")
    assert write(OFFER, Quirks(codec=codec, rtpmap=False)) == without(
        with_it, "a=rtpmap:"
    )


@pytest.mark.parametrize("codec", ["opus", "G722", "PCMU", "PCMA"])
def test_an_offer_is_taken_with_one_codec_left(codec: Codec) -> None:
    taken = take_offer(OFFER, codec)
    rtpmaps = [line for line in taken.splitlines() if line.startswith("a=rtpmap:")]
    (media,) = [line for line in taken.splitlines() if line.startswith("m=")]
    payload_type = media.split()[3:]
    assert [line.split()[1].split("/")[0] for line in rtpmaps] == [codec]
    assert [rtpmaps[0].split()[0]] == [f"a=rtpmap:{pt}" for pt in payload_type]


def test_an_offer_is_taken_with_the_parameters_of_its_codec_only() -> None:
    offer = f"{OFFER}a=fmtp:96 useinbandfec=1\r\na=fmtp:9 x=1\r\n"
    fmtps = [x for x in take_offer(offer, "G722").splitlines() if "fmtp" in x]
    assert fmtps == ["a=fmtp:9 x=1"]


def test_an_offer_is_taken_mended() -> None:
    taken = take_offer(without(OFFER, "a=mid:"), "opus")
    assert "a=mid:0\r\n" in taken
    assert "a=setup:actpass\r\n" in taken


def test_an_offer_without_the_codec_is_refused() -> None:
    offer = without(OFFER, "a=rtpmap:96")
    with pytest.raises(RemoteProtocolError, match="does not offer opus"):
        take_offer(offer, "opus")
    with pytest.raises(RemoteProtocolError, match="does not offer opus"):
        write(offer, AN_ANSWER)


def test_the_sha_256_fingerprint_is_written_wherever_it_stands() -> None:
    shorter = replaced(OFFER, "a=ice-ufrag", "a=fingerprint:sha-1 00:11\r\na=ice-ufrag")
    assert write(shorter, AN_ANSWER) == WRITTEN


def test_quirks_add_up() -> None:
    quirks = replace(AN_OFFER, mid=None, rtcp_mux=False, codec="PCMU", rtpmap=False)
    written = write(in_session(OFFER, "a=ice-lite"), quirks)
    for absent in ("a=mid", "a=rtcp-mux", "a=rtpmap", "a=fmtp", "BUNDLE", "ice-lite"):
        assert absent not in written
