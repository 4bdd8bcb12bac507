import base64
import json
from pathlib import Path

import pytest

from callpoint.audio.rtp import RtpPacket
from callpoint.simulator.tape import Tape, payload

HEADER = bytes([0x80, 96, 0x12, 0x34, 0, 0, 0, 7]) + b"ssrc"


def test_each_packet_is_a_line_with_its_fate(tmp_path: Path) -> None:
    tape = Tape(tmp_path / "packets.jsonl")
    tape.sent(HEADER + b"first", 1.5, 0.0)
    tape.sent(HEADER + b"lost", 1.52, None)
    tape.received(RtpPacket(9, 960, 96, b"theirs", 1, 1.53))
    tape.close()
    lines = [json.loads(line) for line in tape.path.read_text().splitlines()]
    assert lines[0] == {
        "way": "sent",
        "monotonic_s": 1.5,
        "held_s": 0.0,
        "sequence": 0x1234,
        "timestamp": 7,
        "base64": base64.b64encode(b"first").decode(),
    }
    assert lines[1]["held_s"] is None
    assert (lines[2]["way"], lines[2]["sequence"]) == ("received", 9)
    assert base64.b64decode(lines[2]["base64"]) == b"theirs"


def test_sources_and_extensions_are_no_payload() -> None:
    extended = bytes([0x92]) + HEADER[1:] + b"src1src2" + bytes([0xBE, 0xDE, 0, 1])
    assert payload(extended + b"ext1" + b"speech") == b"speech"


def test_a_full_disk_ends_the_tape_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "full").symlink_to("/dev/full")
    tape = Tape(tmp_path / "full")
    for _ in range(200):
        tape.sent(HEADER + bytes(100), 0.0, 0.0)
    tape.close()
    assert caplog.text.count("it ends here") == 1
