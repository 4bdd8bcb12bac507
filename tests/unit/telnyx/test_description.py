"""An SDP text cut into sections, and the parts of it that stand a check."""

import pytest

from callpoint.errors import RemoteProtocolError
from callpoint.telnyx.description import (
    LONGEST_CHARACTERS,
    Description,
    Section,
    Transport,
    candidates,
    fmtp_line,
    fmtps,
    join,
    split,
)
from tests.descriptions import ANSWER, OFFER, added, replaced


def test_a_description_is_cut_at_its_media_lines() -> None:
    description = Description.read(ANSWER + "m=video 0 RTP/AVP 97\r\na=mid:1\r\n")
    assert [m.media_line[0] for m in description.media] == ["audio", "video"]
    assert description.session.lines[0] == "v=0"
    assert description.audio.values("mid") == ["0"]
    assert description.media[1].values("mid") == ["1"]


def test_what_was_cut_is_joined_to_the_same_text() -> None:
    assert join(split(OFFER)) == OFFER
    assert join(split(OFFER.replace("\r\n", "\n\n"))) == OFFER


def test_the_longest_description_is_read_and_one_character_more_is_not() -> None:
    longest = added(ANSWER, "a=" + "x" * (LONGEST_CHARACTERS - len(ANSWER) - 4))
    assert len(longest) == LONGEST_CHARACTERS
    assert Description.read(longest).audio
    with pytest.raises(RemoteProtocolError, match="65537 characters"):
        Description.read(f"{longest}\n")


CANDIDATES = [
    # (written, as aioice can pair it)
    (
        "1 1 udp 2130706431 192.0.2.2 5000 typ host",
        "1 1 udp 2130706431 192.0.2.2 5000 typ host",
    ),
    (
        "a/+9 1 UDP 77 2001:db8::2 5000 typ SRFLX raddr :: rport x generation 0",
        "a/+9 1 udp 77 2001:db8::2 5000 typ srflx",
    ),
    ("1 1 udp 1 192.0.2.2 5000 typ relay", "1 1 udp 1 192.0.2.2 5000 typ relay"),
    ("1 2 udp 2130706431 192.0.2.2 5000 typ host", None),
    ("1 1 tcp 2130706431 192.0.2.2 9 typ host tcptype active", None),
    ("1 1 udp 2130706431 4c20bd57-f5d9.local 5000 typ host", None),
    ("1 1 udp 2130706431 192.0.2.256 5000 typ host", None),
    ("1 1 udp 2130706431 192.0.2.2 0 typ host", None),
    ("1 1 udp 2130706431 192.0.2.2 65536 typ host", None),
    ("1 1 udp 21307064311 192.0.2.2 5000 typ host", None),
    ("1 1 udp 2130706431 192.0.2.2 5000 typ magic", None),
    ("1 1 udp 2130706431 192.0.2.2 5000", None),
    ("", None),
]


@pytest.mark.parametrize(("written", "paired"), CANDIDATES)
def test_only_candidates_that_can_be_paired_are_kept(
    written: str, paired: str | None
) -> None:
    expected = [] if paired is None else [f"a=candidate:{paired}"]
    assert candidates(Section((f"a=candidate:{written}",))) == expected


@pytest.mark.parametrize(("algorithm", "octets"), [("sha-384", 48), ("sha-512", 64)])
def test_longer_digests_count_where_they_have_their_length(
    algorithm: str, octets: int
) -> None:
    right, short = ":".join(["AB"] * octets), ":".join(["AB"] * (octets - 1))
    lines = (f"a=fingerprint:{algorithm} {right}", f"a=fingerprint:{algorithm} {short}")
    transport = Transport.read(Description.read(added(ANSWER, *lines)))
    assert transport.fingerprints[1:] == (f"{algorithm} {right}",)


def test_a_digest_of_other_than_hexadecimal_digits_does_not_count() -> None:
    odd = replaced(ANSWER, "sha-256 45", "sha-256 4G")
    with pytest.raises(RemoteProtocolError, match="no usable fingerprint"):
        Transport.read(Description.read(odd))


def test_format_parameters_are_read_and_written_without_blanks() -> None:
    parameters = fmtps(["a=fmtp:96 b=1; a ; c=2=3", "a=fmtp:x y", "a=fmtp:97", "b=8"])
    assert parameters == {"96": {"b": "1", "a": "", "c": "2=3"}}
    assert fmtp_line("96", parameters["96"]) == "a=fmtp:96 b=1;a;c=2=3"
