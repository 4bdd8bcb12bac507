"""A far end that is not heard any more, and one that only says nothing."""

from contextlib import ExitStack
from pathlib import Path

from tests.daemon.programs import Daemon, FarEnd, configuration, ended, wait_until


def in_call(
    programs: ExitStack, folder: Path, *scenario: str
) -> tuple[FarEnd, Daemon, str]:
    names = [word for name in scenario for word in ("--scenario", name)]
    far = programs.enter_context(ended(FarEnd(folder, *names)))
    toml = configuration(far.url, button='mode = "toggle"')
    ours = programs.enter_context(ended(Daemon(folder, toml))).ready()
    ours.press()
    return far, ours, str(ours.wait(event="call", state="active")["id"])


def test_a_call_whose_media_died_is_had_again_over_a_new_socket(
    programs: ExitStack, tmp_path: Path
) -> None:
    far, ours, call_id = in_call(
        programs, tmp_path, "monologue:60", "media-dies-after:1"
    )
    quiet = ours.wait(event="media", kind="quiet")
    wait_until(lambda: ours.status()["led"] == "connecting")
    far.wait(event="attached", call_id=call_id)
    flowing = ours.wait(event="media", kind="flowing")
    assert flowing["monotonic_s"] - quiet["monotonic_s"] < 6
    wait_until(lambda: ours.status()["led"] == "microphone open")
    assert not ours.status()["call"]["quiet"]
    assert ours.none(event="call", state="ended")
    assert "Traceback" not in ours.log


def test_a_far_end_that_says_nothing_but_reports_is_left_alone(
    programs: ExitStack, tmp_path: Path
) -> None:
    _, ours, call_id = in_call(programs, tmp_path, "monologue:60", "mutes-after:0")
    # The second report of the figures comes after 5 s of no RTP.
    after = len(ours.events)
    ours.wait(after=after, event="figures")
    assert ours.none(event="media", kind="quiet")
    assert ours.status()["call"]["id"] == call_id


def test_a_call_that_the_server_forgot_is_continued_by_a_new_one(
    programs: ExitStack, tmp_path: Path
) -> None:
    far, ours, call_id = in_call(programs, tmp_path, "retention:0", "drop-after:5.5")
    ours.wait(event="call", id=call_id, state="ended")
    after = next(n for n, e in enumerate(ours.events) if e.get("state") == "ended")
    again = ours.wait(after=after, event="call", state="active")
    assert again["id"] != call_id
    assert "the call broke off: the server no longer knows the call" in ours.log
    assert ours.none(event="led", shows="fault")
    assert far.none(event="hangup", by="caller")
