"""What the daemon leaves in the journal, as journalctl shows it."""

import signal
from contextlib import ExitStack
from pathlib import Path

from callpoint.system.entries import Entry
from tests import private_journal
from tests.daemon.programs import Daemon, FarEnd, configuration, ended

SECRET = "a-secret-of-the-turn-server"
SAID = "my name is Ada and I stand at gate 4"


def journal_of_a_call(programs: ExitStack, folder: Path, log: str = "") -> str:
    """A daemon that logged in, held a call in which was spoken, and was stopped."""
    under = private_journal.private_journal()
    far = programs.enter_context(ended(FarEnd(folder)))
    turn = (
        "[[server.webrtc_ice_servers]]\n"
        'urls = ["turn:127.0.0.1:9"]\nusername = "u"\n'
        f'credential = "{SECRET}"'
    )
    toml = configuration(far.url, log=log).replace("webrtc_ice_servers = []", turn)
    daemon = programs.enter_context(ended(Daemon(folder, toml, under=under)))
    daemon.ready()
    daemon.press()
    daemon.wait(event="call", state="active")
    daemon.command("say", text=SAID)
    daemon.wait(event="transcript", text=SAID, final=True)
    daemon.command("hangup")
    daemon.wait(event="summary")
    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.process.stdout is not None
    text = daemon.process.stdout.read().decode()
    assert daemon.process.wait(5) == 0
    return text


def test_a_call_is_told_in_entries_that_belong_together(
    programs: ExitStack, tmp_path: Path
) -> None:
    text = journal_of_a_call(programs, tmp_path, 'level = "debug"')
    told = [e for e in private_journal.entries(text) if "MESSAGE_ID" in e]
    assert [entry["MESSAGE_ID"] for entry in told] == [
        Entry.STARTED.value,
        Entry.LOGGED_IN.value,
        Entry.CALL_PLACED.value,
        Entry.CALL_ANSWERED.value,
        Entry.CALL_ENDED.value,
        Entry.CALL_MEASURED.value,
        Entry.STOPPING.value,
    ]
    of_call = told[2:6]
    assert len({entry["CALLPOINT_CALL_ID"] for entry in of_call}) == 1
    _, answered, over, measured = of_call
    assert answered["TELNYX_SESSION_ID"] == over["TELNYX_SESSION_ID"]
    assert (over["CALLPOINT_BY"], over["CALLPOINT_CAUSE"]) == (
        "near",
        "hung up",
    )
    assert 1 <= float(measured["CALLPOINT_MOS"]) <= 4.5

    # Not even who looks for faults reads secrets, or what was said.
    assert SECRET not in text
    assert SAID not in text


def test_what_was_said_is_in_it_when_that_is_asked_for(
    programs: ExitStack, tmp_path: Path
) -> None:
    text = journal_of_a_call(programs, tmp_path, "transcripts = true")
    said = [
        entry
        for entry in private_journal.entries(text)
        if entry.get("MESSAGE_ID") == Entry.TRANSCRIPT.value
    ]
    assert f"user: {SAID}" in [entry["MESSAGE"] for entry in said]
    assert {entry["CALLPOINT_ROLE"] for entry in said} <= {"user", "assistant"}
