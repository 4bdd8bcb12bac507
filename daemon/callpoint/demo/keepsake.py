"""What stays of a demo: both sides' recordings and the page about them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from importlib import resources
from pathlib import Path

from callpoint.demo.evidence import CallEvidence, Track, voices
from callpoint.demo.page import Agreement, Recording, Report, page
from callpoint.demo.recording import write_wav
from callpoint.demo.story import Story
from callpoint.errors import CallpointError


@contextmanager
def folder(path: Path) -> Iterator[None]:
    """Make the folder, before anybody spends time on what goes there.

    It goes again when nothing came. Raises CallpointError when it cannot be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error
    try:
        yield
    finally:
        # Not empty is what it should be.
        with suppress(OSError):
            path.rmdir()


def write(
    path: Path,
    versions: str,
    story: Story,
    evidence: Sequence[CallEvidence],
    agreements: Sequence[Agreement],
    faults: Sequence[str],
) -> list[Path]:
    """Write the files into the folder; returns their paths, the page last.

    Raises CallpointError when the folder cannot be written.
    """
    try:
        recordings = _write_recordings(path, evidence)
        report = Report(
            when=f"{datetime.now().astimezone():%-d %B %Y, %H:%M %Z}",
            story=story,
            voices=voices(story, evidence),
            recordings=tuple(recordings),
            agreements=tuple(agreements),
            faults=tuple(faults),
            versions=versions,
        )
        frame = resources.files("callpoint.demo").joinpath("page.html")
        written = path / "index.html"
        written.write_text(page(report, frame.read_text("utf-8")), encoding="utf-8")
    except OSError as error:
        raise _unusable(path, error) from error
    return [*(path / recording.file for recording in recordings), written]


def _unusable(path: Path, error: OSError) -> CallpointError:
    return CallpointError(
        f"{path}: cannot be written: {error.strerror}",
        "name another folder with --output",
    )


def _write_recordings(
    folder: Path, evidence: Sequence[CallEvidence]
) -> list[Recording]:
    recordings = []
    for number, call in enumerate(evidence, 1):
        suffix = f"-{number}" if number > 1 else ""
        for title, name, track in (
            ("What the assistant heard", "assistant-heard", call.heard),
            ("What came out of the speaker", "speaker-played", call.played),
        ):
            if track is not None:
                path = folder / f"{name}{suffix}.wav"
                recordings.append(_write_recording(path, title, track))
    return recordings


def _write_recording(path: Path, title: str, track: Track) -> Recording:
    write_wav(path, track.samples)
    return Recording(title, path.name, path.read_bytes(), track.starts_at_s)
