import json
import wave
from pathlib import Path

import pytest

from callpoint.audio.frames import FRAME_BYTES
from callpoint.errors import CallpointError
from callpoint.simulator.recording import Recording


def test_a_recording_is_two_wavs_the_packets_and_what_was_said_when(
    tmp_path: Path,
) -> None:
    recording = Recording(tmp_path / "calls", "a-1", began_s=12.5)
    recording.heard.write(b"h" * FRAME_BYTES)
    recording.heard.write(b"i" * FRAME_BYTES)
    recording.said.write(b"s" * FRAME_BYTES)
    recording.note("caller", "front left", 0, 960)
    recording.close()
    told = json.loads((tmp_path / "calls" / "a-1.json").read_text())
    assert told == {
        "call_id": "a-1",
        "rate_hz": 48000,
        "began_monotonic_s": 12.5,
        "heard": "a-1-heard.wav",
        "said": "a-1-said.wav",
        "packets": "a-1-packets.jsonl",
        "utterances": [
            {
                "who": "caller",
                "text": "front left",
                "start_samples": 0,
                "end_samples": 960,
            }
        ],
    }
    with wave.open(str(tmp_path / "calls" / told["heard"])) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (
            48000,
            1,
            2,
        )
        assert file.readframes(9999) == b"h" * FRAME_BYTES + b"i" * FRAME_BYTES


@pytest.mark.parametrize("call_id", ["../../etc/x", "/etc/x", "a\0b", "x" * 500, ""])
def test_a_client_cannot_choose_where_its_call_is_written(
    tmp_path: Path, call_id: str
) -> None:
    folder = tmp_path / "calls"
    Recording(folder, call_id, 0).close()
    assert len(list(folder.iterdir())) == 4
    assert list(tmp_path.iterdir()) == [folder]


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CallpointError, match="cannot record: Not a directory"):
        Recording(tmp_path / "file" / "calls", "a", 0)


def test_a_full_disk_ends_the_recording_and_not_the_call(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "a-heard.wav").symlink_to("/dev/full")
    recording = Recording(tmp_path, "a", 0)
    for _ in range(100):
        recording.heard.write(bytes(FRAME_BYTES))
    recording.close()
    assert "No space left on device" in caplog.text
    assert caplog.text.count("it ends here") == 1
