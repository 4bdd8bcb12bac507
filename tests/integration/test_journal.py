"""The log in a real journal: one that journald wrote, in a namespace of its own."""

import subprocess
import sys
from pathlib import Path

from callpoint.system.entries import Entry
from tests import private_journal

PROGRAM = """
import logging
from callpoint.system import log
from callpoint.system.entries import Entry

log.start("info")
teller = logging.getLogger("callpoint.station")
fields = Entry.CALL_ENDED.fields(
    call_id="6ff2", cause="NORMAL_CLEARING", mos=4.2, telnyx_session_id="s-1", by=None
)
teller.info("call 6ff2 ended\\nby %s", "far", extra=fields)
try:
    {}["key"]
except KeyError as error:
    teller.error("it broke off", exc_info=error, extra=Entry.BROKEN.fields())
teller.warning("half a \\ud83d character")
teller.debug("nobody asked")
for _ in range(20):
    teller.warning("again")
print("what a library prints", flush=True)
"""


def told() -> list[private_journal.Entry]:
    ran = subprocess.run(
        [*private_journal.private_journal(), sys.executable, "-c", PROGRAM],
        capture_output=True,
        text=True,
        check=True,
    )
    return private_journal.entries(ran.stdout)


def test_a_wrong_configuration_is_an_error_in_the_journal(tmp_path: Path) -> None:
    wrong = tmp_path / "callpoint.toml"
    wrong.write_text("[assistant]\ntarget_idd = 1\n[led]\npin = 99\n")
    command = (sys.executable, "-m", "callpoint", "run", "--config", str(wrong))
    ran = subprocess.run(
        [*private_journal.private_journal(), *command],
        capture_output=True,
        text=True,
        check=True,
    )
    found = private_journal.entries(ran.stdout)
    assert len(found) >= 2
    assert {entry["PRIORITY"] for entry in found} == {"3"}
    assert all(entry["MESSAGE"].startswith(f"{wrong}: ") for entry in found)


def test_an_entry_has_a_line_for_people_and_fields_for_machines() -> None:
    found = told()
    # What is printed takes another way, and may come sooner.
    (printed,) = (entry for entry in found if entry["_TRANSPORT"] == "stdout")
    ended, broken, half, *again = (entry for entry in found if entry is not printed)
    assert ended["MESSAGE"] == "call 6ff2 ended by far"
    assert ended["MESSAGE_ID"] == Entry.CALL_ENDED.value
    assert ended["PRIORITY"] == "6"
    assert ended["SYSLOG_IDENTIFIER"] == "callpoint"
    assert ended["CALLPOINT_EVENT"] == "call_ended"
    assert ended["CALLPOINT_CALL_ID"] == "6ff2"
    assert ended["CALLPOINT_CAUSE"] == "NORMAL_CLEARING"
    assert ended["CALLPOINT_MOS"] == "4.2"
    assert ended["TELNYX_SESSION_ID"] == "s-1"
    assert "CALLPOINT_BY" not in ended
    assert ended["LOGGER"] == "callpoint.station"
    assert ended["CODE_LINE"].isdecimal()

    # A traceback is there for who looks for it, and not in the line.
    assert broken["MESSAGE"] == "it broke off"
    assert broken["PRIORITY"] == "3"
    assert "KeyError: 'key'" in broken["CALLPOINT_TRACEBACK"]

    assert half["MESSAGE"] == "half a ? character"
    assert [entry["MESSAGE"] for entry in again] == ["again"] * 5
    # Nothing is lost that does not come through the log.
    assert printed["MESSAGE"] == "what a library prints"
