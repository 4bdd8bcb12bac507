"""Serves a page and the SDK on 127.0.0.1, where a page may have a microphone."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

HERE = Path(__file__).parent
SDK = HERE.parents[1] / ".cache/browser/node_modules/@telnyx/webrtc/lib/bundle.mjs"


class Answer(BaseHTTPRequestHandler):
    """One request; `files` has each path's file and its type."""

    def __init__(self, *request: Any, files: dict[str, tuple[Path, str]]) -> None:
        self._files = files
        super().__init__(*request)

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if path not in self._files:
            self.send_error(404)
            return
        file, kind = self._files[path]
        content = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nobody reads it."""


@contextmanager
def served_page(script: Path) -> Iterator[str]:
    """The URL of a page with this script, until the end of the block."""
    if not SDK.exists():
        raise SystemExit(f"{SDK}: missing; tests/browser/install.sh brings it")
    files = {
        "/": (HERE / "page.html", "text/html"),
        "/page.js": (script, "text/javascript"),
        "/sdk.mjs": (SDK, "text/javascript"),
    }
    answer = partial(Answer, files=files)
    with ThreadingHTTPServer(("127.0.0.1", 0), answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
