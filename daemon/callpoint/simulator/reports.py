"""PURE: call reports: an HTTP POST to the port that has the WebSockets.

The vendor's JS SDK sends one after each call, and asks before whether it may, since its
page comes from elsewhere. The server of the sockets reads only GET without a body: a
report becomes one, and its body is kept.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Final

from callpoint.simulator.actions import Json

_PATH: Final = b"/call_report"
_BEGINNINGS: Final = (b"POST %s " % _PATH, b"OPTIONS %s " % _PATH)
_LENGTH: Final = re.compile("[0-9]{1,9}")
# The SDK cuts a report at 2 MB.
_LARGEST_BYTES: Final = 4 * 2**20

PERMISSION: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "600",
}
"""Headers of the answer to either: any page may report."""


@dataclass(frozen=True)
class Report:
    """A POST: its headers by their names in lower case, and its body."""

    headers: dict[str, str]
    body: bytes


class Intake:
    """What one new connection brings, until it is known what it wants."""

    def __init__(self) -> None:
        self.report: Report | None = None
        self.is_about_reports = False
        """Whether it asked with POST or OPTIONS, and is to be answered with 200."""
        self._held = b""
        self._passes = False

    def take(self, received: bytes) -> bytes:
        """What of it the server of the sockets is to read."""
        if self._passes:
            return received
        self._held += received
        if self._may_be_about_reports():
            request = self._as_get()
            if request is None and len(self._held) < _LARGEST_BYTES:
                return b""
            self.is_about_reports = request is not None
            self._held = request or self._held
        self._passes = True
        held, self._held = self._held, b""
        return held

    def _may_be_about_reports(self) -> bool:
        return any(
            self._held.startswith(each[: len(self._held)]) for each in _BEGINNINGS
        )

    def _as_get(self) -> bytes | None:
        """The request as a GET without a body; None while some of it is to come."""
        head, end, body = self._held.partition(b"\r\n\r\n")
        if not end:
            return None
        method, *lines = head.split(b"\r\n")
        headers = dict(map(_header, lines))
        # A length that is none leaves the report with too few bytes to be read.
        length = _LENGTH.fullmatch(headers.get("content-length", ""))
        if length is not None and len(body) < int(length[0]):
            return None
        if method.startswith(b"POST"):
            self.report = Report(headers, body)
        kept = [line for line in lines if _header(line)[0] != "content-length"]
        return b"\r\n".join([b"GET %s HTTP/1.1" % _PATH, *kept, b"", b""])


def _header(line: bytes) -> tuple[str, str]:
    name, _, value = line.decode("latin-1").partition(":")
    return name.strip().lower(), value.strip()


def told(report: Report) -> Json:
    """What of a report goes to the event stream; `fault` when it cannot be read."""
    try:
        body: Any = json.loads(report.body)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return {"fault": "a call report is not a JSON object"}
    stats = body.get("stats")
    return {
        "call_id": report.headers.get("x-call-id"),
        "report_id": report.headers.get("x-call-report-id"),
        "segment": body.get("segment"),
        "samples": len(stats) if isinstance(stats, list) else None,
    }
